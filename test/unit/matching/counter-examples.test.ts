import { describe, expect, test } from 'vitest';
import { type FitInput, NO_INTENT } from '../../../src/matching/contract.ts';
import { closeness, counterCosines, heldAgainst, NO_REFUSALS, refusals, scoresWithout } from '../../../src/matching/counter-examples.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import { hitScores } from '../../../src/matching/hit-scorer.ts';
import { leaveOneOut } from '../../../src/matching/honest-scores.ts';
import { fitKernelRidge } from '../../../src/matching/kernel-ridge.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { madeUpCorpus, matrixOf, naiveMultiply, nearVector } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

const INTENTS = Int32Array.of(NO_INTENT, 2, NO_INTENT, 2, 0);
const COSINES = Float32Array.of(0.25, 0.75, 0.5, -0.5, 0.875);

describe('refusals', () => {
  test('are the greatest cosines, to those that refuse all and by intent', () => {
    expect(refusals(INTENTS, COSINES)).toEqual({
      all: 0.5,
      ofIntents: new Map([
        [2, 0.75],
        [0, 0.875],
      ]),
    });
  });

  test('leave out what is to be left out', () => {
    expect(refusals(INTENTS, COSINES, new Set([1, 2, 4]))).toEqual({ all: 0.25, ofIntents: new Map([[2, -0.5]]) });
    expect(refusals(new Int32Array(0), new Float32Array(0))).toBe(NO_REFUSALS);
  });

  test('take from closeness what a counter-example is nearer than the nearest question, and nothing where it is farther off', () => {
    const found = refusals(INTENTS, COSINES);
    const expected = [
      { question: 0.7, intent: 1, refused: 0 },
      { question: 0.7, intent: 2, refused: 0.05 },
      { question: 0.3, intent: 1, refused: 0.2 },
    ];
    for (const { question, intent, refused } of expected) {
      const close = closeness(question, found, intent);
      expect(close.refused).toBeCloseTo(refused, 12);
      expect(close.nearest).toBeCloseTo(question - refused, 12);
    }
    expect(closeness(0.3, NO_REFUSALS, 1)).toEqual({ nearest: 0.3, refused: 0 });
  });

  test('of many vectors are those of each, near-duplicates left out where asked', async () => {
    const random = seededRandom(4);
    const dimension = 20;
    const list = Array.from({ length: 7 }, () => nearVector(new Float32Array(dimension), 1, random));
    const twin = nearVector(list[0] ?? new Float32Array(dimension), 0.001, random);
    // The last says nearly the same too, yet refuses one intent alone.
    const counterVectors = matrixOf([...list, twin, twin], dimension);
    const counterIntents = Int32Array.of(-1, 0, 1, -1, 2, 2, -1, -1, 3);
    const input = { counterIntents, counterVectors, dimension };
    const stay = await heldAgainst(counterVectors, input, { twins: 'stay', multiply: naiveMultiply });
    const leave = await heldAgainst(counterVectors, input, { twins: 'leave', multiply: naiveMultiply });
    expect(stay[0]?.refusals.all).toBeCloseTo(1, 5);
    expect(leave[0]?.twins).toEqual([0, 7]);
    expect(leave[0]?.refusals.all).toBeLessThan(0.95);
    expect([stay[0], leave[0]].map((held) => held?.refusals.ofIntents.has(3))).toEqual([true, false]);
    const cosines = counterCosines({ intents: counterIntents, vectors: counterVectors });
    for (const [number, vector] of list.entries()) {
      const alone = refusals(counterIntents, cosines(vector));
      expect(alone.all).toBeCloseTo(stay[number]?.refusals.all ?? Number.NaN, 5);
    }
  });
});

/** A corpus with one counter-example close to intent 0, which refuses all or the intent given. */
function refusing(by: number) {
  const { input, centres } = madeUpCorpus({ sizes: [4, 4, 4], noise: 0.6, seed: 11 });
  const random = seededRandom(7);
  const near = nearVector(centres[0] ?? new Float32Array(input.dimension), 0.5, random);
  const without: FitInput = input;
  const withIt: FitInput = { ...input, counterTexts: ['elsewhere'], counterIntents: Int32Array.of(by), counterVectors: near };
  return { without, withIt, near, centres };
}

async function fittedScores(input: FitInput, vector: Float32Array, text = 'elsewhere please'): Promise<Float32Array> {
  return scoresOf(ridgeScorer(await fitScorer(input, naiveMultiply)), { text, vector });
}

describe('the ridge', () => {
  test('scores an utterance near a counter-example of the corpus lower, for the intent that it resembles', async () => {
    const { without, withIt, near } = refusing(NO_INTENT);
    const [before, after] = [await fittedScores(without, near), await fittedScores(withIt, near)];
    expect(after[0]).toBeLessThan((before[0] ?? 0) - 0.2);
    expect(Math.max(...after)).toBeLessThan(Math.max(...before) - 0.2);
  });

  test('one of an intent takes from that intent and leaves the others what they had', async () => {
    const { without, withIt, near } = refusing(0);
    const [before, after] = [await fittedScores(without, near), await fittedScores(withIt, near)];
    expect(after[0]).toBeLessThan((before[0] ?? 0) - 0.2);
    // What is centred and which letters are rare moves by the one more row, and so does every score, a little.
    for (const intent of [1, 2]) expect(Math.abs((after[intent] ?? 1) - (before[intent] ?? 0))).toBeLessThan(0.06);
  });

  test.each([1, 3, 40])('%i of an intent do to its column what they do as the corpus’s, and nothing to any other', async (count) => {
    const { withIt, near } = refusing(0);
    const random = seededRandom(12);
    const many = (owner: number): FitInput => ({
      ...withIt,
      counterTexts: Array.from({ length: count }, (_, i) => `elsewhere ${i}`),
      counterIntents: new Int32Array(count).fill(owner),
      counterVectors: matrixOf(
        Array.from({ length: count }, (_, i) => (i === 0 ? near : nearVector(near, 0.1, random))),
        withIt.dimension,
      ),
      settings: { ...withIt.settings, landmarks: 20 },
    });
    // More rows than columns take another way to the same scores.
    const weightsOf = async (owner: number) =>
      (await fitKernelRidge({ ...many(owner), counterVectors: vectors }, naiveMultiply, () => undefined)).model.weights;
    const { counterVectors: vectors } = many(0);
    const [own, wide, others] = [await weightsOf(0), await weightsOf(NO_INTENT), await weightsOf(2)];
    const column = (weights: Float32Array, intent: number) => weights.filter((_, i) => i % 3 === intent);
    const expectSame = (left: Float32Array, right: Float32Array) =>
      left.forEach((value, i) => {
        expect(Math.abs(value - (right[i] ?? Number.NaN))).toBeLessThan(2e-3);
      });
    expectSame(column(own, 0), column(wide, 0));
    expectSame(column(own, 1), column(others, 1));
    expectSame(column(others, 2), column(wide, 2));
  });

  test('the same counter-example of two intents takes from each what it takes from it alone', async () => {
    const { withIt, near } = refusing(0);
    const both: FitInput = {
      ...withIt,
      counterTexts: ['elsewhere', 'elsewhere'],
      counterIntents: Int32Array.of(0, 1),
      counterVectors: matrixOf([near, near], withIt.dimension),
    };
    const one = (intent: number): FitInput => ({ ...both, counterIntents: Int32Array.of(intent, 2) });
    const [found, first, second] = [await fittedScores(both, near), await fittedScores(one(0), near), await fittedScores(one(1), near)];
    expect(Math.abs((found[0] ?? 0) - (first[0] ?? 1))).toBeLessThan(1e-3);
    expect(Math.abs((found[1] ?? 0) - (second[1] ?? 1))).toBeLessThan(1e-3);
  });

  test('what it would score without a counter-example is what leave-one-out says', async () => {
    const { withIt, near } = refusing(NO_INTENT);
    const fit = await fitKernelRidge(withIt, naiveMultiply, () => undefined);
    const scorer = ridgeScorer(await fitScorer(withIt, naiveMultiply));
    const before = scorer.beforeHits(scorer.prepare('elsewhere'), near);
    scoresWithout(before, scorer.counterExamples, [0]).forEach((score, intent) => {
      expect(Math.abs(score - (leaveOneOut(fit, fit.counterStart)[intent] ?? Number.NaN))).toBeLessThan(1e-3);
    });
  });

  test('and for one of an intent, what the intent scores where the counter-example is nobody’s concern', async () => {
    const { withIt, near } = refusing(0);
    const scorer = ridgeScorer(await fitScorer(withIt, naiveMultiply));
    const without = scoresWithout(scorer.beforeHits(scorer.prepare('elsewhere'), near), scorer.counterExamples, [0]);
    const other = ridgeScorer(await fitScorer({ ...withIt, counterIntents: Int32Array.of(2) }, naiveMultiply));
    const untouched = other.beforeHits(other.prepare('elsewhere'), near);
    for (const intent of [0, 1]) expect(Math.abs((without[intent] ?? 0) - (untouched[intent] ?? 1))).toBeLessThan(1e-3);
  });
});

test('the hit scorer takes from an intent what a counter-example is nearer', () => {
  const near = [
    { row: 0, intent: 0, similarity: 0.7, lexical: 0 },
    { row: 1, intent: 1, similarity: 0.6, lexical: 0 },
  ];
  const bare = hitScores(near, NO_REFUSALS, 2);
  const held = hitScores(near, { all: -1, ofIntents: new Map([[0, 0.95]]) }, 2);
  expect((bare[0] ?? 0) - (held[0] ?? 0)).toBeCloseTo(0.25, 5);
  expect(held[1]).toBe(bare[1]);
});
