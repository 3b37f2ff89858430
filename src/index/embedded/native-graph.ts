/**
 * The one door to usearch's HNSW graph: unit rows in, proposals out, a file between two lives. One thread, so that the same rows give the
 * same graph. Knows nothing of rankings: its similarities are those of int8 copies, some .005 off.
 */
import { createRequire } from 'node:module';
import type * as Usearch from 'usearch';
import type { NativeHits } from './native-search.ts';

// Through require, as in native-search.ts.
const { Index, MetricKind, ScalarKind } = createRequire(import.meta.url)('usearch') as typeof Usearch;

/**
 * usearch's defaults, written down since a stored graph depends on them: links per row (twice that on the lowest layer), and
 * candidates looked at when a row is added. Int8 copies build 2.5 times faster than bfloat16 ones, are walked 2.5 times faster and take 532
 * bytes a row of 384 values instead of 916, at the same recall once rescored (docs/decisions/0006-embedded-ann.md).
 */
const LINKS = 16;
const CANDIDATES_WHEN_ADDING = 128;

/** A graph in memory; it holds copies of the vectors of its own. */
export interface NativeGraph {
  readonly size: number;
  readonly dimension: number;
  /**
   * Adds rows. Blocks the thread for some .3 ms a row, more in a large graph.
   * @param rows their numbers, none of them added before.
   * @param vectors [rows.length × dimension], unit rows.
   */
  add(rows: readonly number[], vectors: Float32Array): void;
  /** The rows met nearest, at most `count`; looking at more rows than are needed finds the needed ones more surely. */
  nearest(query: Float32Array, count: number): NativeHits;
  /** Writes a file that openGraph reads. @throws Error where the library could not. */
  save(path: string): void;
}

function wrap(index: Usearch.Index): NativeGraph {
  return {
    get size() {
      return index.size();
    },
    get dimension() {
      return index.dimensions();
    },
    add(rows, vectors) {
      index.add(BigUint64Array.from(rows, BigInt), vectors, 1);
    },
    nearest(query, count) {
      const { keys, distances } = index.search(query, count, 1);
      return {
        count: keys.length,
        rowAt: (place) => Number(keys[place]),
        productAt: (place) => 1 - (distances[place] ?? Number.NaN),
      };
    },
    save: (path) => index.save(path),
  };
}

function create(dimension: number): Usearch.Index {
  return new Index({
    dimensions: dimension,
    metric: MetricKind.IP,
    quantization: ScalarKind.I8,
    connectivity: LINKS,
    expansion_add: CANDIDATES_WHEN_ADDING,
    // The least; a search looks at as many rows as it is asked for.
    expansion_search: 1,
    multi: false,
  });
}

/** A graph without rows. */
export function newGraph(dimension: number): NativeGraph {
  return wrap(create(dimension));
}

/** Reads a graph into memory; blocks for some .1 s per 100 MB. @throws Error where the library cannot read it. */
export function openGraph(path: string, dimension: number): NativeGraph {
  const index = create(dimension);
  index.load(path);
  return wrap(index);
}
