/**
 * Float32 matrix products at the speed of onnxruntime, for fitting code elsewhere: about eight times plain JavaScript.
 * A call holds up its thread for as long as the product takes, so it belongs in a worker thread.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaqError } from '../errors.ts';
import { matmulGraph } from './onnx-matmul-graph.ts';

/** Sizes of a product A [rows × inner] times B [inner × columns], or times Bᵀ where B is [columns × inner]. */
export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** B lies as [columns × inner]. */
  readonly transposeB?: boolean;
}

/** A multiplier of row-major float32 matrices. */
export interface MatrixProduct {
  /** @returns [rows × columns]. @throws FaqError invalid_argument where an array's length does not fit the shape. */
  multiply(a: Float32Array, b: Float32Array, shape: ProductShape): Promise<Float32Array>;
  /** Releases the sessions. */
  close(): Promise<void>;
}

function requireLength(name: string, array: Float32Array, expected: number): void {
  if (array.length === expected) return;
  throw new FaqError(
    'invalid_argument',
    `Expected ${expected} numbers in matrix ${name}, got ${array.length}. The shape must be that of the arrays.`,
  );
}

/**
 * Makes a multiplier: two sessions, to be made once for the life of a worker, since making and releasing sessions leaks.
 * The memory arena is off, because products of a fit are few and large and the arena would keep the largest for ever.
 * @param options.threads threads of one product, 1 by default, so that a fit takes no more than one core from the matches.
 */
export async function createMatrixProduct(options: { readonly threads?: number } = {}): Promise<MatrixProduct> {
  const settings: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
  };
  const plain = await InferenceSession.create(matmulGraph(false), settings);
  const transposed = await InferenceSession.create(matmulGraph(true), settings);
  return {
    async multiply(a, b, shape) {
      requireLength('A', a, shape.rows * shape.inner);
      requireLength('B', b, shape.inner * shape.columns);
      if (a.length === 0 || b.length === 0) return new Float32Array(shape.rows * shape.columns);
      const session = shape.transposeB === true ? transposed : plain;
      const sizeOfB = shape.transposeB === true ? [shape.columns, shape.inner] : [shape.inner, shape.columns];
      const results = await session.run({ A: new Tensor('float32', a, [shape.rows, shape.inner]), B: new Tensor('float32', b, sizeOfB) });
      const product = results.Y?.data;
      if (!(product instanceof Float32Array)) throw new FaqError('internal', 'The matrix product gave no float32 result.');
      return product;
    },
    async close() {
      await plain.release();
      await transposed.release();
    },
  };
}
