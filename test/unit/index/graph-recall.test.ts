import { expect, test } from 'vitest';
import { openExactSearch } from '../../../src/index/embedded/exact-search.ts';
import { chooseExpansion, EXPANSIONS, type Nearest } from '../../../src/index/embedded/graph-recall.ts';
import { probesOf, recallAt10 } from '../../../src/index/recall.ts';
import { naiveCosine, seededRandom, unitVectors } from '../../support/index-oracle.ts';

const dimension = 32;
const vectors = unitVectors({ rows: 500, dimension }, seededRandom(3), 0.3);
const { nearest } = openExactSearch(vectors, dimension);

/** Misses the last of the rows in so many of a hundred searches. */
function forgetful(misses: number): Nearest {
  let searches = 0;
  return (query, k) => {
    searches += 1;
    return nearest(query, searches % 100 < misses ? k - 1 : k);
  };
}

test('probes are stored questions, and unit vectors at a cosine of some .9 to each, the same every time', () => {
  const made = probesOf(vectors, dimension);
  expect(made.stored).toHaveLength(200);
  expect(made.paraphrases).toHaveLength(200);
  for (const [number, vector] of made.paraphrases.entries()) {
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(naiveCosine(vectors, Math.floor(number * 2.5), made.stored[number] ?? new Float32Array(0))).toBeCloseTo(1, 5);
    // The difference of two questions is not at right angles to a third: hence not .9 exactly.
    const cosine = naiveCosine(vectors, Math.floor(number * 2.5), vector);
    expect(cosine).toBeGreaterThan(0.75);
    expect(cosine).toBeLessThan(0.999);
  }
  expect(probesOf(vectors, dimension)).toEqual(made);
});

test('a matrix of one row, or of equal rows, has paraphrases without NaN', () => {
  const row = vectors.slice(0, dimension);
  const equal = new Float32Array(3 * dimension);
  for (let number = 0; number < 3; number += 1) equal.set(row, number * dimension);
  for (const matrix of [row, equal]) {
    for (const vector of probesOf(matrix, dimension).paraphrases) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
  expect(probesOf(new Float32Array(0), dimension)).toEqual({ stored: [], paraphrases: [] });
});

test('recall is the share of the exact rows found, and a row as near as the last of them is as good', () => {
  const queries = probesOf(vectors, dimension).paraphrases;
  const exact = queries.map((query) => nearest(query, 10));
  const found = (search: Nearest) => queries.map((query) => search(query, 10));
  expect(recallAt10(found(nearest), exact)).toBe(1);
  expect(
    recallAt10(
      found((query, k) => nearest(query, k).slice(0, 9)),
      exact,
    ),
  ).toBeCloseTo(0.9, 10);
  const twins: Nearest = (query, k) => nearest(query, k).map(({ row, score }) => ({ row: row + 1_000, score }));
  expect(recallAt10(found(twins), exact)).toBe(1);
});

test('the least expansion that finds .992 is taken, and where none does the greatest with its true recall', () => {
  const missesAt = new Map(EXPANSIONS.map((expansion, place) => [expansion, [90, 40, 0, 0][place] ?? 0]));
  const question = { vectors, dimension, exact: nearest };
  expect(chooseExpansion({ ...question, withExpansion: (expansion) => forgetful(missesAt.get(expansion) ?? 0) })).toEqual({
    expansion: EXPANSIONS[2],
    recallAt10: 1,
  });
  const { expansion, recallAt10: poor } = chooseExpansion({ ...question, withExpansion: () => forgetful(50) });
  expect(expansion).toBe(EXPANSIONS.at(-1));
  expect(poor).toBeCloseTo(0.95, 2);
});

test('recall is that of the worse kind of probe', () => {
  const stored = new Set(probesOf(vectors, dimension).stored.map((vector) => vector.join()));
  const blindTo =
    (isBlind: (query: Float32Array) => boolean): Nearest =>
    (query, k) =>
      nearest(query, isBlind(query) ? k / 2 : k);
  for (const isBlind of [(query: Float32Array) => stored.has(query.join()), (query: Float32Array) => !stored.has(query.join())]) {
    const { recallAt10: reached } = chooseExpansion({ vectors, dimension, exact: nearest, withExpansion: () => blindTo(isBlind) });
    expect(reached).toBe(0.5);
  }
});
