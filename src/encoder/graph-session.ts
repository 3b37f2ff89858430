/**
 * One onnxruntime session over one BERT graph: word-piece ids in, unit vectors out.
 * Pools in TypeScript where the graph does not. Runs in a worker thread, since a run blocks its thread to the end.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { FaqError } from '../errors.ts';
import { type Device, deviceError } from './device.ts';
import type { Pooling } from './encoder.ts';
import { modelError } from './model-error.ts';
import { createSession } from './open-session.ts';
import { feedsOf, pad, type TokenBatch } from './padded-batch.ts';
import { normaliseRows, poolPieces } from './pooling.ts';

/** All that a session needs to know; plain data, so that it can travel to a worker. */
export interface GraphSettings {
  readonly graphFile: string;
  readonly device: Device;
  /** Output to read; found by name and rank where absent. */
  readonly graphOutput: string | undefined;
  readonly dimension: number;
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
}

/** A warmed-up session. One run at a time. */
export interface GraphSession {
  /** The graph pools by itself. */
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
  if (named === undefined && only !== undefined && session.outputNames.length === 1) return only;
  throw modelError(
    'MODEL_UNSUPPORTED',
    `The graph gives ${session.outputNames.join(', ')}; expected ${wanted.join(' or ')}. Export it as a feature-extraction model.`,
  );
}

function requireShape(dims: readonly number[], settings: GraphSettings): void {
  const last = dims.at(-1);
  if ((dims.length === 2 || dims.length === 3) && last === settings.dimension) return;
  throw modelError(
    'MODEL_MISMATCH',
    `The graph's output has shape [${dims.join(', ')}]; expected [batch, ${settings.dimension}] or [batch, pieces, ${settings.dimension}], as the model's configs say. The folder mixes two models: copy it again.`,
  );
}

/** Runs one batch; `pooled` tells whether the output had one row per text. */
async function runBatch(
  session: InferenceSession,
  batch: TokenBatch,
  how: { settings: GraphSettings; output: string },
): Promise<BatchVectors & { readonly pooled: boolean }> {
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
  const shape = { batch: padded.rows, sequence: padded.sequence, dimension: settings.dimension };
  // The copy leaves onnxruntime's memory behind, so that the vectors can be handed to another thread.
  const vectors = pooled ? new Float32Array(tensor.data) : poolPieces(tensor.data, padded.pieces, { shape, pooling: settings.pooling });
  if (vectors.length !== padded.rows * settings.dimension)
    throw modelError('MODEL_MISMATCH', 'The graph gave another number of vectors than texts. Export the model anew.');
  return { vectors, bad: normaliseRows(vectors, settings.dimension), pooled };
}

/** A short text alone three times and a padded batch, so that memory is laid out and code is compiled before the first caller. */
async function warmUp(session: InferenceSession, settings: GraphSettings, output: string): Promise<boolean> {
  const { warmUp: ids } = settings;
  const alone: TokenBatch = { ids, lengths: Int32Array.of(ids.length) };
  const half = ids.subarray(0, Math.max(1, Math.floor(ids.length / 2)));
  const company: TokenBatch = { ids: Int32Array.from([...ids, ...half]), lengths: Int32Array.of(ids.length, half.length) };
  let pooled = false;
  for (const batch of [alone, alone, alone, company]) {
    const result = await runBatch(session, batch, { settings, output });
    if (result.bad.length > 0) {
      throw modelError(
        'MODEL_DAMAGED',
        'The model turns a plain text into NaN or a vector of length zero: its weights are damaged. Copy the model again or export it anew.',
      );
    }
    pooled = result.pooled;
  }
  return pooled;
}

/** The first runs; a GPU that opens and then fails is as good as one that does not open. */
async function firstRuns(session: InferenceSession, settings: GraphSettings, output: string): Promise<boolean> {
  try {
    return await warmUp(session, settings, output);
  } catch (error) {
    await session.release();
    throw settings.device === 'cpu' || error instanceof FaqError ? error : deviceError(settings.device, error);
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
  const pooled = await firstRuns(session, settings, output);
  return {
    pooled,
    run: (batch) => runBatch(session, batch, { settings, output }),
    close: () => session.release(),
  };
}
