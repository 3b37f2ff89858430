/**
 * A scorer that gives the same scores whatever is asked: for tests of what comes after scoring.
 */
import { counterCosines } from '../../src/matching/counter-examples.ts';
import type { IntentScorer } from '../../src/matching/scorer.ts';
import { UNIVERSAL_CALIBRATOR } from '../../src/matching/universal-prior.ts';
import { NO_COUNTER_EXAMPLES } from './matching-corpora.ts';

/** @param scores [intents]. */
export function fixedScorer(
  scores: Float32Array,
  {
    kind = 'kernel_ridge',
    calibrator = UNIVERSAL_CALIBRATOR,
    decisions,
    counterExamples = NO_COUNTER_EXAMPLES,
  }: Partial<Pick<IntentScorer, 'kind' | 'calibrator' | 'decisions' | 'counterExamples'>> = {},
): IntentScorer {
  return {
    kind,
    intentCount: scores.length,
    calibrator,
    decisions,
    counterExamples,
    counterCosines: counterCosines(counterExamples),
    prepare: (text) => ({ text, lexical: new Float32Array(0) }),
    beforeHits: () => scores.slice(),
    afterHits: (before) => ({ scores: before }),
    shares: (_prepared, { intent }) => ({
      dense: scores[intent] ?? Number.NaN,
      lexical: 0,
      neighbours: 0,
      namesAndAnswers: 0,
      counterExamples: 0,
    }),
  };
}
