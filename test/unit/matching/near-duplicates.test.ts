import { expect, test } from 'vitest';
import { nearDuplicates, sharedQuestions } from '../../../src/matching/near-duplicates.ts';
import { matrixOf, naiveMultiply } from '../../support/matching-corpora.ts';

/** A unit vector at an angle, in degrees; ten degrees are a cosine of .985, thirty of .87. */
const at = (degrees: number) => Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

async function groups(angles: readonly number[]) {
  return nearDuplicates(matrixOf(angles.map(at), 2), { size: angles.length, dimension: 2 }, naiveMultiply);
}

test('questions that say nearly the same are one group, also over a third between them', async () => {
  expect(await groups([0, 90, 10, 20, 95])).toEqual([
    [0, 2, 3],
    [1, 4],
    [0, 2, 3],
    [0, 2, 3],
    [1, 4],
  ]);
});

test('the cosine from which two are nearly the same is .95, just over eighteen degrees', async () => {
  expect(await groups([0, 18])).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(await groups([0, 19])).toEqual([[0], [1]]);
});

test('questions that several intents store are told, case and outer punctuation aside, and not those that one stores twice', () => {
  const texts = ['pay', 'refund me', 'Pay!', 'refund me', 'hours', 'pay?'];
  expect(sharedQuestions({ texts, intents: Int32Array.of(0, 1, 2, 1, 2, 0) })).toEqual(new Set([0, 2, 5]));
});

test('questions that differ are groups of their own, in any order', async () => {
  expect(await groups([0, 60, 120])).toEqual([[0], [1], [2]]);
  expect(await groups([20, 0, 10])).toEqual([
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
  ]);
});
