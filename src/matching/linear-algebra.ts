/**
 * The dense linear algebra that fitting needs beside matrix products: Cholesky, inverse of its factor, transpose.
 * Float64, row-major, one thread. Own code because no maintained package factors a 1,500 × 1,500 matrix in under a second in
 * Node (docs/decisions/0003-linear-algebra.md). Knows nothing of kernels.
 */
import { FaqError } from '../errors.ts';
import type { Multiply } from './contract.ts';

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

/** Lower factor of a; undefined where a is not positive definite. */
function tryCholesky(a: Float64Array, size: number, ridge: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const rest = (a[i * size + j] as number) - dotWithin(lower, [i * size, j * size], j);
      if (i !== j) {
        lower[i * size + j] = rest / (lower[j * size + j] as number);
        continue;
      }
      const pivot = rest + ridge;
      if (!(pivot > 0)) return undefined;
      lower[i * size + i] = Math.sqrt(pivot);
    }
  }
  return lower;
}

function notPositiveDefinite(size: number): FaqError {
  return new FaqError('internal', `A ${size} × ${size} kernel matrix is not positive definite; its vectors may hold NaN.`);
}

/** What is added to a diagonal, in turn: float32 products can leave a nearly singular matrix slightly indefinite. */
function raisedRidges(ridge: number): readonly number[] {
  return [ridge, ridge * 10, ridge * 100, ridge * 1000];
}

/**
 * Lower Cholesky factor of a symmetric positive definite matrix [size × size], its diagonal raised by `ridge`, and further where it takes that.
 * @throws FaqError internal when even a thousandfold ridge does not help (NaN in the input).
 */
export function cholesky(a: Float64Array, size: number, ridge: number): Float64Array {
  for (const raised of raisedRidges(ridge)) {
    const lower = tryCholesky(a, size, raised);
    if (lower !== undefined) return lower;
  }
  throw notPositiveDefinite(size);
}

/** Inverse of a lower-triangular matrix [size × size]; lower-triangular too. */
function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    const scale = 1 / (lower[row * size + row] as number);
    for (let k = 0; k < row; k += 1) {
      const factor = scale * (lower[row * size + k] as number);
      for (let j = 0; j <= k; j += 1)
        inverse[row * size + j] = (inverse[row * size + j] as number) - factor * (inverse[k * size + j] as number);
    }
    inverse[row * size + row] = scale;
  }
  return inverse;
}

/** A rectangle of a matrix. */
interface Rectangle {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** The numbers of a rectangle of a matrix with `width` columns. */
function cut(matrix: Float64Array, width: number, { row, column, rows, columns }: Rectangle): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    const start = (row + i) * width + column;
    out.set(matrix.subarray(start, start + columns), i * columns);
  }
  return out;
}

/** Puts the numbers of a rectangle, scaled, into a matrix with `width` columns. */
function paste(
  matrix: Float64Array,
  width: number,
  { numbers, scale = 1, ...at }: Rectangle & { readonly numbers: Float64Array; readonly scale?: number },
): void {
  for (let i = 0; i < at.rows; i += 1) {
    const start = (at.row + i) * width + at.column;
    for (let j = 0; j < at.columns; j += 1) matrix[start + j] = scale * (numbers[i * at.columns + j] as number);
  }
}

/** Up to this size plain loops are no slower than products. */
const SMALL = 96;

/**
 * By halves, so that nearly all of the work is matrix products. With A₁₁ = L₁₁ L₁₁ᵀ and X = L⁻¹:
 *
 *   L₂₁ = A₂₁ X₁₁ᵀ     X₂₂ = that of A₂₂ − L₂₁ L₂₁ᵀ     X₂₁ = −X₂₂ L₂₁ X₁₁
 */
async function tryInverseFactor(
  a: Float64Array,
  size: number,
  { ridge, multiply }: { readonly ridge: number; readonly multiply: Multiply },
): Promise<Float64Array | undefined> {
  if (size <= SMALL) {
    const lower = tryCholesky(a, size, ridge);
    return lower && invertLower(lower, size);
  }
  const top = size >> 1;
  const rest = size - top;
  const first = await tryInverseFactor(cut(a, size, { row: 0, column: 0, rows: top, columns: top }), top, { ridge, multiply });
  if (first === undefined) return undefined;
  const below = cut(a, size, { row: top, column: 0, rows: rest, columns: top });
  const factor = await multiply(below, first, { rows: rest, inner: top, columns: top, transposeB: true });
  const explained = await multiply(factor, factor, { rows: rest, inner: top, columns: rest, transposeB: true });
  const left = cut(a, size, { row: top, column: top, rows: rest, columns: rest }).map((value, i) => value - (explained[i] as number));
  const second = await tryInverseFactor(left, rest, { ridge, multiply });
  if (second === undefined) return undefined;
  const carried = await multiply(factor, first, { rows: rest, inner: top, columns: top });
  const inverse = new Float64Array(size * size);
  paste(inverse, size, { row: 0, column: 0, rows: top, columns: top, numbers: first });
  paste(inverse, size, { row: top, column: top, rows: rest, columns: rest, numbers: second });
  const numbers = await multiply(second, carried, { rows: rest, inner: rest, columns: top });
  paste(inverse, size, { row: top, column: 0, rows: rest, columns: top, numbers, scale: -1 });
  return inverse;
}

/**
 * Inverse of the lower Cholesky factor of a symmetric positive definite matrix [size × size], its diagonal raised as `cholesky` does; lower-triangular.
 * @throws FaqError internal when even a thousandfold ridge does not help (NaN in the input).
 */
export async function inverseCholesky(
  a: Float64Array,
  size: number,
  options: { readonly ridge: number; readonly multiply: Multiply },
): Promise<Float64Array> {
  for (const ridge of raisedRidges(options.ridge)) {
    const inverse = await tryInverseFactor(a, size, { ...options, ridge });
    if (inverse !== undefined) return inverse;
  }
  throw notPositiveDefinite(size);
}

/** Squared length of one row of a [· × columns] matrix. */
export function rowSquared(matrix: Float32Array, columns: number, row: number): number {
  let sum = 0;
  for (let j = row * columns; j < (row + 1) * columns; j += 1) sum += (matrix[j] as number) ** 2;
  return sum;
}

/** Rows of a [· × columns] matrix, in the order named. */
export function takeRows(matrix: Float32Array, columns: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    out.set(matrix.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return out;
}

/** Transpose of a [rows × columns] matrix, in tiles that stay in the processor's cache. */
export function transpose<T extends Float32Array | Float64Array>(a: T, rows: number, columns: number): T {
  const tile = 32;
  const out = new (a.constructor as new (length: number) => T)(rows * columns);
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
