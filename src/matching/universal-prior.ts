/**
 * Constants that stand in for a corpus's own honest rows where it has few or none, and that few rows are drawn towards.
 * docs/decisions/0012-confidence.md and 0021 are their card: what they were fitted on and how well they do on corpora they were not fitted on.
 */
import type { Calibrator, Weights } from './calibrator.ts';

/** π of the traffic that the constants were fitted on. */
export const UNIVERSAL_SHARE = 0.25;

const AS_FITTED = { temperature: 0.1, noneOdds: 1, baseline: 0 } as const;

/** Of the ridge over many intents of one question, with names counted and not. */
export const UNIVERSAL_CALIBRATOR: Calibrator = { ...AS_FITTED, right: [4.63, 0.72, 2.42, 0], inScope: [3.72, 0.97, 0.75, 0.41] };

/** Of the ridge over two to five intents, to which most of what is asked anywhere has nothing to do: the cosine says most. */
export const FEW_INTENTS_CALIBRATOR: Calibrator = { ...AS_FITTED, right: [5.1, 0, 2.54, 0.22], inScope: [4.9, 0, 1.21, 1.34] };

/**
 * Of a lone intent, whose score has no rival's to be held against: the cosine alone says what is in scope. What is in scope is right then; 5 is where the
 * fit's prior holds a constant that nothing speaks against.
 */
export const LONE_INTENT_CALIBRATOR: Calibrator = { ...AS_FITTED, right: [5, 0, 0, 0], inScope: [4.73, 0, 0, 1.61] };

/** Of the hit scorer, whose scores are cosines and what is added to them. */
export const HITS_CALIBRATOR: Calibrator = { ...AS_FITTED, right: [2.21, 0.54, 2.01, 0.15], inScope: [1.57, 0.69, 0.62, 0.31] };

/** Intents up to which a corpus has few, and from which on it has many. */
const [FEW, MANY] = [5, 20];

function between(few: Weights, many: Weights, share: number): Weights {
  const at = (i: 0 | 1 | 2 | 3): number => (1 - share) * few[i] + share * many[i];
  return [at(0), at(1), at(2), at(3)];
}

/** The ridge's constants for a corpus of so many intents: between few and many they go over evenly in the logarithm, so that one more intent changes little. */
export function ridgeConstants(intents: number): Calibrator {
  if (intents < 2) return LONE_INTENT_CALIBRATOR;
  const share = Math.min(1, Math.max(0, Math.log(intents / FEW) / Math.log(MANY / FEW)));
  const [few, many] = [FEW_INTENTS_CALIBRATOR, UNIVERSAL_CALIBRATOR];
  return { ...AS_FITTED, right: between(few.right, many.right, share), inScope: between(few.inScope, many.inScope, share) };
}
