/**
 * The thread that builds a version's graph: reads the vectors from their file, adds them, saves the graph, and measures it as it reads back.
 * One graph a thread; ending the thread is how a build is aborted.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LEAST_RECALL } from '../recall.ts';
import { nodeDisk } from './disk.ts';
import { type DistinctRows, findDistinctRows } from './distinct-rows.ts';
import { openExactSearch } from './exact-search.ts';
import type { BuildReply, GraphJob } from './graph-build.ts';
import { chooseExpansion } from './graph-recall.ts';
import { openGraphSearch } from './graph-search.ts';
import { type NativeGraph, newGraph, openGraph } from './native-graph.ts';

/** Adding so many takes up to a second: the longest that an abort waits for. */
const ROWS_AT_ONCE = 500;

/** Adds the first of equal rows, in order: the graph follows from the matrix. */
async function addRows(graph: NativeGraph, vectors: Float32Array, distinct: DistinctRows): Promise<void> {
  const { dimension } = graph;
  const size = vectors.length / dimension;
  for (let start = 0; start < size; start += ROWS_AT_ONCE) {
    const end = Math.min(size, start + ROWS_AT_ONCE);
    const rows = Array.from({ length: end - start }, (_, place) => start + place).filter(distinct.isFirst);
    const added = new Float32Array(rows.length * dimension);
    for (const [place, row] of rows.entries()) added.set(vectors.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    if (rows.length > 0) graph.add(rows, added);
    // A thread is ended between two turns.
    await nextTurn();
  }
}

async function build({ vectorsPath, scratchPath, dimension }: GraphJob): Promise<BuildReply> {
  const vectors = new Float32Array((await nodeDisk.read(vectorsPath)).buffer);
  const distinct = await findDistinctRows(vectors, dimension);
  const built = newGraph(dimension);
  await addRows(built, vectors, distinct);
  built.save(scratchPath);
  // Read back, since the library may not notice that a full disk cut its file short.
  const graph = openGraph(scratchPath, dimension);
  const exact = openExactSearch(vectors, dimension);
  const { expansion, recallAt10 } = chooseExpansion({
    vectors,
    dimension,
    exact: exact.nearest,
    withExpansion: (tried) => {
      const search = openGraphSearch({ graph, distinct, similarity: exact.similarity, expansion: tried });
      return (query, k) => search.nearest(query, k) ?? exact.nearest(query, k);
    },
  });
  return { expansion, recallAt10, bytes: recallAt10 < LEAST_RECALL ? undefined : await nodeDisk.read(scratchPath) };
}

const reply = await build(workerData as GraphJob);
parentPort?.postMessage(reply, reply.bytes === undefined ? [] : [reply.bytes.buffer]);
