/**
 * The thread that builds a version's graph: reads the vectors from their file, adds them, saves the graph, and measures it as it reads back.
 * One graph a thread; ending the thread, between two calls of the library, is how a build is aborted.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { allowEnding, callNative } from '../../native-thread.ts';
import { LEAST_RECALL } from '../recall.ts';
import { nodeDisk } from './disk.ts';
import { type DistinctRows, findDistinctRows } from './distinct-rows.ts';
import { openExactSearch } from './exact-search.ts';
import type { BuildReply, GraphThreadData } from './graph-build.ts';
import { chooseExpansion, type Nearest } from './graph-recall.ts';
import { openGraphSearch } from './graph-search.ts';
import { type NativeGraph, newGraph, openGraph } from './native-graph.ts';

/** Adding so many takes up to a second: the longest that an abort waits for. */
const ROWS_AT_ONCE = 500;

const { vectorsPath, scratchPath, dimension, gate } = workerData as GraphThreadData;

/** Adds the first of equal rows, in order: the graph follows from the matrix. */
function addRows(graph: NativeGraph, vectors: Float32Array, distinct: DistinctRows): void {
  const size = vectors.length / dimension;
  for (let start = 0; start < size; start += ROWS_AT_ONCE) {
    const end = Math.min(size, start + ROWS_AT_ONCE);
    const rows = Array.from({ length: end - start }, (_, place) => start + place).filter(distinct.isFirst);
    const added = new Float32Array(rows.length * dimension);
    for (const [place, row] of rows.entries()) added.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    if (rows.length > 0) callNative(gate, () => graph.add(rows, added));
  }
}

async function build(): Promise<BuildReply> {
  const vectors = new Float32Array((await nodeDisk.read(vectorsPath)).buffer);
  const distinct = await findDistinctRows(vectors, dimension);
  const built = callNative(gate, () => newGraph(dimension));
  addRows(built, vectors, distinct);
  callNative(gate, () => built.save(scratchPath));
  // Read back, since the library may not notice that a full disk cut its file short.
  const graph = callNative(gate, () => openGraph(scratchPath, dimension));
  const exact = callNative(gate, () => openExactSearch(vectors, dimension));
  const exactly: Nearest = (query, k) => callNative(gate, () => exact.nearest(query, k));
  const { expansion, recallAt10 } = chooseExpansion({
    vectors,
    dimension,
    exact: exactly,
    withExpansion: (tried) => {
      const search = openGraphSearch({ graph, distinct, similarity: exact.similarity, expansion: tried });
      return (query, k) => callNative(gate, () => search.nearest(query, k)) ?? exactly(query, k);
    },
  });
  return { expansion, recallAt10, bytes: recallAt10 < LEAST_RECALL ? undefined : await nodeDisk.read(scratchPath) };
}

allowEnding(gate);
const reply = await build();
parentPort?.postMessage(reply, reply.bytes === undefined ? [] : [reply.bytes.buffer]);
