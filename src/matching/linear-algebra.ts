/**
 * The dense linear algebra that fitting needs beside matrix products: Cholesky, inverse of a lower triangle, transpose.
 * Float64, row-major, one thread. Own code because no maintained package factors a 1,500 × 1,500 matrix in under a second in
 * Node (docs/decisions/0003-linear-algebra.md). Knows nothing of kernels.
 */
import { FaqError } from '../errors.ts';

/** Dot product of the first `length` numbers from two places of a matrix; four sums keep the processor's adders busy. */
function dotWithin(matrix: Float64Array, starts: readonly [number, number], length: number): number {
  const [a, b] = starts;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = length - (length % 4);
  for (let k = 0; k < whole; k += 4) {
    s0 += (matrix[a + k] as number) * (matrix[b + k] as number);
    s1 += (matrix[a + k + 1] as number) * (matrix[b + k + 1] as number);
    s2 += (matrix[a + k + 2] as number) * (matrix[b + k + 2] as number);
    s3 += (matrix[a + k + 3] as number) * (matrix[b + k + 3] as number);
  }
  for (let k = whole; k < length; k += 1) s0 += (matrix[a + k] as number) * (matrix[b + k] as number);
  return s0 + s1 + s2 + s3;
}

/** Lower factor of a, or the pivot at which a turned out not to be positive definite. */
function tryCholesky(a: Float64Array, size: number, ridge: number): Float64Array | number {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const rest = (a[i * size + j] as number) - dotWithin(lower, [i * size, j * size], j);
      if (i !== j) {
        lower[i * size + j] = rest / (lower[j * size + j] as number);
        continue;
      }
      const pivot = rest + ridge;
      if (!(pivot > 0)) return i;
      lower[i * size + i] = Math.sqrt(pivot);
    }
  }
  return lower;
}

/**
 * Lower Cholesky factor of a symmetric positive definite matrix [size × size].
 * Float32 products can leave a nearly singular matrix slightly indefinite; then the diagonal is raised tenfold a time, from `ridge`.
 * @throws FaqError internal when even a thousandfold ridge does not help (NaN in the input).
 */
export function cholesky(a: Float64Array, size: number, ridge: number): Float64Array {
  for (let raised = ridge; raised <= ridge * 1000; raised *= 10) {
    const lower = tryCholesky(a, size, raised);
    if (typeof lower !== 'number') return lower;
  }
  throw new FaqError('internal', `A ${size} × ${size} kernel matrix is not positive definite; its vectors may hold NaN.`);
}

/** row_i −= Σ factors[k] · row_k over k below `end`, four rows at a time, which saves three of four passes over row_i. */
function eliminate(inverse: Float64Array, lower: Float64Array, at: { readonly row: number; readonly size: number }): void {
  const { row, size } = at;
  const out = row * size;
  const whole = row - (row % 4);
  for (let k = 0; k < whole; k += 4) {
    const f0 = lower[out + k] as number;
    const f1 = lower[out + k + 1] as number;
    const f2 = lower[out + k + 2] as number;
    const f3 = lower[out + k + 3] as number;
    const r0 = k * size;
    const r1 = r0 + size;
    const r2 = r1 + size;
    const r3 = r2 + size;
    // Rows are zero right of their diagonal, so all four may run to the last one's.
    for (let j = 0; j <= k + 3; j += 1) {
      const change =
        f0 * (inverse[r0 + j] as number) +
        f1 * (inverse[r1 + j] as number) +
        f2 * (inverse[r2 + j] as number) +
        f3 * (inverse[r3 + j] as number);
      inverse[out + j] = (inverse[out + j] as number) - change;
    }
  }
  for (let k = whole; k < row; k += 1) {
    const factor = lower[out + k] as number;
    for (let j = 0; j <= k; j += 1) inverse[out + j] = (inverse[out + j] as number) - factor * (inverse[k * size + j] as number);
  }
}

/** Inverse of a lower-triangular matrix [size × size]; lower-triangular too. */
export function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    eliminate(inverse, lower, { row, size });
    const scale = 1 / (lower[row * size + row] as number);
    for (let j = 0; j < row; j += 1) inverse[row * size + j] = (inverse[row * size + j] as number) * scale;
    inverse[row * size + row] = scale;
  }
  return inverse;
}

/** Transpose of a [rows × columns] matrix, in tiles that stay in the processor's cache. */
export function transpose(a: Float32Array, rows: number, columns: number): Float32Array {
  const tile = 32;
  const out = new Float32Array(rows * columns);
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const i1 = Math.min(rows, i0 + tile);
    for (let j0 = 0; j0 < columns; j0 += tile) {
      const j1 = Math.min(columns, j0 + tile);
      for (let i = i0; i < i1; i += 1) {
        for (let j = j0; j < j1; j += 1) out[j * rows + i] = a[i * columns + j] as number;
      }
    }
  }
  return out;
}

/** Solves (L Lᵀ) x = b in place for one right-hand side, L lower-triangular [size × size]. */
export function solveCholesky(lower: Float64Array, size: number, b: Float64Array): void {
  for (let i = 0; i < size; i += 1) {
    let rest = b[i] as number;
    for (let k = 0; k < i; k += 1) rest -= (lower[i * size + k] as number) * (b[k] as number);
    b[i] = rest / (lower[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let rest = b[i] as number;
    for (let k = i + 1; k < size; k += 1) rest -= (lower[k * size + i] as number) * (b[k] as number);
    b[i] = rest / (lower[i * size + i] as number);
  }
}
