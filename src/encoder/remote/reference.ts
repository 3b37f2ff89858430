/**
 * What a remote's vectors are held against: texts with the vectors that they must have.
 */
import { dirname } from 'node:path';
import * as z from 'zod';
import { modelError } from '../model-error.ts';
import { readModelJson } from '../model-files.ts';
import type { ModelFolder } from '../model-folder.ts';
import { createEncoder } from '../onnx-encoder.ts';
import { normaliseRows } from '../pooling.ts';
import { PROBE_TEXTS } from './probe-texts.ts';
import { remoteError } from './remote-errors.ts';

/** Texts and their vectors. */
export interface Reference {
  readonly texts: readonly string[];
  /** [texts.length × dimension], unit length. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** Least cosine that counts as the same model. */
  readonly leastCosine: number;
  /** Whose vectors these are, in words. */
  readonly source: string;
}

/**
 * Number formats cost little: weights in int8 gave at least .9993 against float32 (docs/decisions/0001), float16 and bfloat16 cost less.
 * Another pooling, a prompt or another training of the same model costs more on some of the texts.
 */
const SAME_MODEL = 0.99;

const PARITY = z.looseObject({ texts: z.array(z.string()).min(1), vectors: z.array(z.array(z.number())).min(1) });

function fromParity(parity: z.infer<typeof PARITY>, model: ModelFolder): Reference {
  const { texts, vectors } = parity;
  const flat = Float32Array.from(vectors.flat());
  const fits = vectors.length === texts.length && vectors.every(({ length }) => length === model.dimension);
  if (!fits || normaliseRows(flat, model.dimension).length > 0) {
    const expected = `Expected a vector of ${model.dimension} numbers for each text in parity.json of the model, found something else.`;
    throw modelError('MODEL_DAMAGED', `${expected} Copy the model again or export it anew.`);
  }
  return { texts, vectors: flat, dimension: model.dimension, leastCosine: SAME_MODEL, source: `${model.name} (parity.json)` };
}

/** For a folder that brings no vectors: its own model runs here for a moment. */
async function fromFolder(model: ModelFolder): Promise<Reference> {
  const encoder = await createEncoder({ model, workers: 1 });
  try {
    const vectors = await encoder.encodeAll(PROBE_TEXTS, { role: 'utterance' });
    return { texts: PROBE_TEXTS, vectors, dimension: model.dimension, leastCosine: SAME_MODEL, source: `${model.name} as it runs here` };
  } finally {
    await encoder.close();
  }
}

/**
 * The vectors of a model folder: its parity.json, or what the model gives here.
 * @throws FaqError data_loss (parity.json damaged), and what createEncoder throws.
 */
export async function referenceOf(model: ModelFolder): Promise<Reference> {
  const parity = await readModelJson(dirname(dirname(model.graphFile)), 'parity.json', PARITY);
  // parity.json holds utterances under the model's own prompt.
  const comparable = model.prompts.own.utterance === model.prompts.chosen.utterance;
  return parity === undefined || !comparable ? fromFolder(model) : fromParity(parity, model);
}

/** Cosine of a row of the reference and a unit vector. */
function cosineAt({ vectors, dimension }: Reference, row: number, vector: Float32Array): number {
  let product = 0;
  for (let column = 0; column < dimension; column += 1) product += (vectors[row * dimension + column] ?? 0) * (vector[column] ?? 0);
  return product;
}

/** Longest piece of a text that a message shows. */
const SHOWN_CHARACTERS = 60;

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}

/**
 * Compares unit vectors with those that some rows of the reference must have.
 * @returns the least cosine.
 * @throws FaqError failed_precondition (REMOTE_MISMATCH) with the least cosine and its text.
 */
export function requireAgreement(reference: Reference, rows: readonly number[], vectors: readonly Float32Array[]): number {
  const cosines = rows.map((row, place) => cosineAt(reference, row, vectors[place] ?? new Float32Array()));
  const least = Math.min(...cosines);
  if (least >= reference.leastCosine) return least;
  const row = rows[cosines.indexOf(least)] ?? 0;
  const low = cosines.filter((cosine) => cosine < reference.leastCosine).length;
  const detail =
    `Expected the vectors of ${reference.source}, cosine ${reference.leastCosine} at least; got ${least.toFixed(4)} for text ${row + 1}, ` +
    `${shown(reference.texts[row] ?? '')}, and too little for ${low} of ${rows.length} texts. Serve the same model with its own pooling and without a ` +
    'prompt, or set FAQMATCH_MODEL to the folder of the model that is served, or to "remote" to take it as it is.';
  throw remoteError('REMOTE_MISMATCH', { detail });
}
