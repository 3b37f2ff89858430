import { expect, test } from 'vitest';
import { topRows } from '../../../src/index/top-rows.ts';

test('of equal scores the smaller row comes first, in whatever order the rows come', () => {
  const score = (row: number) => (row === 4 ? 2 : 1);
  expect(topRows([7, 5, 4, 3, 9, 1], score, 3).map(({ row }) => row)).toEqual([4, 1, 3]);
  expect(topRows([7, 4], score, 3).map(({ row }) => row)).toEqual([4, 7]);
});
