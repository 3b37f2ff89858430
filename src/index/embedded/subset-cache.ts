/**
 * The part of an index that a filter lets through, as a searchable matrix of its own, kept for the filters used last.
 * Filters so apply before ranking: k hits come back wherever k rows pass. Bounded in bytes, so that no caller can fill the memory.
 * Where the index has a graph, a large part is not copied: the graph is walked for it.
 */
import type { QuestionRow, RowFilter } from '../contract.ts';
import { filterKey, rowsThatPass } from '../row-filter.ts';
import { type ExactSearch, openExactSearch } from './exact-search.ts';

/** Rows that pass a filter. */
export interface Subset {
  /** Row numbers in the whole index, ascending; the search's row i is rows[i] there. */
  readonly rows: Uint32Array;
  /** [all rows]; 1 where the row passes. */
  readonly passes: Uint8Array;
  /** Over a copy of the rows; undefined where they are too many to be copied. */
  readonly search: ExactSearch | undefined;
}

/** What subsets are cut from. */
export interface SubsetSource {
  readonly rows: readonly QuestionRow[];
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** Most bytes held by the subsets kept; the ones used longest ago go first. One over the bound alone is made and not kept. */
  readonly maxBytes: number;
  /** Rows from which a subset is not copied; none is too large where not given. */
  readonly copyBelowRows?: number;
}

function copied({ vectors, dimension }: SubsetSource, passing: Uint32Array): ExactSearch {
  const compact = new Float32Array(passing.length * dimension);
  for (const [place, row] of passing.entries()) {
    compact.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
  }
  return openExactSearch(compact, dimension);
}

/** Bytes of a number in a copy that is searched: as float32, and most of them as int8 beside it. */
const COPIED_BYTES = 5;

/** Whether a part is copied: not where a graph answers for it, nor where the copy would have to be made for each search. */
function isCopied({ dimension, maxBytes, copyBelowRows = Number.POSITIVE_INFINITY }: SubsetSource, passing: number): boolean {
  return passing < copyBelowRows && passing * dimension * COPIED_BYTES <= maxBytes;
}

function cut(source: SubsetSource, filter: RowFilter): Subset {
  const passing = rowsThatPass(source.rows, filter);
  const passes = new Uint8Array(source.rows.length);
  for (const row of passing) passes[row] = 1;
  const search = isCopied(source, passing.length) ? copied(source, passing) : undefined;
  return { rows: passing, passes, search };
}

function bytesOf(key: string, subset: Subset): number {
  return 2 * key.length + subset.rows.byteLength + subset.passes.byteLength + (subset.search?.bytes ?? 0);
}

/** The cache as a function: a filter to its subset, made on first use. */
export function openSubsetCache(source: SubsetSource): (filter: RowFilter) => Subset {
  // A Map keeps the order of insertion: the first key is the one used longest ago.
  const kept = new Map<string, Subset>();
  let bytes = 0;
  return (filter) => {
    const key = filterKey(filter);
    const found = kept.get(key);
    if (found !== undefined) {
      kept.delete(key);
      kept.set(key, found);
      return found;
    }
    const subset = cut(source, filter);
    const size = bytesOf(key, subset);
    if (size > source.maxBytes) return subset;
    kept.set(key, subset);
    bytes += size;
    for (const [oldKey, old] of kept) {
      if (bytes <= source.maxBytes) break;
      kept.delete(oldKey);
      bytes -= bytesOf(oldKey, old);
    }
    return subset;
  };
}
