/**
 * Constants that stand in for a corpus's own honest rows where it has few or none: one question per intent, a handful of intents.
 * Fitted on honest rows pooled over corpora thinned to 1 to 8 questions an intent; `npm run bench -- universal-prior` prints them anew.
 */
import type { Calibrator } from './calibrator.ts';

/** Calibrator before anything is learnt from a corpus. */
export const UNIVERSAL_CALIBRATOR: Calibrator = {
  right: [1.0, 0.8, 1.2, 0.9],
  inScope: [1.4, 0.9, 0.9, 1.0],
  temperature: 0.1,
};
