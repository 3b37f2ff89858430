/**
 * One background thread that does jobs one after another, made when first needed and kept, since what it holds (a session) is dear to make.
 * A running job that is aborted is told to stop, and its thread is ended where that is allowed or does not help. The next job waits for that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { abortError, FaqError, throwIfAborted } from '../errors.ts';
import { askToStop, createThreadGate, endThread, type ThreadGate } from '../native-thread.ts';
import { fromPlain } from '../plain-error.ts';
import type { JobProgress, LaneData, Reply } from './worker-jobs.ts';

/** How one job runs. */
export interface JobOptions {
  readonly signal: AbortSignal | undefined;
  readonly onProgress?: JobProgress;
}

/** A background thread for one kind of job. */
export interface WorkerLane<Job, Result> {
  /**
   * Copies the job to the thread and waits for its result. Queued behind the jobs before it; settles at once when aborted.
   * @throws FaqError as the job threw it; cancelled; unavailable after close; internal where the thread died.
   */
  run(job: Job, options: JobOptions): Promise<Result>;
  /** Ends the thread; a running job rejects with `unavailable`. */
  close(): Promise<void>;
}

function closedError(): FaqError {
  return new FaqError('unavailable', 'The server is shutting down; try again when it is back.');
}

/** Sends one job and waits for the reply that ends it. */
function exchange<Job, Result>(worker: Worker, job: Job, { signal, onProgress }: JobOptions): Promise<Reply<Result>> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply<Result>>();
  const died = (cause: unknown): void =>
    reject(new FaqError('internal', 'The background thread ended before its job was done.', { cause }));
  const onMessage = (reply: Reply<Result>): void => {
    if (reply.kind === 'progress') onProgress?.(reply.done, reply.total);
    else resolve(reply);
  };
  const onExit = (status: number): void => died(new Error(`exit status ${status}`));
  const onAbort = (): void => {
    if (signal !== undefined) reject(abortError(signal));
  };
  worker.on('message', onMessage).on('error', died).on('exit', onExit);
  signal?.addEventListener('abort', onAbort, { once: true });
  // A job in hand keeps the process alive; an idle thread does not.
  worker.ref();
  worker.postMessage(job);
  return promise.finally(() => {
    worker.off('message', onMessage).off('error', died).off('exit', onExit);
    signal?.removeEventListener('abort', onAbort);
    worker.unref();
  });
}

/** Rejects at once when the signal is aborted, whatever the work does. */
function settleOnAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = (): void => reject(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  return promise;
}

/** Whether a thread sent the last word of its job, or ended, within some time. */
async function stopsWithin(ms: number, worker: Worker): Promise<boolean> {
  if (ms === 0) return false;
  const waited = new AbortController();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onMessage = (reply: Reply<unknown>): void => {
    if (reply.kind !== 'progress') resolve(true);
  };
  const onExit = (): void => resolve(true);
  worker.on('message', onMessage).on('exit', onExit);
  const late = sleep(ms, false, { signal: waited.signal }).catch(() => false);
  return await Promise.race([promise, late]).finally(() => {
    waited.abort();
    worker.off('message', onMessage).off('exit', onExit);
  });
}

/** The thread of a lane: made when it is wanted, made anew when it was ended or died. */
function keepThread(script: URL, stopMs: number) {
  let current: { readonly worker: Worker; readonly gate: ThreadGate } | undefined;

  function start(): Worker {
    const gate = createThreadGate();
    const fresh = new Worker(script, { workerData: { gate } satisfies LaneData });
    // Without a listener a crash between two jobs would end the process.
    fresh.on('error', () => undefined);
    fresh.on('exit', () => {
      if (current?.worker === fresh) current = undefined;
    });
    current = { worker: fresh, gate };
    return fresh;
  }

  async function end(): Promise<void> {
    const last = current;
    current = undefined;
    if (last !== undefined) await endThread(last.worker, last.gate);
  }

  return {
    wanted: (): Worker => current?.worker ?? start(),
    /** Lets go of a job that was aborted, or of a thread that died. */
    async abandon(busy: Worker): Promise<void> {
      if (current?.worker !== busy) return;
      const { gate } = current;
      askToStop(gate, true);
      const keeps = await stopsWithin(stopMs, busy);
      if (keeps) askToStop(gate, false);
      else await end();
    },
    end,
  };
}

/**
 * Opens a lane; the thread starts with the first job.
 * @param script a worker file that calls serveJobs.
 * @param stopMs how long an aborted job may take to stop by itself (native-thread.ts) before its thread, and what it holds, is ended; 0 by
 *   default.
 */
export function openWorkerLane<Job, Result>(script: URL, { stopMs = 0 }: { readonly stopMs?: number } = {}): WorkerLane<Job, Result> {
  const oneAtATime = pLimit(1);
  const closing = new AbortController();
  const thread = keepThread(script, stopMs);
  let ending: Promise<void> = Promise.resolve();

  async function work(job: Job, options: JobOptions): Promise<Result> {
    await ending;
    throwIfAborted(options.signal);
    const worker = thread.wanted();
    let reply: Reply<Result>;
    try {
      reply = await exchange<Job, Result>(worker, job, options);
    } catch (error) {
      ending = thread.abandon(worker);
      throw error;
    }
    if (reply.kind === 'failed') throw fromPlain(reply.error);
    if (reply.kind === 'done') return reply.result;
    throw new FaqError('internal', 'Expected a result from the background thread, got a progress report as the last word.');
  }

  return {
    run(job, { signal, onProgress }) {
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      const options = { signal: either, ...(onProgress === undefined ? {} : { onProgress }) };
      return settleOnAbort(
        oneAtATime(() => work(job, options)),
        either,
      );
    },
    async close() {
      closing.abort(closedError());
      await oneAtATime(() => ending);
      await thread.end();
    },
  };
}
