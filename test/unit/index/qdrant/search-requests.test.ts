import { describe, expect, test } from 'vitest';
import { denseQuery, groupQuery, qdrantFilter, rowsQuery, scoredRows, termsQuery } from '../../../../src/index/qdrant/search-requests.ts';
import { searchesText } from '../../../../src/index/qdrant/search-transport.ts';

const exact = { method: { kind: 'exact', recallAt10: 1, ef: 0 }, quantised: false } as const;
const hnsw = { kind: 'hnsw', recallAt10: 1, ef: 128 } as const;
const query = { vector: Float32Array.of(0.5, -0.5), terms: [], k: 3 };

describe('a search in the words of Qdrant', () => {
  test('asks for one more than k, so that a tie at the last place shows, and for no payload', () => {
    expect(denseQuery(query, exact)).toEqual({
      query: [0.5, -0.5],
      using: 'dense',
      limit: 4,
      params: { exact: true },
      with_payload: false,
      with_vector: false,
    });
  });

  test('walks the graph as wide as was measured, and has quantised hits rescored', () => {
    expect(denseQuery(query, { method: hnsw, quantised: false }).params).toEqual({ hnsw_ef: 128 });
    expect(denseQuery(query, { method: hnsw, quantised: true }).params).toMatchObject({ quantization: { rescore: true } });
    // Without a graph there is nothing quantised either.
    expect(denseQuery(query, { ...exact, quantised: true }).params).toEqual({ exact: true });
  });

  test('filters by any of the locales and all of the tags, on both sides', () => {
    const filter = { locales: ['de', ''], tags: ['a', 'a|b "c"'] };
    const passing = {
      must: [
        { key: 'filters', match: { any: ['locale:de', 'locale:'] } },
        { key: 'filters', match: { value: 'tag:a' } },
        { key: 'filters', match: { value: 'tag:a|b "c"' } },
      ],
    };
    expect(qdrantFilter(filter)).toEqual(passing);
    expect(denseQuery({ ...query, filter }, exact).filter).toEqual(passing);
    // The best by terms are chosen in the prefetch: a filter after it would leave fewer than k.
    expect(termsQuery({ ...query, filter }, { termNumbers: [1], counts: [2] }).prefetch).toMatchObject({ filter: passing });
  });

  test('has no filter where everything passes', () => {
    expect([qdrantFilter(undefined), qdrantFilter({ locales: [], tags: [] })]).toEqual([undefined, undefined]);
  });

  test('never sends half a surrogate pair, which Qdrant takes for a broken request', () => {
    expect(JSON.stringify(qdrantFilter({ locales: ['\ud83d'], tags: ['\udc00'] }))).not.toMatch(/\\ud/u);
  });

  test('scores by terms and gives back cosines', () => {
    expect(termsQuery(query, { termNumbers: [7, 2], counts: [1, 2] })).toMatchObject({
      prefetch: { query: { indices: [7, 2], values: [1, 2] }, using: 'terms', limit: 4 },
      query: [0.5, -0.5],
      using: 'dense',
      limit: 4,
    });
  });

  test('names each row once and asks for all of them', () => {
    expect(rowsQuery(query.vector, [5, 1, 5])).toMatchObject({ limit: 2, filter: { must: [{ has_id: [5, 1] }] }, params: { exact: true } });
  });

  test('asks for the nearest row of a group and one beyond it, within the filter, by comparing', () => {
    const filter = { locales: ['de'], tags: [] };
    const walk = { method: hnsw, quantised: false };
    expect(groupQuery({ ...query, filter, k: 1 }, { group: 4, size: 9 }, walk)).toMatchObject({
      limit: 2,
      filter: {
        must: [
          { key: 'filters', match: { value: 'group:4' } },
          { key: 'filters', match: { any: ['locale:de'] } },
        ],
      },
      params: { exact: true },
    });
    expect(groupQuery({ ...query, k: 8 }, { group: 4, size: 9 }, walk)).toMatchObject({
      limit: 9,
      filter: { must: [{ match: { value: 'group:4' } }] },
    });
    expect(groupQuery(query, { group: 4, size: 100_000 }, walk)).toMatchObject({ params: { hnsw_ef: 128 } });
  });

  test('puts the numbers of one vector into words once, whatever is asked of it', () => {
    const searches = [
      denseQuery(query, exact),
      groupQuery(query, { group: 1, size: 9 }, exact),
      termsQuery(query, { termNumbers: [7], counts: [1] }),
    ];
    expect(JSON.parse(searchesText(searches))).toEqual({ searches });
    expect(new Set(searches.map((each) => each.query)).size).toBe(1);
  });

  test('reads rows and cosines, which rounding may not carry past 1', () => {
    const points = [1.0000001, -1.0000001, 0.5].map((score, id) => ({ id, version: 0, score }));
    expect(scoredRows({ points })).toEqual([
      { row: 0, score: 1 },
      { row: 1, score: -1 },
      { row: 2, score: 0.5 },
    ]);
  });
});
