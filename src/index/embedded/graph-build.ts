/**
 * Builds a version's graph in a thread of its own, so that matches go on meanwhile. A graph of 200,000 rows takes minutes of one processor.
 */
import { Worker } from 'node:worker_threads';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import { createThreadGate, endThread, type ThreadGate } from '../../native-thread.ts';
import { workerScript } from '../../worker-script.ts';
import { nodeDisk } from './disk.ts';
import type { MeasuredRecall } from './graph-recall.ts';

/** What the thread is given. The files are the machine's own: the library reads and writes nothing else. */
export interface GraphJob {
  /** Row after row of float32; the thread holds them once more while it builds. */
  readonly vectorsPath: string;
  /** Does not exist; gone again after, however the build ends. */
  readonly scratchPath: string;
  readonly dimension: number;
}

/** What the thread is started with. */
export interface GraphThreadData extends GraphJob {
  /** Through which it calls the library. */
  readonly gate: ThreadGate;
}

/** A graph and how good it is. */
export interface BuildReply extends MeasuredRecall {
  /** As openGraph reads it; undefined where the recall is under LEAST_RECALL at the greatest expansion. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

function buildFailed(cause: unknown): FaqError {
  const message =
    'Building the search graph failed; nothing active has changed. The server log has the cause. Set annFromRows above the number of questions to do without a graph.';
  return new FaqError('internal', message, { reason: 'WRITE_FAILED', cause });
}

/** Builds a graph. The same rows give the same bytes on the same kind of processor. @throws FaqError cancelled; internal where the thread failed. */
export async function buildGraph(job: GraphJob, signal?: AbortSignal): Promise<BuildReply> {
  throwIfAborted(signal);
  const gate = createThreadGate();
  const worker = new Worker(workerScript('graph-worker', import.meta.url), { workerData: { ...job, gate } satisfies GraphThreadData });
  const { promise, resolve, reject } = Promise.withResolvers<BuildReply>();
  const onAbort = (): void => {
    if (signal !== undefined) reject(abortError(signal));
  };
  worker.on('message', resolve);
  worker.on('error', (error) => reject(buildFailed(error)));
  worker.on('exit', (status) => reject(buildFailed(new Error(`the thread ended with exit status ${status}`))));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await endThread(worker, gate);
    // Here, since a thread that an abort ends has no time to: it may have saved the graph and be measuring it.
    await nodeDisk.removeTree(job.scratchPath);
  }
}
