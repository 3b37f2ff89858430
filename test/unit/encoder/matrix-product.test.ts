import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMatrixProduct, type MatrixProduct } from '../../../src/encoder/matrix-product.ts';

/** Numbers in [-1, 1] from a seed, so that a failure can be repeated. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 2_147_483_648 - 1;
  });
}

function naive(a: Float32Array, b: Float32Array, [rows, inner, columns]: readonly [number, number, number]): Float32Array {
  const product = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      for (let step = 0; step < inner; step += 1) sum += (a[row * inner + step] ?? 0) * (b[step * columns + column] ?? 0);
      product[row * columns + column] = sum;
    }
  }
  return product;
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(matrix, (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
}

function greatestDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}

describe('the matrix product', () => {
  let product: MatrixProduct;
  beforeAll(async () => {
    product = await createMatrixProduct();
  });
  afterAll(() => product.close());

  it.each([
    [1, 1, 1],
    [1, 7, 3],
    [5, 1, 4],
    [33, 65, 17],
  ] as const)('of %i × %i by %i columns is the naive one, with B as it is and transposed', async (rows, inner, columns) => {
    const a = numbers(rows * inner, 1);
    const b = numbers(inner * columns, 2);
    const expected = naive(a, b, [rows, inner, columns]);
    const plain = await product.multiply(a, b, { rows, inner, columns });
    const transposed = await product.multiply(a, transpose(b, inner, columns), { rows, inner, columns, transposeB: true });
    expect(plain).toHaveLength(rows * columns);
    expect(greatestDifference(plain, expected)).toBeLessThan(1e-4);
    expect(greatestDifference(transposed, expected)).toBeLessThan(1e-4);
  });

  it('of nothing is zeros of the right shape', async () => {
    expect(await product.multiply(new Float32Array(0), new Float32Array(0), { rows: 2, inner: 0, columns: 3 })).toEqual(
      new Float32Array(6),
    );
  });

  it('refuses arrays that do not fit the shape, naming both numbers', async () => {
    await expect(product.multiply(new Float32Array(5), new Float32Array(4), { rows: 2, inner: 2, columns: 2 })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'Expected 4 numbers in matrix A, got 5. The shape must be that of the arrays.',
    });
  });
});
