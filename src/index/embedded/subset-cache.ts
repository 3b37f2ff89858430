/**
 * The part of an index that a filter lets through, as a searchable matrix of its own, kept for the filters used last.
 * Filters so apply before ranking: k hits come back wherever k rows pass. Bounded in bytes, so that no caller can fill the memory.
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
  readonly search: ExactSearch;
}

/** What subsets are cut from. */
export interface SubsetSource {
  readonly rows: readonly QuestionRow[];
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** Most bytes held by the subsets kept; the ones used longest ago go first. One over the bound alone is made and not kept. */
  readonly maxBytes: number;
}

function cut({ rows, vectors, dimension }: SubsetSource, filter: RowFilter): Subset {
  const passing = rowsThatPass(rows, filter);
  const compact = new Float32Array(passing.length * dimension);
  const passes = new Uint8Array(rows.length);
  for (const [place, row] of passing.entries()) {
    compact.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    passes[row] = 1;
  }
  return { rows: passing, passes, search: openExactSearch(compact, dimension) };
}

function bytesOf(key: string, subset: Subset): number {
  return 2 * key.length + subset.rows.byteLength + subset.passes.byteLength + subset.search.bytes;
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
