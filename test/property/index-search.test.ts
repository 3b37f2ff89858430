import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBm25 } from '../../src/index/bm25.ts';
import { termCounts, termWeights } from '../../src/index/bm25-weights.ts';
import { openEmbeddedIndex } from '../../src/index/embedded/embedded-index.ts';
import { openExactSearch } from '../../src/index/embedded/exact-search.ts';
import { openQuantisedSearch } from '../../src/index/embedded/quantised-search.ts';
import { bestFirst, topRows } from '../../src/index/top-rows.ts';
import { madeUpVersion, naiveBm25, naiveCosine, naiveSearch, seededRandom, unitVectors } from '../support/index-oracle.ts';

const term = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', 'é', '退货');
const documents = fc.array(fc.array(term, { maxLength: 8 }), { minLength: 1, maxLength: 25 });

test('BM25 over the inverted index equals the formula, for every document and query', () => {
  fc.assert(
    fc.property(documents, fc.array(fc.array(term, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (rows, queries) => {
      const bm25 = openBm25(rows);
      // Several queries on one index: a search must leave nothing behind for the next.
      for (const query of queries) {
        bm25.scored(query, ({ byRow, touched }) => {
          for (const row of rows.keys()) expect(byRow[row]).toBeCloseTo(naiveBm25(rows, row, query), 5);
          const sharing = [...rows.keys()].filter((row) => rows[row]?.some((each) => query.includes(each)));
          expect([...touched].toSorted((left, right) => left - right)).toEqual(sharing);
        });
      }
    }),
  );
});

test('the dot product of a document’s weights and a query’s counts is its BM25 score', () => {
  fc.assert(
    fc.property(documents, fc.array(term, { maxLength: 6 }), (rows, query) => {
      const { vocabulary, rowStart, termNumbers, weights } = termWeights(rows);
      const counts = termCounts(query, vocabulary);
      for (const row of rows.keys()) {
        let score = 0;
        for (let place = rowStart[row] ?? 0; place < (rowStart[row + 1] ?? 0); place += 1) {
          const asked = counts.termNumbers.indexOf(termNumbers[place] ?? -1);
          score += (weights[place] ?? 0) * (counts.counts[asked] ?? 0);
        }
        expect(score).toBeCloseTo(naiveBm25(rows, row, query), 5);
      }
    }),
  );
});

test('the k best rows are the first k of all rows in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 })), fc.integer({ min: 1, max: 12 }), (scores, k) => {
      const all = scores.map((score, row) => ({ row, score }));
      expect(topRows(scores.keys(), (row) => scores[row] ?? 0, k)).toEqual(all.toSorted(bestFirst).slice(0, k));
    }),
  );
});

/** Sizes, crowding and repeats at which the shortcuts of the exact search could go wrong. */
const searches = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  rows: fc.integer({ min: 1, max: 700 }),
  dimension: fc.constantFrom(1, 2, 8, 33, 64),
  /** 0 puts every row on one of 8 points: ties everywhere. */
  spread: fc.constantFrom(undefined, 0, 0.01, 0.3),
  k: fc.integer({ min: 1, max: 40 }),
  queryIsRow: fc.boolean(),
});

test('exact search with and without the int8 copy equals the naive scan, ties and similarities included', () => {
  fc.assert(
    fc.property(searches, ({ seed, rows, dimension, spread, k, queryIsRow }) => {
      const random = seededRandom(seed);
      const vectors = unitVectors({ rows, dimension }, random, spread);
      const query = queryIsRow ? vectors.slice(0, dimension) : unitVectors({ rows: 1, dimension }, random, spread);
      const expected = topRows(Array.from({ length: rows }).keys(), (row) => naiveCosine(vectors, row, query), k);
      for (const quantiseFromRows of [0, 1e9]) {
        expect(openExactSearch(vectors, dimension, { quantiseFromRows }).nearest(query, k)).toEqual(expected);
      }
    }),
    { numRuns: 150 },
  );
});

test('no similarity is further from the quantised one than the bound says', () => {
  fc.assert(
    fc.property(searches, ({ seed, rows, dimension, spread }) => {
      const random = seededRandom(seed);
      const vectors = unitVectors({ rows, dimension }, random, spread);
      const query = unitVectors({ rows: 1, dimension }, random, spread);
      const found = openQuantisedSearch(vectors, dimension).nearest(query, rows);
      expect(found.count).toBe(rows);
      for (let place = 0; place < rows; place += 1) {
        const difference = Math.abs(found.similarityAt(place) - naiveCosine(vectors, found.rowAt(place), query));
        expect(difference).toBeLessThanOrEqual(found.errorBound);
      }
    }),
    { numRuns: 50 },
  );
});

test('a filtered search equals the naive one for every filter, whatever was cached before', async () => {
  const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, 90);
  const { rows, vectors } = contents;
  const filter = fc.record({
    locales: fc.subarray(['en', 'de', '', 'xx']),
    tags: fc.subarray(['a', 'b', 'c']),
  });
  // A cache for about two subsets, and one for none, so that subsets come and go.
  for (const filterCacheBytes of [8_000, 0]) {
    const index = await openEmbeddedIndex({ rows, vectors, dimension: 16 }, { filterCacheBytes });
    const run = fc.asyncProperty(filter, fc.integer({ min: 0, max: 99 }), async (chosen, seed) => {
      const vector = unitVectors({ rows: 1, dimension: 16 }, seededRandom(seed));
      const query = { vector, terms: ['return', 'my', 'order'], k: 7, filter: chosen };
      const expected = naiveSearch(contents, query);
      const found = await index.search(query);
      expect(found.dense.map((hit) => [hit.row, hit.similarity])).toEqual(expected.dense.map((hit) => [hit.row, hit.similarity]));
      expect(found.lexical.map((hit) => hit.row)).toEqual(expected.lexical.map((hit) => hit.row));
    });
    await fc.assert(run);
  }
});
