/**
 * The encoder of this process: tokenises on the calling thread, queues, and runs the graph in worker threads made once.
 * Knows one model folder; where it came from and what the vectors are for is not its business.
 */

import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FaqError, throwIfAborted } from '../errors.ts';
import { type BulkParts, encodeInBulk } from './bulk-encode.ts';
import type { EncodeOptions, Encoder, EncoderInfo, Encoding } from './encoder.ts';
import type { GraphSettings } from './graph-session.ts';
import { createInferencePool, type EncodedRow, type InferencePool } from './inference-pool.ts';
import { MicroBatcher } from './micro-batcher.ts';
import type { ModelFolder } from './model-folder.ts';
import { requireLength } from './text-length.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** How to make an encoder. Only the model has no default. */
export interface EncoderOptions {
  /** From readModelFolder or loadModel. */
  readonly model: ModelFolder;
  /** Inference workers; as many as cores, at most 4: two one-thread workers beat one two-thread worker on short texts. */
  readonly workers?: number;
  /** Threads of one run, 1 by default. */
  readonly intraOpThreads?: number;
  /** Most padded word pieces of a batch: 256, so that no batch holds its worker longer than one text of the greatest length does. */
  readonly maxBatchTokens?: number;
  /** Most texts of a batch: 8, which halves the processor time per short text (3.3 against 6 ms); 16 gives nothing more. */
  readonly maxBatchItems?: number;
  /** Most utterances waiting before the next is refused. */
  readonly maxWaiting?: number;
  /** Most characters (code points) of one utterance; longer is refused. Corpus texts are truncated instead. */
  readonly maxCharacters?: number;
  /** Told of each worker that was lost or could not be replaced yet, for the log. */
  readonly onWorkerLost?: (error: FaqError) => void;
  /** Another worker module, for tests. */
  readonly workerFile?: URL;
}

/** Defaults of an encoder. */
export const ENCODER_DEFAULTS = {
  workers: Math.min(4, availableParallelism()),
  intraOpThreads: 1,
  maxBatchTokens: 256,
  maxBatchItems: 8,
  maxWaiting: 512,
  maxCharacters: 2000,
} as const;

/** The encoder and what operators want to know of it. */
export interface OnnxEncoder extends Encoder {
  /** Workers lost and replaced since the start. */
  readonly restarts: number;
}

const WARM_UP_TEXT = 'How do I change the address of my order?';

interface Parts {
  readonly tokenizer: Tokenizer;
  readonly batcher: MicroBatcher<Int32Array, EncodedRow>;
  readonly maxCharacters: number;
}

async function encodeOne(text: string, parts: Parts, options: EncodeOptions): Promise<Encoding> {
  throwIfAborted(options.signal);
  requireLength(text, parts.maxCharacters);
  const started = performance.now();
  const { ids, truncated } = parts.tokenizer.tokenise(text);
  const tokenised = performance.now();
  const { vector, runMs } = await parts.batcher.submit(ids, { lane: 'match', signal: options.signal });
  const queueMs = Math.max(0, performance.now() - tokenised - runMs);
  return { vector, tokens: ids.length, truncated, timings: { tokenizeMs: tokenised - started, queueMs, encodeMs: runMs } };
}

type EncoderSettings = Required<Omit<EncoderOptions, 'model' | 'onWorkerLost' | 'workerFile'>>;

function createBatcher(pool: InferencePool, settings: EncoderSettings): MicroBatcher<Int32Array, EncodedRow> {
  return new MicroBatcher({
    slots: pool.slots,
    sizeOf: (ids) => ids.length,
    maxBatchTokens: settings.maxBatchTokens,
    maxBatchItems: { match: settings.maxBatchItems, bulk: settings.maxBatchItems },
    maxWaiting: settings.maxWaiting,
    now: () => performance.now(),
    schedule: queueMicrotask,
    pause: nextTurn,
  });
}

function infoOf(model: ModelFolder, workers: number): EncoderInfo {
  const { name, digest, dimension, maxTokens, pooling } = model;
  return { name, digest, dimension, maxTokens, pooling, device: 'cpu', workers };
}

function graphSettings(model: ModelFolder, tokenizer: Tokenizer, threads: number): GraphSettings {
  const { graphFile, graphOutput, dimension, pooling } = model;
  return { graphFile, graphOutput, dimension, pooling, padId: tokenizer.padId, threads, warmUp: tokenizer.tokenise(WARM_UP_TEXT).ids };
}

function assemble(model: ModelFolder, parts: Parts, pool: InferencePool): OnnxEncoder {
  const { tokenizer, batcher } = parts;
  const bulk: BulkParts<Int32Array> = {
    dimension: model.dimension,
    tokenise: (text) => tokenizer.tokenise(text).ids,
    submit: (ids, signal) => batcher.submit(ids, { lane: 'bulk', signal }),
  };
  let closed: Promise<void> | undefined;
  return {
    info: infoOf(model, pool.slots.length),
    encode: (text, options = {}) => encodeOne(text, parts, options),
    encodeAll: (texts, options = {}) => encodeInBulk(texts, bulk, options),
    get waiting() {
      return batcher.waiting;
    },
    get restarts() {
      return pool.restarts;
    },
    close() {
      closed ??= batcher.close().then(() => pool.close());
      return closed;
    },
  };
}

/**
 * Starts an encoder: workers up, graph checked against the folder's configs, sessions and the way to them warm.
 * @throws FaqError failed_precondition or data_loss where tokenizer, graph or dimension do not fit; nothing is left running.
 */
export async function createEncoder(options: EncoderOptions): Promise<OnnxEncoder> {
  const { model, onWorkerLost, workerFile, ...given } = options;
  const settings: EncoderSettings = { ...ENCODER_DEFAULTS, ...given };
  const tokenizer = createTokenizer(model);
  let wake = (): void => undefined;
  const pool = await createInferencePool({
    workers: settings.workers,
    settings: graphSettings(model, tokenizer, settings.intraOpThreads),
    onReady: () => wake(),
    onLost: (error) => onWorkerLost?.(error),
    ...(workerFile === undefined ? {} : { workerFile }),
  });
  const batcher = createBatcher(pool, settings);
  wake = () => batcher.wake();
  const encoder = assemble(model, { tokenizer, batcher, maxCharacters: settings.maxCharacters }, pool);
  try {
    // The workers are warm already; this warms the tokenizer and the way there and back, so that the first caller does not pay for it.
    await encoder.encodeAll(pool.slots.map(() => WARM_UP_TEXT));
  } catch (error) {
    await encoder.close();
    throw error;
  }
  return encoder;
}
