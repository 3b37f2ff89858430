/**
 * A version's vectors and terms, held in memory and searched by cosine and BM25 side by side, each hit with both scores: exactly, or through
 * a graph where the version came with one. Knows nothing of files; version-reader.ts reads what it is opened with.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.ts';
import { openBm25 } from '../bm25.ts';
import { checkGroupQuery, checkQuery } from '../check-query.ts';
import type { Hit, QuestionIndex, QuestionRow, RowFilter, SearchQuery, SearchResult } from '../contract.ts';
import { isOpenFilter } from '../row-filter.ts';
import { type ScoredRow, topRows } from '../top-rows.ts';
import { ANN_FROM_ROWS } from './ann-threshold.ts';
import { type ExactSearch, openExactSearch } from './exact-search.ts';
import { type MeasuredGraph, openGraphSearch } from './graph-search.ts';
import { openGroupSearch } from './group-search.ts';
import { openSubsetCache, type Subset } from './subset-cache.ts';

/** What an index is made of. Kept, not copied, and must not change. */
export interface IndexContents {
  readonly rows: readonly QuestionRow[];
  /** [rows.length × dimension], unit rows. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** Walked instead of comparing with every row; as many rows as the matrix. */
  readonly graph?: MeasuredGraph;
}

/** What an index is built over. */
export interface EmbeddedIndexOptions {
  /** Rows from which a filtered part is searched through the graph, where there is one, and not copied; ANN_FROM_ROWS where not given. */
  readonly annFromRows?: number;
  /** Most bytes for filtered copies; where not given as much as the index itself and 1 MiB, so that filters at most double the memory. */
  readonly filterCacheBytes?: number;
}

/**
 * The k nearest of the rows that pass, by comparing with every row and asking for ever more of them. For filters that let many rows through
 * and few near the query: 2 to 4 times faster than comparing with the passing rows in JavaScript, and nothing is copied.
 */
function nearestPassing(whole: ExactSearch, { vector, k }: Pick<SearchQuery, 'vector' | 'k'>, passes: Uint8Array): readonly ScoredRow[] {
  for (let count = Math.max(1_024, 8 * k); ; count *= 8) {
    const best = whole
      .nearest(vector, count)
      .filter(({ row }) => passes[row] === 1)
      .slice(0, k);
    if (best.length === k || count >= whole.size) return best;
  }
}

type Densest = (query: SearchQuery, subset: Subset | undefined) => readonly ScoredRow[];

/** The way to the k nearest rows: a copy of the filtered part, the graph, or comparing with every row. */
function densestRows({ graph }: IndexContents, whole: ExactSearch): Densest {
  const walk = graph && openGraphSearch({ ...graph, similarity: whole.similarity });
  return ({ vector, k }, subset) => {
    if (subset === undefined) return walk?.nearest(vector, k) ?? whole.nearest(vector, k);
    const { rows, passes, search } = subset;
    if (search !== undefined) return search.nearest(vector, k).map(({ row, score }) => ({ row: rows[row] ?? 0, score }));
    return walk?.nearest(vector, k, { count: rows.length, passes }) ?? nearestPassing(whole, { vector, k }, passes);
  };
}

/** Opens an index over contents in memory; 10,000 questions take some 60 ms, never more than half of it without a break for other work. */
export async function openEmbeddedIndex(contents: IndexContents, options: EmbeddedIndexOptions = {}): Promise<QuestionIndex> {
  const { rows, vectors, dimension, graph } = contents;
  // The graph has int8 copies of its own: no second ones for the few searches that it cannot answer.
  const whole = openExactSearch(vectors, dimension, graph === undefined ? {} : { quantiseFromRows: Number.POSITIVE_INFINITY });
  await nextTurn();
  const bm25 = openBm25(rows.map((row) => row.terms));
  const densest = densestRows(contents, whole);
  const subsetOf = openSubsetCache({
    ...contents,
    maxBytes: options.filterCacheBytes ?? whole.bytes + 2 ** 20,
    ...(graph === undefined ? {} : { copyBelowRows: options.annFromRows ?? ANN_FROM_ROWS }),
  });

  const nearestOf = openGroupSearch(rows, whole.similarity);
  const partOf = (filter: RowFilter | undefined) => (filter === undefined || isOpenFilter(filter) ? undefined : subsetOf(filter));

  function find(query: SearchQuery): SearchResult {
    const subset = partOf(query.filter);
    const nearest = densest(query, subset);
    return bm25.scored(query.terms, ({ byRow, touched }) => {
      const lexicalOf = (row: number): number => byRow[row] ?? 0;
      const passing = subset === undefined ? touched : touched.filter((row) => subset.passes[row] === 1);
      const best = topRows(passing, lexicalOf, query.k);
      return {
        dense: nearest.map(({ row, score }): Hit => ({ row, similarity: score, lexical: lexicalOf(row) })),
        lexical: best.map(({ row, score }): Hit => ({ row, similarity: whole.similarity(query.vector, row), lexical: score })),
        similarities: Float32Array.from(query.rows ?? [], (row) => whole.similarity(query.vector, row)),
        nearest: nearestOf({ vector: query.vector, groups: query.groups ?? [] }, subset?.passes),
      };
    });
  }

  return {
    size: rows.length,
    dimension,
    method: graph === undefined ? { kind: 'exact', recallAt10: 1 } : { kind: 'hnsw', recallAt10: graph.recallAt10 },
    remote: false,
    async search(query, signal) {
      throwIfAborted(signal);
      checkQuery(query, { dimension, size: rows.length });
      return find(query);
    },
    async nearestOfGroups(query) {
      checkGroupQuery(query, dimension);
      return nearestOf(query, partOf(query.filter)?.passes);
    },
  };
}
