/**
 * The worker thread's side of a lane (worker-lane.ts): takes one job after another and answers each once.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { allowEnding, type ThreadGate } from '../native-thread.ts';
import { type PlainError, toPlain } from '../plain-error.ts';

/** What a worker sends: any number of `progress`, then one of the others. */
export type Reply<Result> =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** A job's result with the buffers that move instead of being copied. */
export interface JobResult<Result> {
  readonly result: Result;
  readonly transfer?: readonly ArrayBuffer[];
}

/** What a lane's thread is started with. */
export interface LaneData {
  /** Through which the job in hand is stopped. */
  readonly gate: ThreadGate;
}

/** Called by a job with steps done and steps in all. */
export type JobProgress = (done: number, total: number) => void;

/** This thread's gate: whatever native library a job calls, it calls through it. */
export function laneGate(): ThreadGate {
  return (workerData as LaneData).gate;
}

/** Serves jobs for the life of the thread. The other side sends a job only after the one before is answered. */
export function serveJobs<Job, Result>(work: (job: Job, onProgress: JobProgress) => Promise<JobResult<Result>>): void {
  const send = (reply: Reply<Result>, transfer: readonly ArrayBuffer[] = []): void => parentPort?.postMessage(reply, [...transfer]);
  async function answer(job: Job): Promise<void> {
    try {
      const { result, transfer } = await work(job, (done, total) => send({ kind: 'progress', done, total }));
      send({ kind: 'done', result }, transfer);
    } catch (error) {
      send({ kind: 'failed', error: toPlain(error) });
    }
  }
  parentPort?.on('message', (job: Job) => {
    void answer(job);
  });
  allowEnding(laneGate());
}
