/**
 * Approximate inner products from int8 copies of the vectors, with a bound on how far off they can be.
 * A quarter of the bytes to read, so some four times faster than float32 (measured; docs of exact-search.ts).
 *
 * The bound. With one scale s for all rows and one scale s' for the query, x = sX + e and q = s'Q + f, X and Q integer. Then
 *   <q, x> − s s' <Q, X> = <q, e> + <f, sX>,  so  |difference| ≤ ‖q‖ max‖e‖ + ‖f‖ max‖sX‖   (Cauchy–Schwarz).
 * One scale for all rows keeps the integer products of different rows comparable.
 */
import { nativeSearch } from './native-search.ts';

const STEPS = 127;

/** Proposals by approximate similarity, nearest first, and how far each similarity can be from the true one. */
export interface Proposals {
  readonly count: number;
  rowAt(place: number): number;
  similarityAt(place: number): number;
  /** Holds for rows that are not among the proposals as well: none of them is truly nearer than the last similarity plus this. */
  readonly errorBound: number;
}

/** Int8 copy of a matrix. */
export interface QuantisedSearch {
  readonly bytes: number;
  /** @param count 1 to the number of rows. */
  nearest(query: Float32Array, count: number): Proposals;
}

interface Quantised {
  readonly values: Int8Array;
  readonly scale: number;
  /** Greatest ‖x − sX‖ of a row. */
  readonly errorNorm: number;
  /** Greatest ‖sX‖ of a row. */
  readonly norm: number;
}

function greatestValue(vectors: Float32Array): number {
  let greatest = 0;
  for (let place = 0; place < vectors.length; place += 1) {
    const size = Math.abs(vectors[place] ?? 0);
    if (size > greatest) greatest = size;
  }
  return greatest;
}

function quantise(vectors: Float32Array, dimension: number): Quantised {
  const greatest = greatestValue(vectors);
  const scale = greatest === 0 ? 1 : greatest / STEPS;
  const inverse = 1 / scale;
  const values = new Int8Array(vectors.length);
  let errorSquares = 0;
  let squares = 0;
  for (let start = 0; start < vectors.length; start += dimension) {
    let rowErrorSquares = 0;
    let rowSquares = 0;
    for (let place = start; place < start + dimension; place += 1) {
      const value = vectors[place] ?? 0;
      // Rounded by hand, a third faster in all than with Math.round; the bound is taken from what comes out.
      const step = (value * inverse + (value < 0 ? -0.5 : 0.5)) | 0;
      values[place] = step;
      const kept = step * scale;
      rowErrorSquares += (value - kept) * (value - kept);
      rowSquares += kept * kept;
    }
    errorSquares = Math.max(errorSquares, rowErrorSquares);
    squares = Math.max(squares, rowSquares);
  }
  return { values, scale, errorNorm: Math.sqrt(errorSquares), norm: Math.sqrt(squares) };
}

/** Quantises a matrix of finite rows; 10,000 × 384 take some 35 ms. */
export function openQuantisedSearch(vectors: Float32Array, dimension: number): QuantisedSearch {
  const rows = quantise(vectors, dimension);
  return {
    bytes: rows.values.byteLength,
    nearest(query, count) {
      const asked = quantise(query, dimension);
      const scale = rows.scale * asked.scale;
      const hits = nativeSearch(rows.values, asked.values, count);
      const queryNorm = asked.norm + asked.errorNorm;
      // Integer products above 2^24 (more than 1,040 dimensions) are rounded to float32 on their way out of the library.
      const rounding = dimension * STEPS * STEPS * 2 ** -23 * scale;
      const errorBound = queryNorm * rows.errorNorm + asked.errorNorm * rows.norm + rounding;
      return { count, errorBound, rowAt: hits.rowAt, similarityAt: (place) => hits.productAt(place) * scale };
    },
  };
}
