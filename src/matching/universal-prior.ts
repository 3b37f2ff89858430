/**
 * Constants that stand in for a corpus's own honest rows where it has few or none: one question per intent, a handful of intents.
 * Fitted on honest rows pooled over corpora thinned to 1 to 8 questions an intent; `node bench/universal-prior.ts` prints them anew.
 */
import type { Calibrator } from './calibrator.ts';

/** Calibrator before anything is learnt from a corpus. */
export const UNIVERSAL_CALIBRATOR: Calibrator = {
  right: [1.49, 0.58, 0.84, 0.23],
  inScope: [2.15, 0.44, -0.48, 0.59],
  temperature: 0.1,
};
