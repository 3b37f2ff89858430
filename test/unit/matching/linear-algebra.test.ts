import { expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import { cholesky, inverseCholesky, solveCholesky, transpose } from '../../../src/matching/linear-algebra.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { naiveMultiply } from '../../support/matching-corpora.ts';

const random = seededRandom(4);

function randomMatrix(rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, () => random() - 0.5);
}

/** a · bᵀ for [size × size]. */
function timesTransposed(a: Float64Array, b: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < size; k += 1) sum += (a[Math.floor(at / size) * size + k] ?? 0) * (b[(at % size) * size + k] ?? 0);
    return sum;
  });
}

function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))).reduce((most, value) => Math.max(most, value), 0);
}

// 1 to 5 cover every remainder of the loop that takes four numbers at a time; 33 crosses a tile of the transpose.
const SIZES = [1, 2, 3, 4, 5, 8, 33];

test('the Cholesky factor times its transpose is the matrix plus its ridge, and nothing stands above its diagonal', () => {
  for (const size of SIZES) {
    const half = randomMatrix(size, size);
    const matrix = timesTransposed(half, half, size);
    const lower = cholesky(matrix, size, 0.5);
    const expected = matrix.map((value, at) => value + (Math.floor(at / size) === at % size ? 0.5 : 0));
    expect(greatestDifference(timesTransposed(lower, lower, size), expected)).toBeLessThan(1e-12);
    lower.forEach((value, at) => {
      if (at % size > Math.floor(at / size)) expect(value).toBe(0);
    });
  }
});

test('a matrix that rounding made slightly indefinite is factored with a raised diagonal', () => {
  // All ones, less a little: its least eigenvalue is about -5e-5, below the ridge asked for.
  const matrix = Float64Array.from({ length: 16 }, (_, at) => (Math.floor(at / 4) === at % 4 ? 1 - 5e-5 : 1));
  const lower = cholesky(matrix, 4, 1e-5);
  expect(lower.every(Number.isFinite)).toBe(true);
  expect(greatestDifference(timesTransposed(lower, lower, 4), matrix)).toBeLessThan(2e-3);
});

test('NaN and a truly indefinite matrix are refused rather than factored', () => {
  expect(() => cholesky(Float64Array.of(1, 0, 0, Number.NaN), 2, 1e-5)).toThrow(FaqError);
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2, 1e-5)).toThrow(/not positive definite/u);
});

// 97 and 200 are past the size up to which nothing is halved; halves of 97 are uneven.
test.each([...SIZES, 96, 97, 200])(
  'the inverse of the factor of %i rows times the factor is the identity, and nothing stands above its diagonal',
  async (size) => {
    const half = randomMatrix(size, size);
    const matrix = timesTransposed(half, half, size);
    const inverse = await inverseCholesky(matrix, size, { ridge: 0.5, multiply: naiveMultiply });
    const lower = cholesky(matrix, size, 0.5);
    const identity = timesTransposed(inverse, transpose(lower, size, size), size);
    expect(
      greatestDifference(
        identity,
        identity.map((_, at) => (Math.floor(at / size) === at % size ? 1 : 0)),
      ),
    ).toBeLessThan(1e-9);
    inverse.forEach((value, at) => {
      if (at % size > Math.floor(at / size)) expect(value).toBe(0);
    });
  },
);

test.each([4, 200])('an inverse factor of %i rows is found with a raised diagonal too, and NaN is refused', async (size) => {
  const matrix = Float64Array.from({ length: size * size }, (_, at) => (Math.floor(at / size) === at % size ? 1 - 5e-5 : 1));
  const inverse = await inverseCholesky(matrix, size, { ridge: 1e-5, multiply: naiveMultiply });
  expect(inverse.every(Number.isFinite)).toBe(true);
  matrix[size * size - 1] = Number.NaN;
  await expect(inverseCholesky(matrix, size, { ridge: 1e-5, multiply: naiveMultiply })).rejects.toThrow(/not positive definite/u);
});

test('solveCholesky gives the vector that the matrix turns into the right-hand side', () => {
  for (const size of SIZES) {
    const half = randomMatrix(size, size);
    const matrix = timesTransposed(half, half, size).map((value, at) => value + (Math.floor(at / size) === at % size ? 1 : 0));
    const b = randomMatrix(size, 1);
    const x = b.slice();
    solveCholesky(cholesky(matrix, size, 0), size, x);
    const back = Array.from({ length: size }, (_, i) => x.reduce((sum, value, j) => sum + value * (matrix[i * size + j] ?? 0), 0));
    expect(greatestDifference(back, b)).toBeLessThan(1e-10);
  }
});

test('transpose moves every number to its place, also where the sides are no multiple of a tile', () => {
  for (const [rows, columns] of [
    [1, 1],
    [1, 70],
    [70, 1],
    [31, 33],
    [64, 65],
  ] as const) {
    const matrix = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const turned = transpose(matrix, rows, columns);
    expect(turned).toEqual(Float32Array.from({ length: rows * columns }, (_, i) => (i % rows) * columns + Math.floor(i / rows)));
  }
});
