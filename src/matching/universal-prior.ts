/**
 * Constants that stand in for a corpus's own honest rows where it has few or none, and that few rows are drawn towards.
 * docs/decisions/0012-confidence.md is their card: what they were fitted on and how well they do on corpora they were not fitted on.
 */
import type { Calibrator } from './calibrator.ts';

/** π of the traffic that the constants were fitted on. */
export const UNIVERSAL_SHARE = 0.25;

/** Where a corpus of several intents teaches nothing: one question per intent. Fitted on such corpora, with names counted and not. */
export const UNIVERSAL_CALIBRATOR: Calibrator = {
  right: [4.95, 1.87, 1.65, 0.17],
  inScope: [4.33, 1.45, 0.45, 0.49],
  temperature: 0.1,
  noneOdds: 1,
};

/** Where no intent can be left out: a lone intent. Its score has no rival's to be held against, so a high one proves less. */
export const LONE_INTENT_CALIBRATOR: Calibrator = {
  right: [1.49, 0.58, 0.84, 0.23],
  inScope: [2.15, 0.44, -0.48, 0.59],
  temperature: 0.1,
  noneOdds: 1,
};
