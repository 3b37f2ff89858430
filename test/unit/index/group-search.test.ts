import { expect, test } from 'vitest';
import { openGroupSearch } from '../../../src/index/embedded/group-search.ts';

const rows = [0, 1, 0, 0].map((group) => ({ text: '', terms: [], locale: '', tags: [], group }));

test('of equally near rows of a group the first is taken, and of those that pass a filter alone', () => {
  const nearestOf = openGroupSearch(rows, (_, row) => (row === 0 ? 0.5 : 0.9));
  const query = { vector: new Float32Array(1), groups: [0, 7] };
  expect(nearestOf(query, undefined)).toEqual([{ row: 2, similarity: 0.9 }, undefined]);
  expect(nearestOf(query, Uint8Array.of(1, 1, 0, 1))).toEqual([{ row: 3, similarity: 0.9 }, undefined]);
});
