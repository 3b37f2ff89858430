/**
 * The worker thread's side of a lane (worker-lane.ts): takes one job after another and answers each once.
 * Errors cross as plain data, since a class does not survive the way.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, FaqError, type Fault } from '../errors.ts';

/** A FaqError as plain data; `cause` is text, for the log. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | undefined;
  readonly reason: string | undefined;
  readonly faults: readonly Fault[];
  readonly retryAfterMs: number | undefined;
  readonly cause: string | undefined;
}

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
  /** One Int32: 1 while the job in hand is to stop. */
  readonly stop: SharedArrayBuffer;
}

/** Called by a job with steps done and steps in all. */
export type JobProgress = (done: number, total: number) => void;

function toPlain(thrown: unknown): PlainError {
  const error = FaqError.from(thrown);
  const { code, message, field, reason, faults, retryAfterMs } = error;
  const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : undefined;
  return { code, message, field, reason, faults, retryAfterMs, cause };
}

/** Plain data back to the error it was. */
export function fromPlain(plain: PlainError): FaqError {
  return new FaqError(plain.code, plain.message, {
    faults: plain.faults,
    ...(plain.field === undefined ? {} : { field: plain.field }),
    ...(plain.reason === undefined ? {} : { reason: plain.reason }),
    ...(plain.retryAfterMs === undefined ? {} : { retryAfterMs: plain.retryAfterMs }),
    ...(plain.cause === undefined ? {} : { cause: new Error(plain.cause) }),
  });
}

/** @throws FaqError cancelled where the job in hand is to stop. To be called between the steps of a job that must not be ended from outside. */
export function throwIfStopped(): void {
  const { stop } = workerData as LaneData;
  if (Atomics.load(new Int32Array(stop), 0) === 1) throw new FaqError('cancelled', 'The job was stopped.');
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
}
