/**
 * A thread that is inside native libraries nearly all the time, through its gate: usearch's graph and exact search, or onnxruntime's products.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createMatrixProduct } from '../../src/encoder/matrix-product.ts';
import { openExactSearch } from '../../src/index/embedded/exact-search.ts';
import { newGraph } from '../../src/index/embedded/native-graph.ts';
import { allowEnding, awaitNative, callNative, type ThreadGate } from '../../src/native-thread.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { unitVectors } from './index-oracle.ts';

const { gate, library } = workerData as { readonly gate: ThreadGate; readonly library: string };
const shape = { rows: 600, dimension: 96 };
const vectors = unitVectors(shape, seededRandom(3));
const query = vectors.subarray(0, shape.dimension);

const CALLS: Record<string, () => Promise<() => unknown>> = {
  'exact search': async () => {
    const search = openExactSearch(vectors, shape.dimension);
    return () => callNative(gate, () => search.nearest(query, 10));
  },
  graph: async () => {
    const graph = newGraph(shape.dimension);
    graph.add(
      Array.from({ length: shape.rows }, (_, row) => row),
      vectors,
    );
    return () => callNative(gate, () => graph.nearest(query, 10));
  },
  products: async () => {
    const { multiply } = await createMatrixProduct();
    const square = { rows: shape.rows, inner: shape.rows, columns: shape.rows };
    const matrix = new Float32Array(shape.rows ** 2).fill(1);
    return () => awaitNative(gate, () => multiply(matrix, matrix, square));
  },
};

const call = await CALLS[library]?.();
allowEnding(gate);
parentPort?.postMessage('calls');
for (;;) await call?.();
