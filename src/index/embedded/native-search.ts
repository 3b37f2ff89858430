/**
 * The one door to usearch's exact search: a flat matrix, one query, one thread, inner product.
 * Knows its two traps and hides them; knows nothing of rankings or proofs.
 */
import { createRequire } from 'node:module';
import type * as Usearch from 'usearch';

// Through require, since the package's ESM entry can overflow the stack while it looks for its binary.
const { exactSearch, MetricKind } = createRequire(import.meta.url)('usearch') as typeof Usearch;

/** Proposals in the order found, greatest inner product first. */
export interface NativeHits {
  readonly count: number;
  /** Row of the hit at a place; NaN past the end. Converted on demand: few of many proposals are ever looked at. */
  rowAt(place: number): number;
  /** Its inner product as the library computed it, in float32. */
  productAt(place: number): number;
}

/** The library reads from the start of the buffer, whatever the view's offset: a view into a larger buffer must be copied first. */
export function ownBuffer<T extends Float32Array | Int8Array>(view: T): T {
  return view.byteOffset === 0 ? view : (view.slice() as T);
}

/**
 * The `count` rows with the greatest inner product. Both arrays must start at offset 0 of their buffer (ownBuffer).
 * Ties, and rows that differ by less than the library's rounding, come in no particular order.
 * @param count 1 to the number of rows.
 */
export function nativeSearch<T extends Float32Array | Int8Array>(matrix: T, query: T, count: number): NativeHits {
  const { keys, distances } = exactSearch(matrix, query, query.length, count, MetricKind.IP, 1);
  return {
    count: keys.length,
    rowAt: (place) => Number(keys[place]),
    // The library's distance is 1 - product, integers included.
    productAt: (place) => 1 - (distances[place] ?? Number.NaN),
  };
}
