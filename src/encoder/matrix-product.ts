/**
 * Matrix products at the speed of onnxruntime, for fitting code elsewhere: about eight times plain JavaScript in float32.
 * A call holds up its thread for as long as the product takes, so it belongs in a worker thread.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaqError } from '../errors.ts';
import { matmulGraph, type NumberType } from './onnx-matmul-graph.ts';

/** Sizes of a product A [rows × inner] times B [inner × columns], or times Bᵀ where B is [columns × inner]. */
export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** B lies as [columns × inner]. */
  readonly transposeB?: boolean;
}

/** Numbers of a matrix, row-major. Both matrices of a product have the same kind, and the product has it too. */
type Numbers = Float32Array | Float64Array;

/** A multiplier of row-major matrices. */
export interface MatrixProduct {
  /** @returns [rows × columns]. @throws FaqError invalid_argument where an array's length does not fit the shape. */
  multiply<T extends Numbers>(a: T, b: T, shape: ProductShape): Promise<T>;
  /** Releases the sessions. */
  close(): Promise<void>;
}

function requireLength(name: string, array: Numbers, expected: number): void {
  if (array.length === expected) return;
  throw new FaqError(
    'invalid_argument',
    `Expected ${expected} numbers in matrix ${name}, got ${array.length}. The shape must be that of the arrays.`,
  );
}

/**
 * Makes a multiplier: a session for each kind of number and lie of B, to be made once for the life of a worker, since making and releasing
 * sessions leaks. The memory arena is off, because products of a fit are few and large and the arena would keep the largest for ever.
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
  const open = async (type: NumberType) => ({
    plain: await InferenceSession.create(matmulGraph({ type, transposeB: false }), settings),
    transposed: await InferenceSession.create(matmulGraph({ type, transposeB: true }), settings),
  });
  const sessions = { float32: await open('float32'), float64: await open('float64') };
  return {
    async multiply<T extends Numbers>(a: T, b: T, shape: ProductShape) {
      requireLength('A', a, shape.rows * shape.inner);
      requireLength('B', b, shape.inner * shape.columns);
      const Kind = a.constructor as new (length: number) => T;
      if (a.length === 0 || b.length === 0) return new Kind(shape.rows * shape.columns);
      const type = a instanceof Float32Array ? 'float32' : 'float64';
      const session = sessions[type][shape.transposeB === true ? 'transposed' : 'plain'];
      const sizeOfB = shape.transposeB === true ? [shape.columns, shape.inner] : [shape.inner, shape.columns];
      const results = await session.run({ A: new Tensor(type, a, [shape.rows, shape.inner]), B: new Tensor(type, b, sizeOfB) });
      const product = results.Y?.data;
      if (!(product instanceof Kind)) throw new FaqError('internal', `The matrix product gave no ${type} result.`);
      return product;
    },
    async close() {
      for (const { plain, transposed } of Object.values(sessions)) {
        await plain.release();
        await transposed.release();
      }
    },
  };
}
