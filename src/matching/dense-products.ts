/**
 * The two dense products of the match path over matrices fixed at loading, in WebAssembly SIMD: three to five times faster than plain
 * JavaScript and the same bits on every processor (docs/decisions/0003-linear-algebra.md). Not safe for use from several threads at once.
 */
import { FaqError } from '../errors.ts';
import { DENSE_PRODUCTS_WASM } from './dense-products-wasm.ts';

const PAGE_BYTES = 65_536;
const PRODUCT_LANES = 16;
const ACCUMULATE_LANES = 4;

interface Exports {
  products(matrix: number, vector: number, rows: number, lanes: number, out: number): void;
  accumulate(weights: number, kernel: number, rows: number, lanes: number, scores: number): void;
}

/** Products over fixed landmarks [landmarks × dimension] and weights [(landmarks + coordinates) × intents]. */
export interface DenseProducts {
  /**
   * @returns [landmarks + coordinates] dot products with the vector [dimension], then the vector's own coordinates where these count; a view
   * that the next call overwrites: write kernel values over the dot products.
   */
  cosines(vector: Float32Array): Float32Array;
  /** @returns [intents] base + Σ kernel · weights, over the values now in the view of `cosines`; a fresh array. */
  scores(base: Float32Array): Float32Array;
}

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Buffer.from(DENSE_PRODUCTS_WASM, 'base64'));
  return compiled;
}

function padded(length: number, lanes: number): number {
  return Math.ceil(length / lanes) * lanes;
}

/** Copies rows of `width` into rows of `stride`, which leaves zeros between. */
function copyRows(from: Float32Array, to: Float32Array, shape: { readonly width: number; readonly stride: number }): void {
  for (let row = 0; row * shape.width < from.length; row += 1) {
    to.set(from.subarray(row * shape.width, (row + 1) * shape.width), row * shape.stride);
  }
}

/**
 * @param landmarks [rows × dimension]. @param weights [(rows + coordinates) × intents]; coordinates are 0 or `dimension`, 0 by default.
 * @throws FaqError failed_precondition where the matrices do not fit into 4 GiB.
 */
export function denseProducts(
  landmarks: Float32Array,
  weights: Float32Array,
  shape: { readonly rows: number; readonly coordinates?: number; readonly dimension: number; readonly intents: number },
): DenseProducts {
  const { rows, coordinates = 0 } = shape;
  const columns = rows + coordinates;
  const dimension = padded(shape.dimension, PRODUCT_LANES);
  const intents = padded(shape.intents, ACCUMULATE_LANES);
  const lengths = [rows * dimension, columns * intents, dimension, padded(columns, ACCUMULATE_LANES), intents];
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  const total = 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (total >= 2 ** 32)
    throw new FaqError('failed_precondition', `The scorer needs ${total} bytes, more than one WebAssembly memory holds; lower landmarks.`);
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(total / PAGE_BYTES)) });
  const exports = new WebAssembly.Instance(compile(), { env: { memory } }).exports as Exports;
  const view = (i: number, length: number) => new Float32Array(memory.buffer, 4 * (starts[i] as number), length);
  copyRows(landmarks, view(0, rows * dimension), { width: shape.dimension, stride: dimension });
  copyRows(weights, view(1, columns * intents), { width: shape.intents, stride: intents });
  const [landmarkAt, weightAt, vectorAt, kernelAt, scoreAt] = starts.map((start) => 4 * start) as [number, number, number, number, number];
  const vectorView = view(2, shape.dimension);
  const kernelView = view(3, columns);
  const scoreView = view(4, shape.intents);
  return {
    cosines(vector) {
      vectorView.set(vector);
      exports.products(landmarkAt, vectorAt, rows, dimension, kernelAt);
      if (coordinates > 0) kernelView.set(vector, rows);
      return kernelView;
    },
    scores(base) {
      scoreView.set(base);
      exports.accumulate(weightAt, kernelAt, columns, intents, scoreAt);
      return scoreView.slice();
    },
  };
}
