/**
 * The dense linear algebra that fitting needs beside matrix products: Cholesky, inverse of a lower triangle, transpose.
 * Float64, row-major, one thread. Own code because no maintained package factors a 1,500 × 1,500 matrix in under a second in
 * Node (docs/decisions/0003-linear-algebra.md). Knows nothing of kernels.
 */
import { FaqError } from '../errors.ts';

/** Dot product of two rows of length `length`; four sums keep the processor's adders busy. */
function dotRows(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = length - (length % 4);
  for (let k = 0; k < whole; k += 4) {
    s0 += (a[aStart + k] as number) * (b[bStart + k] as number);
    s1 += (a[aStart + k + 1] as number) * (b[bStart + k + 1] as number);
    s2 += (a[aStart + k + 2] as number) * (b[bStart + k + 2] as number);
    s3 += (a[aStart + k + 3] as number) * (b[bStart + k + 3] as number);
  }
  for (let k = whole; k < length; k += 1) s0 += (a[aStart + k] as number) * (b[bStart + k] as number);
  return s0 + s1 + s2 + s3;
}

/** Lower factor of a, or the pivot at which a turned out not to be positive definite. */
function tryCholesky(a: Float64Array, size: number, ridge: number): Float64Array | number {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const rest = (a[i * size + j] as number) - dotRows(lower, i * size, lower, j * size, j);
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

/** Inverse of a lower-triangular matrix [size × size]; lower-triangular too. */
export function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const row = i * size;
    for (let k = 0; k < i; k += 1) {
      const factor = lower[row + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j <= k; j += 1) inverse[row + j] = (inverse[row + j] as number) - factor * (inverse[k * size + j] as number);
    }
    const scale = 1 / (lower[row + i] as number);
    for (let j = 0; j < i; j += 1) inverse[row + j] = (inverse[row + j] as number) * scale;
    inverse[row + i] = scale;
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
