import { describe, expect, test } from 'vitest';
import { confidences } from '../../../src/matching/calibrator.ts';
import { type FitInput, NO_INTENT } from '../../../src/matching/contract.ts';
import { bestTwo, features } from '../../../src/matching/features.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import type { FittedRidge } from '../../../src/matching/fitted-scorer.ts';
import { neighbourhoods } from '../../../src/matching/neighbourhoods.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { serialiseScorer } from '../../../src/matching/stored-scorer.ts';
import { LONE_INTENT_CALIBRATOR, UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { madeUpCorpus, matrixOf, naiveMultiply, nearVector } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

interface Utterance {
  readonly text: string;
  readonly vector: Float32Array;
}

/** Scores and confidences of utterances by a fitted scorer, hits found by a full search. */
async function match(fitted: FittedRidge, input: FitInput, utterances: readonly Utterance[]) {
  const scorer = ridgeScorer(fitted);
  const vectors = matrixOf(
    utterances.map((utterance) => utterance.vector),
    input.dimension,
  );
  const around = await neighbourhoods(
    vectors,
    utterances.map(() => ({ row: -1, intent: -1 })),
    { input, multiply: naiveMultiply },
  );
  return utterances.map(({ text, vector }, i) => {
    const scores = scoresOf(scorer, { text, vector, near: around[i]?.near ?? [] });
    const found = features(scores, (intent) => ({ nearest: around[i]?.nearest[intent] ?? -1, refused: 0 }));
    return { best: found.best, scores, ...confidences(fitted.calibrator, { scores, found, allowed: undefined }) };
  });
}

const stored = (input: FitInput): readonly Utterance[] =>
  input.texts.map((text, row) => ({ text, vector: input.vectors.subarray(row * input.dimension, (row + 1) * input.dimension) }));

function expectSound(matches: Awaited<ReturnType<typeof match>>): void {
  for (const { intents, none, scores } of matches) {
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(intents.every((confidence) => confidence >= 0 && confidence <= 1)).toBe(true);
    expect(intents.reduce((sum, confidence) => sum + confidence, none)).toBeCloseTo(1, 9);
  }
}

function expectFinite(fitted: FittedRidge): void {
  const { model, calibrator } = fitted;
  for (const numbers of [model.mean, model.landmarks, model.weights, model.base, calibrator.right, calibrator.inScope]) {
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
  }
}

test('a corpus of clear intents matches new utterances, and is surer of them than of utterances from elsewhere', async () => {
  const { input, centres } = madeUpCorpus({ sizes: new Array<number>(20).fill(6), dimension: 24, counterExamples: 4 });
  const fitted = await fitScorer(input, naiveMultiply);
  const random = seededRandom(99);
  const inside = centres.map((centre, intent) => ({ text: `tell me topic${intent}`, vector: nearVector(centre, 0.2, random) }));
  const outside = centres.map(() => ({ text: 'the weather', vector: nearVector(new Float32Array(24), 1, random) }));
  const matches = await match(fitted, input, inside);
  expect(matches.map(({ best }) => best)).toEqual(centres.map((_, intent) => intent));
  const mean = (found: typeof matches) => found.reduce((sum, { best, intents }) => sum + (intents[best] ?? 0), 0) / found.length;
  expect(mean(matches)).toBeGreaterThan(0.8);
  expect(mean(await match(fitted, input, outside))).toBeLessThan(0.4);
  expectSound(matches);
});

/** The input with counter-examples of the whole corpus besides. */
function withCounters(input: FitInput, counters: readonly Utterance[]): FitInput {
  return {
    ...input,
    counterTexts: counters.map(({ text }) => text),
    counterIntents: Int32Array.from(counters, () => NO_INTENT),
    counterVectors: matrixOf(
      counters.map(({ vector }) => vector),
      input.dimension,
    ),
  };
}

describe('counter-examples', () => {
  const shape = { sizes: new Array<number>(12).fill(8), noise: 0.7, dimension: 24 };

  /** Mean confidence of the right intent, of new utterances of the intents from the fourth on. */
  async function elsewhere(
    counters: (centres: readonly ArrayLike<number>[], random: () => number) => readonly Utterance[],
  ): Promise<number> {
    const { input, centres } = madeUpCorpus(shape);
    const random = seededRandom(5);
    const asked = centres.flatMap((centre, intent) =>
      intent < 3 ? [] : [0, 1, 2].map((at) => ({ intent, text: `about topic${intent} ${at}`, vector: nearVector(centre, 0.7, random) })),
    );
    const full = withCounters(input, counters(centres, random));
    const matches = await match(await fitScorer(full, naiveMultiply), full, asked);
    return matches.reduce((sum, { intents }, at) => sum + (intents[asked[at]?.intent ?? 0] ?? 0), 0) / asked.length;
  }

  test('that say nearly what a question says leave other intents their confidence', async () => {
    const without = await elsewhere(() => []);
    const chosen = await elsewhere((centres, random) =>
      [0, 1, 2, 0, 1, 2].map((intent, at) => ({ text: `my topic${intent} ${at}`, vector: nearVector(centres[intent] ?? [], 0.3, random) })),
    );
    expect(chosen).toBeGreaterThan(without - 0.05);
  });
});

describe('corpora at the edges', () => {
  test('an intent stored twice is as likely as its twin, and the others hardly notice', async () => {
    const { input, centres } = madeUpCorpus({ sizes: [8, 8, 8, 8], noise: 0.8, seed: 9 });
    const twins = input.texts.flatMap((text, row) => (input.intents[row] === 0 ? [{ text, row }] : []));
    const doubled: FitInput = {
      ...input,
      intentCount: 5,
      texts: [...input.texts, ...twins.map(({ text }) => text)],
      intents: Int32Array.from([...input.intents, ...twins.map(() => 4)]),
      vectors: matrixOf(
        [...stored(input).map(({ vector }) => vector), ...twins.map(({ row }) => stored(input)[row]?.vector ?? new Float32Array(16))],
        16,
      ),
    };
    const random = seededRandom(3);
    const asked = centres.map((centre, intent) => ({ text: `topic${intent}`, vector: nearVector(centre, 0.1, random) }));
    const before = await match(await fitScorer(input, naiveMultiply), input, asked);
    const after = await match(await fitScorer(doubled, naiveMultiply), doubled, asked);
    for (const intent of [1, 2, 3]) {
      expect(after[intent]?.best).toBe(intent);
      expect(after[intent]?.intents[intent]).toBeGreaterThan((before[intent]?.intents[intent] ?? 1) - 0.1);
    }
    const [twin] = after;
    expect(Math.abs((twin?.intents[0] ?? 0) - (twin?.intents[4] ?? 1))).toBeLessThan(0.02);
    expect((twin?.intents[0] ?? 0) + (twin?.intents[4] ?? 0)).toBeGreaterThan(0.5);
  });

  test('one intent: its own questions score higher than what lies far off, and nothing is certain', async () => {
    const { input } = madeUpCorpus({ sizes: [12], noise: 0.5 });
    const fitted = await fitScorer(input, naiveMultiply);
    const far = { text: 'zzz', vector: Float32Array.from(input.vectors.subarray(0, 16), (value) => -value) };
    const [own, other] = await match(fitted, input, [stored(input)[0] ?? far, far]);
    expectFinite(fitted);
    expectSound([own, other].filter((found) => found !== undefined));
    expect(own?.scores[0]).toBeGreaterThan(0.5);
    expect(own?.intents[0]).toBeGreaterThan(0.5);
    expect(other?.scores[0]).toBeLessThan((own?.scores[0] ?? 0) - 0.1);
    expect(other?.intents[0]).toBeLessThan((own?.intents[0] ?? 0) - 0.3);
    // Rows that are all right would teach that every utterance is.
    expect(fitted.calibrator).toEqual(LONE_INTENT_CALIBRATOR);
  });

  test('one intent with counter-examples learns from them', async () => {
    const { input } = madeUpCorpus({ sizes: [12], noise: 0.5, counterExamples: 12 });
    const fitted = await fitScorer(input, naiveMultiply);
    expect(fitted.calibrator).not.toEqual(LONE_INTENT_CALIBRATOR);
    const counters = input.counterTexts.map((text, i) => ({ text, vector: input.counterVectors.subarray(i * 16, (i + 1) * 16) }));
    const none = (await match(fitted, input, counters)).map((found) => found.none);
    const own = (await match(fitted, input, stored(input))).map((found) => found.none);
    expect(Math.min(...none)).toBeGreaterThan(Math.max(...own));
  });

  test('one question', async () => {
    const { input } = madeUpCorpus({ sizes: [1] });
    const fitted = await fitScorer(input, naiveMultiply);
    expectFinite(fitted);
    const matches = await match(fitted, input, [
      ...stored(input),
      { text: '', vector: Float32Array.from({ length: 16 }, (_, i) => Number(i === 3)) },
    ]);
    expectSound(matches);
    expect(matches[0]?.intents[0]).toBeGreaterThan(matches[1]?.intents[0] ?? 1);
  });

  test('all questions equal, under one intent and under three', async () => {
    for (const sizes of [[9], [3, 3, 3]]) {
      const { input } = madeUpCorpus({ sizes });
      const first = input.vectors.slice(0, 16);
      const equal = {
        ...input,
        texts: input.texts.map(() => 'same text'),
        vectors: matrixOf(
          Array.from(input.texts, () => first),
          16,
        ),
      };
      const fitted = await fitScorer(equal, naiveMultiply);
      expectFinite(fitted);
      const matches = await match(fitted, equal, [
        { text: 'same text', vector: first },
        { text: 'else', vector: input.vectors.slice(16, 32) },
      ]);
      expectSound(matches);
      // Nothing tells the intents apart, so none may get more than its share.
      if (sizes.length > 1) expect(Math.max(...(matches[0]?.intents ?? [])) * 3).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  test('the same question under two intents gives both about the same score', async () => {
    const { input } = madeUpCorpus({ sizes: [4, 4, 4], seed: 8 });
    const texts = input.texts.with(4, input.texts[0] ?? '');
    const vectors = input.vectors.slice();
    vectors.copyWithin(4 * 16, 0, 16);
    const shared = { ...input, texts, vectors };
    const fitted = await fitScorer(shared, naiveMultiply);
    const [found] = await match(fitted, shared, stored(shared).slice(0, 1));
    const { best, second } = bestTwo(found?.scores ?? new Float32Array(0));
    expect([best, second].sort()).toEqual([0, 1]);
    expect(Math.abs((found?.scores[0] ?? 0) - (found?.scores[1] ?? 1))).toBeLessThan(0.35);
    expect(found?.scores[2]).toBeLessThan(0.25);
  });

  test('an intent of 300 questions does not drown one of a single question', async () => {
    const { input } = madeUpCorpus({ sizes: [300, 1], settings: { landmarks: 60 } });
    const fitted = await fitScorer(input, naiveMultiply);
    expectFinite(fitted);
    const matches = await match(fitted, input, stored(input));
    expectSound(matches);
    expect(matches[300]?.best).toBe(1);
    expect(matches.slice(0, 300).filter(({ best }) => best === 0).length).toBeGreaterThan(295);
  });

  test('300 intents of one question: the universal constants stand, and every question finds its intent', async () => {
    const { input } = madeUpCorpus({ sizes: new Array<number>(300).fill(1), dimension: 32, counterExamples: 2 });
    const fitted = await fitScorer(input, naiveMultiply);
    expect(fitted).toMatchObject({ calibrator: { ...UNIVERSAL_CALIBRATOR, baseline: 1 / 300 }, voteWeight: 0 });
    const matches = await match(fitted, input, stored(input));
    expectSound(matches);
    expect(matches.map(({ best }) => best)).toEqual(Array.from({ length: 300 }, (_, intent) => intent));
  });

  test('questions that the encoder was adapted to are no honest rows: the others teach, and where there are none the constants stand', async () => {
    const { input } = madeUpCorpus({ sizes: new Array<number>(40).fill(6), dimension: 32 });
    const with2Kept = Uint8Array.from(input.texts, (_, row) => (row % 6 < 4 ? 1 : 0));
    const all = await fitScorer({ ...input, learnt: new Uint8Array(input.texts.length).fill(1) }, naiveMultiply);
    expect(all.calibrator).toEqual({ ...UNIVERSAL_CALIBRATOR, baseline: 1 / 40 });
    expect(all.decisions).toBeUndefined();
    const some = await fitScorer({ ...input, learnt: with2Kept }, naiveMultiply);
    const whole = await fitScorer(input, naiveMultiply);
    expect(some.decisions).toBeDefined();
    expect(some.calibrator).not.toEqual(whole.calibrator);
    // Only what teaches differs, not what is found.
    expect(some.model).toEqual(whole.model);
    expect((await fitScorer({ ...input, learnt: new Uint8Array(input.texts.length) }, naiveMultiply)).calibrator).toEqual(whole.calibrator);
  });

  test('questions without a single term fit on their vectors alone', async () => {
    const { input } = madeUpCorpus({ sizes: [3, 3] });
    const fitted = await fitScorer({ ...input, texts: input.texts.map(() => '?!') }, naiveMultiply);
    expectFinite(fitted);
    expectSound(await match(fitted, input, stored(input)));
  });
});

test('the same input gives the same bytes, and changes none of its numbers', async () => {
  const shape = { sizes: [5, 9, 1, 4], counterExamples: 12, settings: { landmarks: 12 } };
  const { input } = madeUpCorpus(shape);
  const [first, second] = [await fitScorer(input, naiveMultiply), await fitScorer(madeUpCorpus(shape).input, naiveMultiply)];
  expect(Buffer.from(serialiseScorer(first)).equals(serialiseScorer(second))).toBe(true);
  expect(input).toEqual(madeUpCorpus(shape).input);
});

test('progress counts up to its total, once for each stage', async () => {
  const seen: (readonly [number, number])[] = [];
  await fitScorer(madeUpCorpus({ sizes: [3, 3] }).input, naiveMultiply, { onProgress: (done, total) => seen.push([done, total]) });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
});

test('a vector that holds NaN is refused rather than fitted', async () => {
  const { input } = madeUpCorpus({ sizes: [3, 3] });
  await expect(
    fitScorer({ ...input, vectors: input.vectors.map((value, i) => (i === 5 ? Number.NaN : value)) }, naiveMultiply),
  ).rejects.toMatchObject({
    code: 'internal',
  });
});
