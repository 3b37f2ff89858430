/**
 * A version's vectors and terms, held in memory and searched exactly: cosine and BM25 side by side, each hit with both scores.
 * Knows nothing of files; version-folder.ts reads what it is opened with.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.ts';
import { openBm25 } from '../bm25.ts';
import { checkQuery, checkRows, checkVector } from '../check-query.ts';
import type { Hit, QuestionIndex, QuestionRow, SearchQuery, SearchResult } from '../contract.ts';
import { isOpenFilter } from '../row-filter.ts';
import { type ScoredRow, topRows } from '../top-rows.ts';
import { openExactSearch } from './exact-search.ts';
import { openSubsetCache, type Subset } from './subset-cache.ts';

/** What an index is made of. Kept, not copied, and must not change. */
export interface IndexContents {
  readonly rows: readonly QuestionRow[];
  /** [rows.length × dimension], unit rows. */
  readonly vectors: Float32Array;
  readonly dimension: number;
}

/** What an index is built over. */
export interface EmbeddedIndexOptions {
  /** Most bytes for filtered copies; where not given as much as the index itself and 1 MiB, so that filters at most double the memory. */
  readonly filterCacheBytes?: number;
}

/** Opens an index over contents in memory; 10,000 questions take some 60 ms, never more than half of it without a break for other work. */
export async function openEmbeddedIndex(contents: IndexContents, options: EmbeddedIndexOptions = {}): Promise<QuestionIndex> {
  const { rows, vectors, dimension } = contents;
  const whole = openExactSearch(vectors, dimension);
  await nextTurn();
  const bm25 = openBm25(rows.map((row) => row.terms));
  const subsetOf = openSubsetCache({ ...contents, maxBytes: options.filterCacheBytes ?? whole.bytes + 2 ** 20 });

  function densest({ vector, k }: SearchQuery, subset: Subset | undefined): readonly ScoredRow[] {
    if (subset === undefined) return whole.nearest(vector, k);
    return subset.search.nearest(vector, k).map(({ row, score }) => ({ row: subset.rows[row] ?? 0, score }));
  }

  function similaritiesTo(vector: Float32Array, wanted: readonly number[]): Float32Array {
    return Float32Array.from(wanted, (row) => whole.similarity(vector, row));
  }

  function find(query: SearchQuery): SearchResult {
    const subset = query.filter === undefined || isOpenFilter(query.filter) ? undefined : subsetOf(query.filter);
    const nearest = densest(query, subset);
    return bm25.scored(query.terms, ({ byRow, touched }) => {
      const lexicalOf = (row: number): number => byRow[row] ?? 0;
      const passing = subset === undefined ? touched : touched.filter((row) => subset.passes[row] === 1);
      const best = topRows(passing, lexicalOf, query.k);
      return {
        dense: nearest.map(({ row, score }): Hit => ({ row, similarity: score, lexical: lexicalOf(row) })),
        lexical: best.map(({ row, score }): Hit => ({ row, similarity: whole.similarity(query.vector, row), lexical: score })),
        similarities: similaritiesTo(query.vector, query.rows ?? []),
      };
    });
  }

  return {
    size: rows.length,
    dimension,
    method: { kind: 'exact', recallAt10: 1 },
    remote: false,
    async search(query, signal) {
      throwIfAborted(signal);
      checkQuery(query, { dimension, size: rows.length });
      return find(query);
    },
    async similarities(vector, wanted) {
      checkVector(vector, dimension);
      checkRows(wanted, rows.length);
      return similaritiesTo(vector, wanted);
    },
  };
}
