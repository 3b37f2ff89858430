import { expect, test } from 'vitest';
import { nearestIntents } from '../../../src/matching/nearest-intents.ts';
import { madeUpCorpus, naiveMultiply } from '../../support/matching-corpora.ts';

test('a tenth of the other intents counts as most like one, closest first', async () => {
  const { input, centres } = madeUpCorpus({ sizes: new Array<number>(30).fill(3), noise: 0.0001 });
  const like = await nearestIntents(input, naiveMultiply);
  expect(like.every((others) => others.length === 3)).toBe(true);
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const expected = centres.map((centre, intent) =>
    centres
      .map((other, number) => ({ number, near: cosine(centre, other) }))
      .filter(({ number }) => number !== intent)
      .sort((a, b) => b.near - a.near)
      .slice(0, 3)
      .map(({ number }) => number),
  );
  expect(like).toEqual(expected);
});

test('at least two intents beside the one left out stay', async () => {
  for (const [intents, gone] of [
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 1],
    [10, 1],
  ] as const) {
    const { input } = madeUpCorpus({ sizes: new Array<number>(intents).fill(2) });
    const like = await nearestIntents(input, naiveMultiply);
    expect(like.map((others) => others.length)).toEqual(new Array<number>(intents).fill(gone));
  }
});
