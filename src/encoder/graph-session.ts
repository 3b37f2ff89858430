/**
 * One onnxruntime session over one BERT graph: word-piece ids in, unit vectors out.
 * Pools in TypeScript where the graph does not. Runs in a worker thread, since a run blocks its thread to the end.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { FaqError } from '../errors.ts';
import type { DenseHead, DenseLayer } from './dense-head.ts';
import { type Device, deviceError } from './device.ts';
import type { Pooling } from './encoder.ts';
import { modelError } from './model-error.ts';
import { createSession } from './open-session.ts';
import { feedsOf, type PaddedBatch, pad, type TokenBatch } from './padded-batch.ts';
import { normaliseRows, poolPieces } from './pooling.ts';

/** All that a session needs to know; plain data, so that it can travel to a worker. */
export interface GraphSettings {
  readonly graphFile: string;
  readonly device: Device;
  /** Output to read; found by name and rank where absent. */
  readonly graphOutput: string | undefined;
  /** Numbers kept of each vector. */
  readonly dimension: number;
  /** Numbers of a word piece's vector. */
  readonly pieceDimension: number;
  /** Numbers of a text's vector before it is cut to `dimension`. */
  readonly wholeDimension: number;
  /** What follows pooling, for a graph that does not do it itself. */
  readonly dense: readonly DenseLayer[];
  readonly pooling: Pooling;
  /** Id that fills shorter rows. */
  readonly padId: number;
  /** Threads of one run. */
  readonly threads: number;
  /** Ids of a short text for the warm-up. */
  readonly warmUp: Int32Array;
}

/** What a run gives. */
export interface BatchVectors {
  /** [batch × dimension], unit rows. */
  readonly vectors: Float32Array<ArrayBuffer>;
  /** Rows that came out without direction (NaN, infinite or zero). */
  readonly bad: readonly number[];
  /** The graph gave one vector a text, so that the folder's pooling had no part in it. */
  readonly pooled: boolean;
}

/** A warmed-up session. One run at a time. */
export interface GraphSession {
  /** The graph gives one vector a text: it pools by itself, whatever the folder's pooling config says. */
  readonly pooled: boolean;
  run(batch: TokenBatch): Promise<BatchVectors>;
  close(): Promise<void>;
}

const POOLED_OUTPUTS = ['sentence_embedding'];
const PIECE_OUTPUTS = ['last_hidden_state', 'token_embeddings'];
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

function requireInputs(session: InferenceSession): void {
  const foreign = session.inputNames.filter((name) => !INPUTS.includes(name));
  const missing = INPUTS.slice(0, 2).filter((name) => !session.inputNames.includes(name));
  const wide = session.inputMetadata.every((input) => input.isTensor && input.type === 'int64');
  if (foreign.length === 0 && missing.length === 0 && wide) return;
  throw modelError(
    'MODEL_UNSUPPORTED',
    `The graph takes ${session.inputNames.join(', ')}; expected int64 input_ids and attention_mask, and token_type_ids at most. Export it as a feature-extraction model.`,
  );
}

function chooseOutput(session: InferenceSession, named: string | undefined): string {
  const wanted = named === undefined ? [...POOLED_OUTPUTS, ...PIECE_OUTPUTS] : [named];
  const found = wanted.find((name) => session.outputNames.includes(name));
  const [only] = session.outputNames;
  if (found !== undefined) return found;
  // The pooler of a raw BERT is no sentence vector.
  if (named === undefined && only !== undefined && only !== 'pooler_output' && session.outputNames.length === 1) return only;
  throw modelError(
    'MODEL_UNSUPPORTED',
    `The graph gives ${session.outputNames.join(', ')}; expected ${wanted.join(' or ')}. Export it as a feature-extraction model.`,
  );
}

function requireShape(dims: readonly number[], { wholeDimension, pieceDimension }: GraphSettings): void {
  const expected = dims.length === 2 ? wholeDimension : pieceDimension;
  if ((dims.length === 2 || dims.length === 3) && dims.at(-1) === expected) return;
  throw modelError(
    'MODEL_MISMATCH',
    `The graph's output has shape [${dims.join(', ')}]; expected [batch, ${wholeDimension}] or [batch, pieces, ${pieceDimension}], as the model's configs say. The folder mixes two models: copy it again.`,
  );
}

/** How batches run. */
interface Run {
  readonly settings: GraphSettings;
  readonly output: string;
  /** The Dense layers, loaded when a graph turns out to end before them. */
  readonly head: () => Promise<DenseHead>;
}

/** The first `kept` numbers of each row of `width`. */
function cutRows(rows: Float32Array<ArrayBuffer>, width: number, kept: number): Float32Array<ArrayBuffer> {
  if (kept === width) return rows;
  const cut = new Float32Array((rows.length / width) * kept);
  for (let row = 0; row * kept < cut.length; row += 1) cut.set(rows.subarray(row * width, row * width + kept), row * kept);
  return cut;
}

/** Word-piece vectors to [batch × wholeDimension]. */
async function poolOutside(pieces: Float32Array, padded: PaddedBatch, { settings, head }: Run): Promise<Float32Array<ArrayBuffer>> {
  const shape = { batch: padded.rows, sequence: padded.sequence, dimension: settings.pieceDimension };
  const rows = poolPieces(pieces, padded.pieces, { shape, pooling: settings.pooling });
  return settings.dense.length === 0 ? rows : await (await head()).apply(rows);
}

async function runBatch(session: InferenceSession, batch: TokenBatch, how: Run): Promise<BatchVectors> {
  const { settings, output } = how;
  const padded = pad(batch, settings.padId);
  const results = await session.run(feedsOf(padded, session.inputNames), [output]);
  const tensor = results[output];
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) {
    throw modelError(
      'MODEL_UNSUPPORTED',
      `Expected float32 numbers in the graph's output ${output}. Export the graph with a float32 output.`,
    );
  }
  requireShape(tensor.dims, settings);
  const pooled = tensor.dims.length === 2;
  // The copy leaves onnxruntime's memory behind, so that the vectors can be handed to another thread.
  const whole = pooled ? new Float32Array(tensor.data) : await poolOutside(tensor.data, padded, how);
  if (whole.length !== padded.rows * settings.wholeDimension)
    throw modelError('MODEL_MISMATCH', 'The graph gave another number of vectors than texts. Export the model anew.');
  const vectors = cutRows(whole, settings.wholeDimension, settings.dimension);
  return { vectors, bad: normaliseRows(vectors, settings.dimension), pooled };
}

/** A short text alone three times and a padded batch, so that memory is laid out and code is compiled before the first caller. */
async function warmUp(session: InferenceSession, how: Run): Promise<{ readonly pooled: boolean }> {
  const { warmUp: ids } = how.settings;
  const alone: TokenBatch = { ids, lengths: Int32Array.of(ids.length) };
  const half = ids.subarray(0, Math.max(1, Math.floor(ids.length / 2)));
  const company: TokenBatch = { ids: Int32Array.from([...ids, ...half]), lengths: Int32Array.of(ids.length, half.length) };
  let pooled = false;
  for (const batch of [alone, alone, alone, company]) {
    const result = await runBatch(session, batch, how);
    pooled = result.pooled;
    if (result.bad.length > 0) {
      throw modelError(
        'MODEL_DAMAGED',
        'The model turns a plain text into NaN or a vector of length zero: its weights are damaged. Copy the model again or export it anew.',
      );
    }
  }
  return { pooled };
}

/** The first runs; a GPU that opens and then fails is as good as one that does not open. */
async function firstRuns(session: InferenceSession, how: Run): Promise<{ readonly pooled: boolean }> {
  try {
    return await warmUp(session, how);
  } catch (error) {
    await session.release();
    const { device } = how.settings;
    throw device === 'cpu' || error instanceof FaqError ? error : deviceError(device, error);
  }
}

/**
 * Opens a graph on its device, checks inputs, output and dimension, and warms it up.
 * @throws FaqError data_loss (the graph cannot be loaded or gives NaN), failed_precondition (inputs, output or dimension do not fit, or
 *   DEVICE_UNAVAILABLE: the device does not open or fails at its first run).
 */
export async function openGraph(settings: GraphSettings): Promise<GraphSession> {
  const session = await createSession(settings);
  requireInputs(session);
  const output = chooseOutput(session, settings.graphOutput);
  let loading: Promise<DenseHead> | undefined;
  const head = (): Promise<DenseHead> => {
    loading ??= import('./dense-head.ts').then(({ openDenseHead }) => openDenseHead(settings.dense));
    return loading;
  };
  const how: Run = { settings, output, head };
  const { pooled } = await firstRuns(session, how);
  return {
    pooled,
    run: (batch) => runBatch(session, batch, how),
    async close() {
      await session.release();
      await (await loading)?.close();
    },
  };
}
