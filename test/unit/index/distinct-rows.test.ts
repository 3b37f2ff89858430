import { expect, test } from 'vitest';
import { findDistinctRows } from '../../../src/index/embedded/distinct-rows.ts';
import { seededRandom, unitVectors } from '../../support/index-oracle.ts';

function matrixOf(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

test('equal rows come back with the first of them, in order, and others alone', async () => {
  const [a, b, c] = [1, 2, 3].map((seed) => unitVectors({ rows: 1, dimension: 40 }, seededRandom(seed)));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three were made');
  const { count, isFirst, equalTo } = await findDistinctRows(matrixOf([a, b, a, c, a, b]), 40);
  expect(count).toBe(3);
  expect([0, 1, 2, 3, 4, 5].map(isFirst)).toEqual([true, true, false, true, false, false]);
  expect([equalTo(0), equalTo(1), equalTo(3)]).toEqual([[0, 2, 4], [1, 5], [3]]);
});

test('rows that differ in their last value alone are not equal', async () => {
  const row = unitVectors({ rows: 1, dimension: 40 }, seededRandom(1));
  const other = row.slice();
  other[39] = (other[39] ?? 0) + 1e-7;
  expect((await findDistinctRows(matrixOf([row, other]), 40)).count).toBe(2);
});

test('no rows, and a matrix that is a view into a larger buffer, are compared as they are', async () => {
  expect((await findDistinctRows(new Float32Array(), 8)).count).toBe(0);
  const matrix = unitVectors({ rows: 6, dimension: 8 }, seededRandom(1));
  const { count, equalTo } = await findDistinctRows(matrix.subarray(8), 8);
  expect(count).toBe(5);
  expect(equalTo(4)).toEqual([4]);
});
