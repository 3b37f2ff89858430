/**
 * All of a scorer's work on one utterance, as a match asks for it.
 */
import type { NearQuestion } from '../../src/matching/contract.ts';
import { refusals } from '../../src/matching/counter-examples.ts';
import type { IntentScorer } from '../../src/matching/scorer.ts';

/** What is scored. */
export interface ScoredUtterance {
  readonly text: string;
  /** [dimension], unit length. */
  readonly vector: Float32Array;
  /** Hits of the index; none where not given. */
  readonly near?: readonly NearQuestion[];
}

/** [intents] scores of one utterance. */
export function scoresOf(scorer: IntentScorer, { text, vector, near = [] }: ScoredUtterance): Float32Array {
  const before = scorer.beforeHits(scorer.prepare(text), vector);
  return scorer.afterHits(before, near, refusals(scorer.counterExamples.intents, scorer.counterCosines(vector))).scores;
}
