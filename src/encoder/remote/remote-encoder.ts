/**
 * An encoder behind a network, under the same contract as the one in the process: same lanes, same bounds, same errors.
 * Texts are sent to no server that was not checked to give the vectors of the model it is taken for.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FaqError, throwIfAborted } from '../../errors.ts';
import { encodeInBulk } from '../bulk-encode.ts';
import type { EncodeAllOptions, EncodeOptions, Encoder, Encoding } from '../encoder.ts';
import type { EncodedRow } from '../inference-pool.ts';
import { MicroBatcher } from '../micro-batcher.ts';
import type { ModelFolder } from '../model-folder.ts';
import { requireLength } from '../text-length.ts';
import { openProtocol } from './open-protocol.ts';
import { openRemote } from './open-remote.ts';
import type { Preparation, PreparedText } from './prepared-text.ts';
import type { RemoteProtocol } from './protocol.ts';
import { mayPass, type RemoteFault } from './remote-errors.ts';
import type { RemoteModel } from './remote-model.ts';
import { createRequestSlots, type RemoteItem, type SlotParts } from './request-slots.ts';
import { bulkPolicy, matchPolicy, type Waiting, withRetries } from './retries.ts';
import type { RemoteSettings } from './settings.ts';
import type { Verification, Verified } from './verification.ts';
import { type RemoteWatch, startWatch, WATCH_INTERVALS, type WatchIntervals } from './watch.ts';

/** How to make a remote encoder. */
export interface RemoteEncoderOptions {
  readonly settings: RemoteSettings;
  /** The folder of the model that is served: tokenizer, dimension, digest and the vectors it must give. undefined: the server says what it is. */
  readonly model: ModelFolder | undefined;
  /** Most utterances waiting before the next is refused. */
  readonly maxWaiting: number;
  /** Most characters (code points) of one utterance. */
  readonly maxCharacters: number;
  /** Where the vectors of models without a folder are remembered, so that one that changed under its name is noticed. */
  readonly identityFolder?: string;
  /** Told where the server is away at the start: with a folder the encoder starts all the same, and is out of reach until it is there. Absent: that is an error. */
  readonly onAway?: (error: FaqError) => void;
  /** Ends the opening while it waits for the server; of no effect once it is open. */
  readonly signal?: AbortSignal | undefined;
  /** Other intervals, for tests. */
  readonly intervals?: WatchIntervals;
}

/** Least time that a reload waits for one answer, in milliseconds: nobody waits for it, and its batches are full. */
const BULK_TIMEOUT_MS = 30_000;

/** After these the server may be away or be another one. A busy or failing server is neither. */
const SUSPICIOUS: ReadonlySet<string> = new Set<RemoteFault>(['REMOTE_UNREACHABLE', 'REMOTE_UNTRUSTED', 'REMOTE_SLOW', 'REMOTE_MISMATCH']);

interface Parts extends RemoteEncoderOptions, Preparation {
  readonly protocol: RemoteProtocol;
  readonly remote: RemoteModel;
  readonly batcher: MicroBatcher<RemoteItem, EncodedRow>;
  readonly watch: RemoteWatch;
  readonly closing: AbortSignal;
  readonly spread: number;
}

interface Sending {
  readonly lane: 'match' | 'bulk';
  readonly signal: AbortSignal | undefined;
}

/** One text to its vector, again where that may help. Its slot looks once more whether the server is the right one before it sends. */
async function submit(prepared: PreparedText, { lane, signal }: Sending, parts: Parts): Promise<EncodedRow> {
  const { settings, batcher, watch, closing, spread } = parts;
  const timeoutMs = lane === 'match' ? settings.timeoutMs : Math.max(settings.timeoutMs, BULK_TIMEOUT_MS);
  const policy = lane === 'match' ? matchPolicy(settings.retries) : bulkPolicy(settings.retries);
  const attempt = async (): Promise<EncodedRow> => {
    if (watch.problem !== undefined) throw watch.problem;
    try {
      return await batcher.submit({ ...prepared, signal, timeoutMs }, { lane, signal });
    } catch (error) {
      if (error instanceof FaqError && SUSPICIOUS.has(error.reason ?? '')) watch.suspect(error);
      throw error;
    }
  };
  // Who answers a chatbot does not wait for a server known to be away.
  if (lane === 'match' && watch.problem !== undefined) throw watch.problem;
  return await withRetries(attempt, policy, { signal, closing, spread });
}

async function encodeOne(text: string, parts: Parts, { signal }: EncodeOptions): Promise<Encoding> {
  throwIfAborted(signal);
  throwIfAborted(parts.closing);
  requireLength(text, parts.maxCharacters);
  const started = performance.now();
  const prepared = parts.prepare(text);
  const tokenised = performance.now();
  const { vector, runMs } = await submit(prepared, { lane: 'match', signal }, parts);
  const queueMs = Math.max(0, performance.now() - tokenised - runMs);
  const timings = { tokenizeMs: tokenised - started, queueMs, encodeMs: runMs };
  return { vector, tokens: prepared.length, truncated: prepared.truncated, timings };
}

/** The server is looked at again when all is encoded, so that nothing from another model is kept. */
async function encodeMany(texts: readonly string[], parts: Parts, options: EncodeAllOptions): Promise<Float32Array> {
  throwIfAborted(options.signal);
  if (texts.length === 0) return new Float32Array();
  const bulk = {
    dimension: parts.remote.info.dimension,
    tokenise: (text: string) => parts.prepare(text, options.role ?? 'stored'),
    submit: (prepared: PreparedText, signal: AbortSignal) => submit(prepared, { lane: 'bulk', signal }, parts),
  };
  const vectors = await encodeInBulk(texts, bulk, options);
  const { closing, spread, settings } = parts;
  await withRetries(() => parts.watch.glance(), bulkPolicy(settings.retries), { signal: options.signal, closing, spread });
  return vectors;
}

function createBatcher(options: RemoteEncoderOptions, parts: SlotParts): MicroBatcher<RemoteItem, EncodedRow> {
  const { inFlight, batchSize } = options.settings;
  return new MicroBatcher({
    slots: createRequestSlots(inFlight, parts),
    sizeOf: ({ length }) => length,
    // The server forms its own batches by padded size; a request is bounded by its number of texts.
    maxBatchTokens: Number.POSITIVE_INFINITY,
    maxBatchItems: { match: batchSize, bulk: batchSize },
    maxWaiting: options.maxWaiting,
    now: () => performance.now(),
    schedule: queueMicrotask,
    pause: nextTurn,
  });
}

function assemble(parts: Parts, close: () => Promise<void>): Encoder {
  let closed: Promise<void> | undefined;
  return {
    info: parts.remote.info,
    reach: parts.watch.reach,
    encode: (text, options = {}) => encodeOne(text, parts, options),
    encodeAll: (texts, options = {}) => encodeMany(texts, parts, options),
    ...(parts.hasWord === undefined ? {} : { hasWord: parts.hasWord }),
    get waiting() {
      return parts.batcher.waiting;
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** What the check at the start needs. */
interface Start {
  readonly verification: Verification;
  readonly options: RemoteEncoderOptions;
  readonly onVerified: (verified: Verified) => void;
  readonly waiting: Waiting;
}

/** The check at the start, tried again where that may help. @returns the problem of a server that is away where that is no error. */
async function checkAtStart({ verification, options, onVerified, waiting }: Start): Promise<FaqError | undefined> {
  try {
    onVerified(await withRetries(() => verification.full(), matchPolicy(options.settings.retries), waiting));
    return undefined;
  } catch (thrown) {
    const error = FaqError.from(thrown);
    if (options.onAway === undefined || options.model === undefined || !mayPass(error)) throw error;
    options.onAway(error);
    return error;
  }
}

/**
 * Opens a remote encoder and checks it: the server must give the vectors of the folder's parity.json (or, without one, of the folder's model run
 * here for a moment).
 * @throws FaqError failed_precondition (another model, wrong key or address), unavailable (away, and onAway not given or no folder); nothing is left open.
 */
export async function createRemoteEncoder(options: RemoteEncoderOptions): Promise<Encoder> {
  const { settings, model } = options;
  const protocol = openProtocol(settings);
  const waits = new AbortController();
  const requests = new AbortController();
  const spread = 0.75 + 0.5 * Math.random();
  let mostTexts = settings.batchSize;
  const onVerified = ({ facts }: Verified): void => {
    mostTexts = Math.max(1, facts.maxBatch ?? settings.batchSize);
  };
  const shuttingDown = new FaqError('unavailable', 'The encoder is shutting down. Try another server or try again later.');
  const giveUp = (): void => waits.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', giveUp);
  try {
    throwIfAborted(options.signal);
    const closing = waits.signal;
    const policy = (options.onAway === undefined ? matchPolicy : bulkPolicy)(settings.retries);
    const lookup = { protocol, settings, closing, spread, policy, identityFolder: options.identityFolder };
    const { remote, prepare, hasWord, verification } = await openRemote(lookup, model);
    const problem = await checkAtStart({ verification, options, onVerified, waiting: { signal: undefined, closing, spread } });
    const watch = startWatch({ verification, intervals: options.intervals ?? WATCH_INTERVALS, problem, onVerified, closing });
    const { dimension } = remote.info;
    const gate = async (signal: AbortSignal): Promise<void> => {
      await watch.settled(signal);
      if (watch.problem !== undefined) throw watch.problem;
    };
    const batcher = createBatcher(options, { dimension, protocol, closing: requests.signal, mostTexts: () => mostTexts, gate });
    return assemble({ ...options, protocol, prepare, hasWord, remote, batcher, watch, closing, spread }, async () => {
      waits.abort(shuttingDown);
      // What is on its way may end; a reload's request is not waited for longer than an utterance's.
      const timer = setTimeout(() => requests.abort(shuttingDown), settings.timeoutMs);
      await batcher.close();
      clearTimeout(timer);
      protocol.close();
    });
  } catch (error) {
    waits.abort(shuttingDown);
    protocol.close();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}
