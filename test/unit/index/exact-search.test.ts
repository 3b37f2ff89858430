import { expect, test } from 'vitest';
import { openExactSearch } from '../../../src/index/embedded/exact-search.ts';
import { naiveCosine, seededRandom, unitVectors } from '../../support/index-oracle.ts';

test('a matrix and a query that are views into larger buffers are read from where they begin', () => {
  // The native library ignores a view's offset and would search the wrong numbers.
  const wide = unitVectors({ rows: 12, dimension: 8 }, seededRandom(3));
  const matrix = wide.subarray(8, 80);
  const query = wide.subarray(80, 88);
  for (const quantiseFromRows of [0, 100]) {
    const [best] = openExactSearch(matrix, 8, { quantiseFromRows }).nearest(query, 1);
    const similarities = Array.from({ length: 9 }, (_, row) => naiveCosine(matrix, row, query));
    expect(best?.score).toBe(Math.max(...similarities));
  }
});

test('more equal rows than are proposed at first still come by row number', () => {
  const one = unitVectors({ rows: 1, dimension: 8 }, seededRandom(5));
  const matrix = new Float32Array(500 * 8);
  for (let row = 0; row < 500; row += 1) matrix.set(one, row * 8);
  for (const quantiseFromRows of [0, 1000]) {
    const found = openExactSearch(matrix, 8, { quantiseFromRows }).nearest(one, 20);
    expect(found.map((hit) => hit.row)).toEqual(Array.from({ length: 20 }, (_, row) => row));
  }
});

test('rows that differ by less than int8 can tell are still told apart', () => {
  const dimension = 16;
  const base = unitVectors({ rows: 1, dimension }, seededRandom(8));
  const matrix = new Float32Array(300 * dimension);
  for (let row = 0; row < 300; row += 1) {
    const values = base.map((value, place) => (place === 0 ? value + row * 1e-6 : value));
    const length = Math.hypot(...values);
    matrix.set(
      values.map((value) => value / length),
      row * dimension,
    );
  }
  const search = openExactSearch(matrix, dimension, { quantiseFromRows: 0 });
  const similarities = Array.from({ length: 300 }, (_, row) => ({ row, score: naiveCosine(matrix, row, base) }));
  expect(search.nearest(base, 5)).toEqual(similarities.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, 5));
});

test('vectors of more dimensions than int8 products count exactly in float32 are searched right', () => {
  const vectors = unitVectors({ rows: 80, dimension: 2000 }, seededRandom(9), 0.2);
  const query = vectors.slice(0, 2000);
  const expected = Array.from({ length: 80 }, (_, row) => ({ row, score: naiveCosine(vectors, row, query) }));
  const found = openExactSearch(vectors, 2000, { quantiseFromRows: 0 }).nearest(query, 3);
  expect(found).toEqual(expected.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, 3));
});

test('an empty matrix has no nearest rows', () => {
  for (const quantiseFromRows of [0, 10]) {
    expect(openExactSearch(new Float32Array(0), 8, { quantiseFromRows }).nearest(new Float32Array(8), 3)).toEqual([]);
  }
});
