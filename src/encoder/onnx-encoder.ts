/**
 * The encoder of this process: tokenises on the calling thread, queues, and runs the graph in worker threads made once.
 * Knows one model folder; where it came from and what the vectors are for is not its business.
 */

import { type FaqError, throwIfAborted } from '../errors.ts';
import { encodeInBulk } from './bulk-encode.ts';
import { ENCODER_DEFAULTS } from './defaults.ts';
import type { Device, DeviceChoice, DeviceFallback } from './device.ts';
import type { EncodeAllOptions, EncodeOptions, Encoder, EncoderInfo, Encoding } from './encoder.ts';
import { type EncodingQueue, openQueue, type QueueSettings } from './encoding-queue.ts';
import type { GraphSettings } from './graph-session.ts';
import type { ModelFolder } from './model-folder.ts';
import { type OpenDevices, openDevices } from './open-devices.ts';
import { requirePooledPrompt } from './prompts.ts';
import { requireLength } from './text-length.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** How to make an encoder. Only the model has no default. */
export interface EncoderOptions {
  /** From readModelFolder or loadModel. */
  readonly model: ModelFolder;
  /** Where utterances are encoded: the CPU by default, which needs nothing and answers one short text in milliseconds. */
  readonly device?: DeviceChoice;
  /** Where a reload's texts are encoded; the same device by default. */
  readonly bulkDevice?: DeviceChoice;
  /** What is done where a named device does not open: `warn` by default, one warning and the CPU. */
  readonly deviceFallback?: DeviceFallback;
  /** Told in words of each device that is done without. */
  readonly onDeviceProblem?: (problem: string) => void;
  /** Inference workers on the CPU; as many as cores, at most 4: two one-thread workers beat one two-thread worker on short texts. */
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
  /** Milliseconds after which a worker that does not reply is replaced, for tests. */
  readonly stuckMs?: number;
}

/** The encoder and what operators want to know of it. */
export interface OnnxEncoder extends Encoder {
  /** Workers lost and replaced since the start. */
  readonly restarts: number;
  /** The graph pools by itself, so that `info.pooling`, which is what the folder's config says, has no part in the vectors. */
  readonly pooledByGraph: boolean;
}

const WARM_UP_TEXT = 'How do I change the address of my order?';
/** Short, long, odd and repetitive: what two devices are compared by. */
const COMPARED_TEXTS = [
  WARM_UP_TEXT,
  'refund?',
  'I was charged twice for the same purchase on 12/03 and nobody answers my e-mails, can you please look into it today?',
  'naïve café, 1234567890 -- ok ok ok ok ok ok ok ok',
] as const;

interface Parts {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly devices: OpenDevices;
  readonly maxCharacters: number;
}

async function encodeOne(text: string, parts: Parts, options: EncodeOptions): Promise<Encoding> {
  throwIfAborted(options.signal);
  requireLength(text, parts.maxCharacters);
  const started = performance.now();
  const { ids, truncated } = parts.tokenizer.tokenise(text, 'utterance');
  const tokenised = performance.now();
  const { vector, runMs } = await parts.devices.match.batcher.submit(ids, { lane: 'match', signal: options.signal });
  const queueMs = Math.max(0, performance.now() - tokenised - runMs);
  return { vector, tokens: ids.length, truncated, timings: { tokenizeMs: tokenised - started, queueMs, encodeMs: runMs } };
}

interface BulkRun {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly queue: EncodingQueue;
}

function encodeMany(texts: readonly string[], { model, tokenizer, queue }: BulkRun, options: EncodeAllOptions): Promise<Float32Array> {
  const bulk = {
    dimension: model.dimension,
    tokenise: (text: string) => tokenizer.tokenise(text, options.role ?? 'stored').ids,
    submit: (ids: Int32Array, signal: AbortSignal) => queue.batcher.submit(ids, { lane: 'bulk', signal }),
  };
  return encodeInBulk(texts, bulk, options);
}

function infoOf(model: ModelFolder, { match, bulk }: OpenDevices): EncoderInfo {
  const { name, digest, dimension, maxTokens, pooling } = model;
  const elsewhere = bulk === match ? {} : { bulkDevice: bulk.device };
  return { name, digest, dimension, maxTokens, pooling, device: match.device, ...elsewhere, workers: match.workers };
}

function graphSettings(model: ModelFolder, tokenizer: Tokenizer, threads: number): Omit<GraphSettings, 'device'> {
  const { graphFile, graphOutput, dimension, pieceDimension, wholeDimension, dense, pooling } = model;
  const warmUp = tokenizer.tokenise(WARM_UP_TEXT, 'utterance').ids;
  return { graphFile, graphOutput, dimension, pieceDimension, wholeDimension, dense, pooling, padId: tokenizer.padId, threads, warmUp };
}

function assemble(parts: Parts): OnnxEncoder {
  const { match, bulk, close } = parts.devices;
  let closed: Promise<void> | undefined;
  return {
    info: infoOf(parts.model, parts.devices),
    encode: (text, options = {}) => encodeOne(text, parts, options),
    encodeAll: (texts, options = {}) => encodeMany(texts, { ...parts, queue: bulk }, options),
    hasWord: parts.tokenizer.hasWord,
    ...(parts.model.hasLearnt === undefined ? {} : { hasLearnt: parts.model.hasLearnt }),
    pooledByGraph: match.pooled,
    get waiting() {
      return match.batcher.waiting;
    },
    get restarts() {
      return match.restarts + (bulk === match ? 0 : bulk.restarts);
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Least cosine of some texts on two devices. */
async function compareDevices(parts: Omit<BulkRun, 'queue'>, one: EncodingQueue, other: EncodingQueue): Promise<number> {
  const [ours, theirs] = await Promise.all([one, other].map((queue) => encodeMany(COMPARED_TEXTS, { ...parts, queue }, {})));
  const { dimension } = parts.model;
  const cosines = COMPARED_TEXTS.map((_, row) => {
    let product = 0;
    for (let at = row * dimension; at < (row + 1) * dimension; at += 1) product += (ours?.[at] ?? 0) * (theirs?.[at] ?? 0);
    return product;
  });
  return Math.min(...cosines);
}

/**
 * Starts an encoder: devices open, workers up, graph checked against the folder's configs, sessions and the way to them warm.
 * @throws FaqError failed_precondition or data_loss where tokenizer, graph or dimension do not fit, or a device is missing and the fallback
 *   is `refuse`; nothing is left running.
 */
export async function createEncoder(options: EncoderOptions): Promise<OnnxEncoder> {
  const { model, onWorkerLost, onDeviceProblem, workerFile, stuckMs, ...given } = options;
  const settings = { ...ENCODER_DEFAULTS, ...given };
  requirePooledPrompt(model.prompts.chosen, model.includePrompt);
  const tokenizer = createTokenizer(model);
  const graph = graphSettings(model, tokenizer, settings.intraOpThreads);
  const queue: QueueSettings = { ...settings, onWorkerLost: (error) => onWorkerLost?.(error), workerFile, stuckMs };
  const devices = await openDevices({
    device: settings.device,
    bulkDevice: settings.bulkDevice ?? settings.device,
    fallback: settings.deviceFallback,
    open: (device: Device) => openQueue({ ...graph, device }, queue),
    compare: (one, other) => compareDevices({ model, tokenizer }, one, other),
    onProblem: (problem) => onDeviceProblem?.(problem),
  });
  const encoder = assemble({ model, tokenizer, devices, maxCharacters: settings.maxCharacters });
  try {
    // The workers are warm already; this warms the tokenizer and the way there and back, so that the first caller does not pay for it.
    await encoder.encodeAll(Array.from({ length: devices.match.workers }, () => WARM_UP_TEXT));
  } catch (error) {
    await encoder.close();
    throw error;
  }
  return encoder;
}
