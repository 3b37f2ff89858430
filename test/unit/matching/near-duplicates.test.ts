import { expect, test } from 'vitest';
import { nearDuplicates } from '../../../src/matching/near-duplicates.ts';
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

test('questions that differ are groups of their own, in any order', async () => {
  expect(await groups([0, 60, 120])).toEqual([[0], [1], [2]]);
  expect(await groups([20, 0, 10])).toEqual([
    [0, 1, 2],
    [0, 1, 2],
    [0, 1, 2],
  ]);
});
