import { describe, expect, test } from 'vitest';
import type { FitInput } from '../../../src/matching/contract.ts';
import { nearScored, type Sample, sampleHonestly } from '../../../src/matching/honest-samples.ts';
import { leaveGroupOut, leaveOneOut } from '../../../src/matching/honest-scores.ts';
import { fitKernelRidge, type RidgeFit } from '../../../src/matching/kernel-ridge.ts';
import { type CorpusShape, madeUpCorpus, naiveMultiply } from '../../support/matching-corpora.ts';

/** The corpus with the questions of some rows said again, nearly, by others. */
function withTwins(shape: CorpusShape, twins: ReadonlyMap<number, number>): FitInput {
  const { input } = madeUpCorpus(shape);
  const vectors = input.vectors.slice();
  const { dimension } = input;
  for (const [row, of] of twins) vectors.copyWithin(row * dimension, of * dimension, (of + 1) * dimension);
  return { ...input, vectors };
}

async function sampled(input: FitInput): Promise<{ readonly fit: RidgeFit; readonly samples: readonly Sample[] }> {
  const fit = await fitKernelRidge(input, naiveMultiply, () => undefined);
  return { fit, samples: await sampleHonestly(fit, input, naiveMultiply) };
}

describe('a stored question scored as if it were new', () => {
  test('leaves with what says nearly the same, however few questions its intent has', async () => {
    // Of the three questions of intent 0 the first two say the same.
    const input = withTwins({ sizes: [3, 4, 4] }, new Map([[1, 0]]));
    const { fit, samples } = await sampled(input);
    expect(samples[0]?.alone).toEqual(leaveGroupOut(fit, 0, [0, 1]));
    expect(samples[2]?.alone).toEqual(leaveOneOut(fit, 2));
    expect(samples[0]?.around.near.map(({ row }) => row)).not.toContain(1);
    expect(samples[2]?.around.near.map(({ row }) => row)).toContain(1);
    // Without its twin it is found by the third alone, and scores less than it would beside it.
    expect(samples[0]?.alone?.[0]).toBeLessThan((leaveOneOut(fit, 0)[0] ?? 0) - 0.1);
  });

  test('leaves alone where all questions of its intent say the same, or nothing would be left to find', async () => {
    const input = withTwins(
      { sizes: [3, 4, 4] },
      new Map([
        [1, 0],
        [2, 0],
      ]),
    );
    const { fit, samples } = await sampled(input);
    for (const row of [0, 1, 2]) expect(samples[row]?.alone).toEqual(leaveOneOut(fit, row));
  });

  test('leaves with the name of its intent that says the same', async () => {
    const { input: plain } = madeUpCorpus({ sizes: [3, 4, 4], names: 'telling' });
    const texts = plain.texts.with(0, 'Topic0!');
    const { fit, samples } = await sampled({ ...plain, texts });
    const [name = -1] = fit.repeats.get(0) ?? [];
    expect(name).toBeGreaterThanOrEqual(texts.length);
    // Others of its intent have no such name to leave with: they are fair tests, and it is none.
    expect(samples.map(({ alone }) => alone === undefined)).toEqual(texts.map((_, row) => row === 0));
    // Where all of an intent's questions are like that, they count.
    const two = madeUpCorpus({ sizes: [2, 4, 4], names: 'telling' }).input;
    const both = await sampled({ ...two, texts: two.texts.with(0, 'Topic0!').with(1, 'topic0?') });
    expect(both.samples[0]?.alone).toEqual(leaveGroupOut(both.fit, 0, [0, ...(both.fit.repeats.get(0) ?? [])]));
  });

  test('is no test of its intent where that has no other question, nor of anything where another intent stores it', async () => {
    const { input } = madeUpCorpus({ sizes: [1, 4, 4] });
    const { samples } = await sampled({ ...input, texts: input.texts.with(8, (input.texts[4] ?? '').toUpperCase()) });
    expect(samples).toHaveLength(7);
    expect(samples.map(({ intent }) => intent)).toEqual([0, 1, 1, 1, 2, 2, 2]);
    expect(samples.map(({ alone }) => alone === undefined)).toEqual([true, false, false, false, false, false, false]);
    expect(samples.every(({ without }) => without !== undefined)).toBe(true);
  });
});

describe('a stored question scored as if its intent were not there', () => {
  test('has no score for it, and from further off none for the intents most like it', async () => {
    const { samples } = await sampled(madeUpCorpus({ sizes: [3, 3, 3, 3, 3] }).input);
    for (const { intent, without, far } of samples) {
      expect(without?.[intent]).toBe(-Infinity);
      expect(Array.from(far ?? []).filter((score) => score === -Infinity)).toHaveLength(2);
      expect(far?.[intent]).toBe(-Infinity);
    }
  });

  test('is not there where there is no other intent', async () => {
    const { samples } = await sampled(madeUpCorpus({ sizes: [6] }).input);
    expect(samples.every(({ without, far }) => without === undefined && far === undefined)).toBe(true);
    // Of three, leaving out two would leave no corpus.
    const three = await sampled(madeUpCorpus({ sizes: [3, 3, 3] }).input);
    expect(three.samples.every(({ without, far }) => without !== undefined && far === undefined)).toBe(true);
  });
});

test('neighbours of intents without a score vote for nothing', () => {
  const near = [0, 1, 2].map((intent) => ({ row: intent, intent, similarity: 0.5, lexical: 0 }));
  expect(nearScored(near, Float32Array.of(0.5, -Infinity, 0)).map(({ intent }) => intent)).toEqual([0, 2]);
});

test('a question’s own counter-examples refuse it even where they say nearly the same', async () => {
  const { input } = madeUpCorpus({ sizes: [4, 4], counterExamples: 2 });
  const counterVectors = input.counterVectors.slice();
  counterVectors.set(input.vectors.subarray(0, input.dimension));
  const { samples } = await sampled({ ...input, counterVectors });
  expect(samples[0]?.refusals.all).toBeCloseTo(1, 5);
});
