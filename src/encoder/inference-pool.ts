/**
 * A fixed number of inference workers, each replaced when it is lost: the only time a session is made again.
 * Knows nothing of queues, lanes or texts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FaqError } from '../errors.ts';
import { workerScript } from '../worker-script.ts';
import type { GraphSettings } from './graph-session.ts';
import type { BatchSlot } from './micro-batcher.ts';
import { startWorkerThread, type WorkerThread } from './worker-thread.ts';

/** One text's vector, as it comes from a worker. */
export interface EncodedRow {
  /** [dimension], unit length. */
  readonly vector: Float32Array;
  /** Milliseconds its batch ran. */
  readonly runMs: number;
}

/** The workers as slots of a batcher. */
export interface InferencePool {
  readonly slots: readonly BatchSlot<Int32Array, EncodedRow>[];
  /** The graph pools by itself. */
  readonly pooled: boolean;
  /** Workers replaced so far. */
  readonly restarts: number;
  /** Lets each worker finish, then ends it. */
  close(): Promise<void>;
}

/** How to make a pool. */
export interface InferencePoolOptions {
  readonly workers: number;
  readonly settings: GraphSettings;
  /** Called when a slot has become ready again. */
  readonly onReady: () => void;
  /** Called with the cause when a worker is lost or cannot be started again. */
  readonly onLost: (error: FaqError) => void;
  /** The worker's module; another one in tests. */
  readonly workerFile?: URL | undefined;
  /** After how long a worker that does not reply is replaced; shorter in tests. */
  readonly stuckMs?: number | undefined;
}

const WORKER_FILE = workerScript('inference-worker', import.meta.url);
/** First and longest wait before a lost worker is started again; it doubles between. */
const RESTART_MS = { first: 50, longest: 10_000 } as const;

function flatten(texts: readonly Int32Array[]): { ids: Int32Array; lengths: Int32Array } {
  const lengths = Int32Array.from(texts, (text) => text.length);
  const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const text of texts) {
    ids.set(text, at);
    at += text.length;
  }
  return { ids, lengths };
}

async function runOn(thread: WorkerThread, texts: readonly Int32Array[], dimension: number): Promise<readonly (EncodedRow | FaqError)[]> {
  const { vectors, bad, runMs } = await thread.run(flatten(texts));
  return texts.map((_, row) =>
    bad.includes(row)
      ? new FaqError('internal', 'The model gave NaN or a vector of length zero for this text. Check the model with `faqmatch doctor`.')
      : { vector: vectors.slice(row * dimension, (row + 1) * dimension), runMs },
  );
}

/** One place for a worker: the thread in it now, or none while a lost one is being replaced. */
function createSlot(
  options: InferencePoolOptions,
  closed: AbortSignal,
  count: () => void,
): { slot: BatchSlot<Int32Array, EncodedRow>; readonly pooled: boolean; start(): Promise<void>; close(): Promise<void> } {
  let thread: WorkerThread | undefined;
  let replacing: Promise<void> = Promise.resolve();
  const start = async (): Promise<void> => {
    const started = await startWorkerThread({
      file: options.workerFile ?? WORKER_FILE,
      settings: options.settings,
      stuckMs: options.stuckMs,
      onLost(error) {
        thread = undefined;
        options.onLost(error);
        replacing = replace();
      },
    });
    if (closed.aborted) return await started.close();
    thread = started;
  };
  const replace = async (): Promise<void> => {
    for (let wait: number = RESTART_MS.first; !closed.aborted; wait = Math.min(wait * 2, RESTART_MS.longest)) {
      try {
        await sleep(wait, undefined, { signal: closed });
        await start();
        count();
        return options.onReady();
      } catch (error) {
        if (!closed.aborted) options.onLost(FaqError.from(error));
      }
    }
  };
  return {
    slot: {
      get ready() {
        return thread !== undefined;
      },
      run: async (texts) => {
        if (thread === undefined) throw new FaqError('internal', 'The inference worker has ended. Try again.');
        return await runOn(thread, texts, options.settings.dimension);
      },
    },
    get pooled() {
      return thread?.pooled ?? false;
    },
    start,
    async close() {
      await replacing;
      await thread?.close();
      thread = undefined;
    },
  };
}

/**
 * Starts the workers and waits until each is warm.
 * @throws FaqError what the first worker refused the model with; no thread is left behind.
 */
export async function createInferencePool(options: InferencePoolOptions): Promise<InferencePool> {
  const closing = new AbortController();
  let restarts = 0;
  const places = Array.from({ length: options.workers }, () =>
    createSlot(options, closing.signal, () => {
      restarts += 1;
    }),
  );
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(places.map((place) => place.close()));
  };
  const started = await Promise.allSettled(places.map((place) => place.start()));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw FaqError.from(failed.reason);
  }
  return {
    slots: places.map((place) => place.slot),
    pooled: places.some((place) => place.pooled),
    get restarts() {
      return restarts;
    },
    close,
  };
}
