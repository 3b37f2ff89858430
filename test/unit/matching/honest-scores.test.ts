import { describe, expect, test } from 'vitest';
import { type FitInput, NO_INTENT } from '../../../src/matching/contract.ts';
import { NO_REFUSALS } from '../../../src/matching/counter-examples.ts';
import { leaveGroupOut, leaveIntentOut, leaveOneOut } from '../../../src/matching/honest-scores.ts';
import { fitKernelRidge } from '../../../src/matching/kernel-ridge.ts';
import { drawRows } from '../../../src/matching/landmarks.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { rowsByIntent } from '../../../src/matching/rows-by-intent.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { type CorpusShape, madeUpCorpus, NO_COUNTER_EXAMPLES, naiveMultiply } from '../../support/matching-corpora.ts';
import { naiveRidge } from '../../support/naive-ridge.ts';
import { scoresOf } from '../../support/scores-of.ts';

/** Scores lie around 0 to 1; products are float32. */
const TOLERANCE = 1e-3;

const CASES: readonly { readonly name: string; readonly corpus: CorpusShape }[] = [
  { name: 'even intents', corpus: { sizes: [4, 4, 4, 4] } },
  { name: 'uneven intents, one of a single question', corpus: { sizes: [9, 1, 5, 2], seed: 2 } },
  { name: 'fewer landmarks than questions', corpus: { sizes: [6, 7, 8], settings: { landmarks: 10 }, seed: 3 } },
  { name: 'fewer landmarks than questions of an intent', corpus: { sizes: [9, 12, 4], settings: { landmarks: 6 }, seed: 7 } },
  { name: 'questions close together', corpus: { sizes: [5, 5], noise: 0.05, seed: 4 } },
  { name: 'names that count as questions', corpus: { sizes: [3, 1, 5], names: 'telling', seed: 6 } },
  { name: 'one intent', corpus: { sizes: [6], seed: 5 } },
  { name: 'counter-examples that refuse all', corpus: { sizes: [3, 4, 2], counterExamples: 4, seed: 8 } },
  {
    name: 'one intent with counter-examples, fewer landmarks than rows',
    corpus: { sizes: [6], counterExamples: 3, settings: { landmarks: 5 }, seed: 9 },
  },
];

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, except?: number): void {
  expect(found).toHaveLength(expected.length);
  Array.from(expected).forEach((value, intent) => {
    if (intent === except) expect(found[intent]).toBe(-Infinity);
    else expect(Math.abs((found[intent] ?? Number.NaN) - value)).toBeLessThan(TOLERANCE);
  });
}

/** The corpus as the fit should see it: names are rows like questions, counter-examples rows of no intent. */
function trainedOn(input: FitInput): FitInput {
  const { names = { texts: [], vectors: [] }, counterTexts, counterVectors } = input;
  return {
    ...input,
    texts: [...input.texts, ...names.texts, ...counterTexts],
    intents: Int32Array.from([...input.intents, ...names.texts.keys(), ...counterTexts.map(() => NO_INTENT)]),
    vectors: Float32Array.from([...input.vectors, ...names.vectors, ...counterVectors]),
  };
}

describe.each(CASES)('$name', ({ corpus }) => {
  const { input: given } = madeUpCorpus(corpus);
  const input = trainedOn(given);
  const classes = input.intents.map((intent) => (intent === NO_INTENT ? input.intentCount : intent));
  const landmarks = Array.from(drawRows(classes, input.intentCount + 1, input.settings.landmarks));
  const refit = naiveRidge(input, landmarks);
  /** Rows of each intent, and those of none. */
  const blocks = rowsByIntent(classes, input.intentCount + 1).filter((block) => block.length > 0);

  test('fitted scores, and the scorer on stored questions, are those of the dual form', async () => {
    const fit = await fitKernelRidge(given, naiveMultiply, () => undefined);
    const scorer = ridgeScorer({
      kind: 'kernel_ridge',
      model: fit.model,
      voteWeight: 0,
      calibrator: UNIVERSAL_CALIBRATOR,
      counterExamples: NO_COUNTER_EXAMPLES,
    });
    input.texts.forEach((text, row) => {
      const expected = refit(row, []);
      expectNear(fit.fitted.subarray(row * input.intentCount, (row + 1) * input.intentCount), expected);
      const vector = input.vectors.subarray(row * input.dimension, (row + 1) * input.dimension);
      expectNear(scoresOf(scorer, { text, vector }), expected);
    });
  });

  test('leave-one-out scores are those of a refit without the row', async () => {
    const fit = await fitKernelRidge(given, naiveMultiply, () => undefined);
    input.texts.forEach((_, row) => {
      expectNear(leaveOneOut(fit, row), refit(row, [row]));
    });
  });

  test('leave-group-out scores are those of a refit without the group', async () => {
    const fit = await fitKernelRidge(given, naiveMultiply, () => undefined);
    for (const block of blocks) {
      const group = block.slice(0, 2);
      for (const row of group) expectNear(leaveGroupOut(fit, row, group), refit(row, group));
    }
  });

  test('leave-one-intent-out scores are those of a refit without any row of the intent', async () => {
    const fit = await fitKernelRidge(given, naiveMultiply, () => undefined);
    for (const [intent, block] of blocks.slice(0, input.intentCount).entries()) {
      const scores = await leaveIntentOut(fit, intent, { block, wanted: block, multiply: naiveMultiply });
      expect(scores).toHaveLength(block.length);
      block.forEach((row, i) => {
        expectNear(scores[i] ?? [], refit(row, block), intent);
      });
    }
  });
});

test('only the wanted rows of a block are scored, in their order', async () => {
  const { input } = madeUpCorpus({ sizes: [4, 3] });
  const fit = await fitKernelRidge(input, naiveMultiply, () => undefined);
  const block = [0, 1, 2, 3];
  const all = await leaveIntentOut(fit, 0, { block, wanted: block, multiply: naiveMultiply });
  expect(await leaveIntentOut(fit, 0, { block, wanted: [3, 1], multiply: naiveMultiply })).toEqual([all[3], all[1]]);
  expect(await leaveIntentOut(fit, 0, { block, wanted: [], multiply: naiveMultiply })).toEqual([]);
});

test('the parts of a score and the constant sum to it', async () => {
  const { input } = madeUpCorpus({ sizes: [4, 3, 5] });
  const fit = await fitKernelRidge(input, naiveMultiply, () => undefined);
  const scorer = ridgeScorer({
    kind: 'kernel_ridge',
    model: fit.model,
    voteWeight: 0.2,
    calibrator: UNIVERSAL_CALIBRATOR,
    counterExamples: NO_COUNTER_EXAMPLES,
  });
  const vector = input.vectors.subarray(0, input.dimension);
  const near = [
    { row: 0, intent: 0, similarity: 1, lexical: 0 },
    { row: 5, intent: 1, similarity: 0.95, lexical: 0 },
  ];
  const text = 'how topic0 5';
  const prepared = scorer.prepare(text);
  const scores = scoresOf(scorer, { text, vector, near });
  for (let intent = 0; intent < 3; intent += 1) {
    const { dense, lexical, neighbours } = scorer.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent });
    expect(dense + lexical + neighbours + (fit.model.base[intent] ?? Number.NaN)).toBeCloseTo(scores[intent] ?? Number.NaN, 4);
  }
  expect(scoresOf(scorer, { text, vector, near })).toEqual(scores);
});

test('names and answers have the part of a score that goes when their landmarks do', async () => {
  const { input } = madeUpCorpus({ sizes: [2, 2, 2, 2], names: 'telling' });
  const { model } = await fitKernelRidge(input, naiveMultiply, () => undefined);
  expect(model.questionLandmarks).toBe(8);
  const rest = { kind: 'kernel_ridge', voteWeight: 0.2, calibrator: UNIVERSAL_CALIBRATOR, counterExamples: NO_COUNTER_EXAMPLES } as const;
  const scorer = ridgeScorer({ ...rest, model });
  const weights = model.weights.map((weight, i) => (i < 8 * model.intentCount ? weight : 0));
  const unnamed = ridgeScorer({ ...rest, model: { ...model, weights } });
  const vector = input.vectors.subarray(0, input.dimension);
  const text = 'topic0';
  const prepared = scorer.prepare(text);
  const near = [{ row: 0, intent: 0, similarity: 1, lexical: 0 }];
  const all = scoresOf(scorer, { text, vector, near });
  const without = scoresOf(unnamed, { text, vector, near });
  for (let intent = 0; intent < 4; intent += 1) {
    const { namesAndAnswers } = scorer.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent });
    expect(namesAndAnswers).toBeCloseTo((all[intent] ?? Number.NaN) - (without[intent] ?? Number.NaN), 4);
    expect(unnamed.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent }).namesAndAnswers).toBe(0);
  }
  expect(scorer.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent: 0 }).namesAndAnswers).toBeGreaterThan(0.05);
});
