import { expect, test } from 'vitest';
import type { FitInput } from '../../../src/matching/contract.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { trainingRows } from '../../../src/matching/training-rows.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { madeUpCorpus, naiveMultiply, nearVector } from '../../support/matching-corpora.ts';

const SHAPE = { sizes: new Array<number>(12).fill(2), dimension: 16, noise: 3.5, seed: 3 } as const;

async function right(input: FitInput, centres: readonly Float32Array[]): Promise<number> {
  const scorer = ridgeScorer(await fitScorer(input, naiveMultiply));
  const random = seededRandom(5);
  const best = centres.flatMap((centre, intent) =>
    Array.from({ length: 10 }, () => {
      const { scores } = scorer.score(scorer.prepare('zzz'), nearVector(centre, 0.8, random), []);
      return scores.indexOf(Math.max(...scores)) === intent ? 1 : 0;
    }),
  );
  return best.reduce<number>((sum, value) => sum + value, 0) / best.length;
}

test('names that say what their intents are about are trained on after the questions', async () => {
  const { input } = madeUpCorpus({ ...SHAPE, names: 'telling' });
  const rows = await trainingRows(input, naiveMultiply);
  expect(rows.texts).toEqual([...input.texts, ...(input.names?.texts ?? [])]);
  expect(Array.from(rows.intents.subarray(input.texts.length))).toEqual(SHAPE.sizes.map((_, intent) => intent));
  expect(rows.vectors.subarray(input.vectors.length)).toEqual(input.names?.vectors);
});

test('names that say nothing of their intents are left out', async () => {
  const { input } = madeUpCorpus({ ...SHAPE, names: 'misleading' });
  expect(await trainingRows(input, naiveMultiply)).toEqual({ texts: input.texts, intents: input.intents, vectors: input.vectors });
});

test('telling names find more of what is asked; misleading ones change no score', async () => {
  const { input: bare, centres } = madeUpCorpus(SHAPE);
  const telling = madeUpCorpus({ ...SHAPE, names: 'telling' });
  const misleading = madeUpCorpus({ ...SHAPE, names: 'misleading' });
  const without = await right(bare, centres);
  expect(await right(telling.input, telling.centres)).toBeGreaterThan(without + 0.05);
  expect(await right(misleading.input, misleading.centres)).toBe(without);
});

test('one intent has nothing that its name could tell apart', async () => {
  const { input } = madeUpCorpus({ sizes: [4], names: 'telling' });
  expect((await trainingRows(input, naiveMultiply)).texts).toEqual(input.texts);
});
