/**
 * The workers of one device with the queue before them. Knows word pieces and vectors, no texts.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FaqError } from '../errors.ts';
import type { Device } from './device.ts';
import type { GraphSettings } from './graph-session.ts';
import { createInferencePool, type EncodedRow } from './inference-pool.ts';
import { MicroBatcher } from './micro-batcher.ts';

/** Longest wait for what is running and waiting when the queue is closed. */
const LONGEST_RUN_MS = 5_000;

/** How a device is fed. */
export interface QueueSettings {
  /** Inference workers on the CPU; a GPU has one, since it runs one batch at a time however many sessions ask. */
  readonly workers: number;
  readonly maxBatchTokens: number;
  readonly maxBatchItems: number;
  readonly maxWaiting: number;
  readonly onWorkerLost: (error: FaqError) => void;
  /** Another worker module, for tests. */
  readonly workerFile: URL | undefined;
  /** Another patience with a worker that does not reply, for tests. */
  readonly stuckMs: number | undefined;
}

/** A running device. */
export interface EncodingQueue {
  readonly device: Device;
  readonly workers: number;
  /** The graph pools by itself. */
  readonly pooled: boolean;
  readonly batcher: MicroBatcher<Int32Array, EncodedRow>;
  /** Workers replaced so far. */
  readonly restarts: number;
  /** Runs what was handed to the workers, rejects what waits, ends the threads. */
  close(): Promise<void>;
}

/**
 * Least that a batch on a GPU may hold, whatever the settings say for the CPU: below, the way to the GPU and back costs more than the work.
 * 16,384 padded pieces take about 300 MB there with a model of 384 dimensions.
 */
const GPU_BATCH = { tokens: 16_384, matches: 32, bulk: 256 } as const;

function createBatcher(
  slots: ConstructorParameters<typeof MicroBatcher<Int32Array, EncodedRow>>[0]['slots'],
  device: Device,
  settings: QueueSettings,
): MicroBatcher<Int32Array, EncodedRow> {
  const { maxBatchTokens, maxBatchItems, maxWaiting } = settings;
  const gpu = device !== 'cpu';
  return new MicroBatcher({
    slots,
    sizeOf: (ids) => ids.length,
    maxBatchTokens: gpu ? Math.max(GPU_BATCH.tokens, maxBatchTokens) : maxBatchTokens,
    maxBatchItems: gpu
      ? { match: Math.max(GPU_BATCH.matches, maxBatchItems), bulk: Math.max(GPU_BATCH.bulk, maxBatchItems) }
      : { match: maxBatchItems, bulk: maxBatchItems },
    maxWaiting,
    now: () => performance.now(),
    schedule: queueMicrotask,
    pause: nextTurn,
  });
}

/**
 * Starts a device's workers and waits until they are warm.
 * @throws FaqError what the first worker refused with (DEVICE_UNAVAILABLE where it is the device); no thread is left behind.
 */
export async function openQueue(graph: GraphSettings, settings: QueueSettings): Promise<EncodingQueue> {
  const { device } = graph;
  const { onWorkerLost, workerFile, stuckMs } = settings;
  let wake = (): void => undefined;
  const pool = await createInferencePool({
    workers: device === 'cpu' ? settings.workers : 1,
    settings: graph,
    onReady: () => wake(),
    onLost: onWorkerLost,
    workerFile,
    stuckMs,
  });
  const batcher = createBatcher(pool.slots, device, settings);
  wake = () => batcher.wake();
  return {
    device,
    workers: pool.slots.length,
    pooled: pool.pooled,
    batcher,
    get restarts() {
      return pool.restarts;
    },
    async close() {
      // A run that never ends must not keep the thread from being ended by force.
      const left = new AbortController();
      await Promise.race([batcher.close(), sleep(LONGEST_RUN_MS, undefined, { signal: left.signal, ref: false }).catch(() => undefined)]);
      left.abort();
      await pool.close();
    },
  };
}
