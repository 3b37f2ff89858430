/**
 * One running inference worker as promises: a batch in, its vectors out, and a word when the thread is lost.
 * Knows nothing of restarts, queues or texts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { FaqError } from '../errors.ts';
import { createThreadGate, endThread, type ThreadGate } from '../native-thread.ts';
import { fromPlain } from '../plain-error.ts';
import type { GraphSettings } from './graph-session.ts';
import type { InferenceThreadData, WorkerReply, WorkerRequest } from './inference-protocol.ts';
import type { TokenBatch } from './padded-batch.ts';

/** Vectors of one batch. */
export interface BatchResult {
  /** [batch × dimension], unit rows except the bad ones. */
  readonly vectors: Float32Array;
  /** Rows without direction. */
  readonly bad: readonly number[];
  /** Milliseconds inside the worker. */
  readonly runMs: number;
}

/** A worker that is warm. */
export interface WorkerThread {
  /** Its graph pools by itself. */
  readonly pooled: boolean;
  /** @throws FaqError internal: the run failed or the thread was lost. */
  run(batch: TokenBatch): Promise<BatchResult>;
  /** Runs what was handed over, releases the session and ends the thread; one that is stuck is left behind, its batch rejected. */
  close(): Promise<void>;
}

/** How to start a worker. */
export interface WorkerStart {
  readonly file: URL;
  readonly settings: GraphSettings;
  /** Called once if a warm thread ends without having been asked to, or is given up. */
  readonly onLost: (error: FaqError) => void;
  /** Milliseconds without any reply to a batch in hand after which the thread is given up as stuck; 60 s by default. */
  readonly stuckMs?: number | undefined;
}

/** Longest wait for a worker to finish its batch and leave before it is ended by force. */
const CLOSE_MS = 5_000;
/** Longest wait for a thread to be gone that is ended by force. One inside native code is ended when that returns. */
const FORCE_MS = 1_000;
/** No batch takes a tenth of this, on a slow machine and with a large model. */
const STUCK_MS = 60_000;
/** A process that was halted sees one tick of a clock however long it was, so time is counted in ticks. */
const TICKS = 10;

function lossError(what: string, isReplaced: boolean, cause: unknown): FaqError {
  const then = isReplaced ? 'it is being replaced. Try again.' : 'the encoder was starting or closing.';
  return new FaqError('internal', `An inference worker ${what}; ${then}`, { cause });
}

interface Waiting {
  readonly resolve: (result: BatchResult) => void;
  readonly reject: (error: FaqError) => void;
}

/** Batches in the thread's hands. */
interface Ledger {
  add(id: number, waiting: Waiting): void;
  settle(reply: WorkerReply): void;
  rejectAll(error: FaqError): void;
  /** Counts one tick, and says how many there were since the thread last took or gave anything; 0 where nothing is in its hands. */
  tick(): number;
}

function createLedger(): Ledger {
  const waiting = new Map<number, Waiting>();
  let ticks = 0;
  return {
    add(id, entry) {
      if (waiting.size === 0) ticks = 0;
      waiting.set(id, entry);
    },
    settle(reply) {
      if (reply.kind !== 'done' && reply.kind !== 'failed') return;
      ticks = 0;
      const entry = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.kind === 'done') entry?.resolve(reply);
      else entry?.reject(fromPlain(reply.error));
    },
    rejectAll(error) {
      for (const entry of waiting.values()) entry.reject(error);
      waiting.clear();
    },
    tick() {
      ticks = waiting.size === 0 ? 0 : ticks + 1;
      return ticks;
    },
  };
}

/** Calls `giveUp` once a batch has been in the thread's hands for too long; the function it gives ends the watch. */
function watch(ledger: Ledger, stuckMs: number, giveUp: (cause: Error) => void): () => void {
  const clock = setInterval(() => {
    if (ledger.tick() >= TICKS) giveUp(new Error(`no reply in ${stuckMs} ms`));
  }, stuckMs / TICKS).unref();
  return () => clearInterval(clock);
}

/** Threads that were ended by force and are not gone. */
const stuck = new Set<Worker>();

/** Whether a thread of this process is stuck in native code: the process cannot leave by itself then, only be killed. */
export function hasStuckThread(): boolean {
  return stuck.size > 0;
}

/** Whether something has come to its end within some time. */
async function endsWithin(ms: number, end: Promise<unknown>): Promise<boolean> {
  const waited = new AbortController();
  const late = sleep(ms, false, { signal: waited.signal }).catch(() => false);
  return await Promise.race([end.then(() => true), late]).finally(() => waited.abort());
}

/** Ends a thread by force, and gives up waiting where that does not help. */
async function force(worker: Worker, gate: ThreadGate): Promise<void> {
  stuck.add(worker);
  await endsWithin(
    FORCE_MS,
    endThread(worker, gate).then(() => stuck.delete(worker)),
  );
}

async function closeThread(worker: Worker, gate: ThreadGate): Promise<void> {
  const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
  if (!(await endsWithin(CLOSE_MS, exit))) await force(worker, gate);
}

function spawn({ file, settings }: WorkerStart): { readonly worker: Worker; readonly gate: ThreadGate } {
  const gate = createThreadGate();
  return { worker: new Worker(file, { workerData: { settings, gate } satisfies InferenceThreadData }), gate };
}

/**
 * Starts a thread and waits until its session is warm. A batch in its hands is watched.
 * @throws FaqError what the worker refused the model with, or internal where the thread ended first.
 */
export async function startWorkerThread(start: WorkerStart): Promise<WorkerThread> {
  const { worker, gate } = spawn(start);
  const ledger = createLedger();
  let state: 'starting' | 'warm' | 'closing' | 'gone' = 'starting';
  let nextId = 0;
  return await new Promise<WorkerThread>((resolve, reject) => {
    const lose = (what: string, cause: unknown): void => {
      if (state === 'gone') return;
      const before = state;
      state = 'gone';
      stopWatch();
      const error = lossError(what, before === 'warm', cause);
      ledger.rejectAll(error);
      reject(error);
      if (before === 'warm') start.onLost(error);
    };
    const stopWatch = watch(ledger, start.stuckMs ?? STUCK_MS, (cause) => {
      lose('is stuck in a batch', cause);
      void force(worker, gate);
    });
    const thread = (pooled: boolean): WorkerThread => ({
      pooled,
      run: (batch) =>
        new Promise((resolveRun, rejectRun) => {
          const id = nextId;
          nextId += 1;
          if (state !== 'warm') return rejectRun(new FaqError('internal', 'The inference worker has ended. Try again.'));
          ledger.add(id, { resolve: resolveRun, reject: rejectRun });
          const buffers = [batch.ids.buffer, batch.lengths.buffer].filter((buffer) => buffer instanceof ArrayBuffer);
          worker.postMessage({ kind: 'run', id, batch } satisfies WorkerRequest, buffers);
        }),
      async close() {
        if (state !== 'warm') return;
        state = 'closing';
        await closeThread(worker, gate);
        lose('did not end', new Error(`${CLOSE_MS} ms after it was asked to`));
      },
    });
    const ended = (cause: unknown): void => lose('ended in the middle of its work', cause);
    worker.on('error', ended);
    worker.on('exit', (code) => ended(new Error(`worker thread exit code ${code}`)));
    worker.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'ready') {
        state = 'warm';
        resolve(thread(reply.pooled));
      } else if (reply.kind === 'refused') reject(fromPlain(reply.error));
      else ledger.settle(reply);
    });
  });
}
