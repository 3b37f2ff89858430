/**
 * What the ridge is trained on: the stored questions, and the names of their intents where these say what the intents are about.
 * A name in plain words is one more wording of its intent, worth most where there are few (docs/decisions/0012-confidence.md).
 */
import type { FitInput, Multiply } from './contract.ts';

/** Rows of the ridge: all stored questions in their order and, where names count, one row of each intent's name after them. */
export interface TrainingRows {
  readonly texts: readonly string[];
  readonly intents: Int32Array;
  /** [rows × dimension] */
  readonly vectors: Float32Array;
}

/** Names must find the right intent for this share of the questions beyond what guessing would: names like "faq-17" find none. */
const INFORMATIVE = 0.25;
/** Most questions that the names are tried on. */
const TRIED = 2000;

/** Number of the greatest of the values from `start`, `count` of them; ties go to the smaller number. */
function greatest(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  return best;
}

/** Whether the names alone, as only examples, would find many questions' intents. Questions are drawn evenly. */
async function namesInform(input: FitInput, names: Float32Array, multiply: Multiply): Promise<boolean> {
  const { dimension, intentCount } = input;
  const step = Math.max(1, Math.ceil(input.texts.length / TRIED));
  const rows = Array.from({ length: Math.ceil(input.texts.length / step) }, (_, i) => i * step);
  const questions = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    questions.set(input.vectors.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  const cosines = await multiply(questions, names, { rows: rows.length, inner: dimension, columns: intentCount, transposeB: true });
  const right = rows.filter((row, i) => greatest(cosines, i * intentCount, intentCount) === input.intents[row]).length / rows.length;
  const chance = 1 / intentCount;
  return right >= chance + INFORMATIVE * (1 - chance);
}

/** The rows to train on. Deterministic. A corpus of one intent has nothing that its name could tell apart. */
export async function trainingRows(input: FitInput, multiply: Multiply): Promise<TrainingRows> {
  const { names, intentCount, texts, intents, vectors } = input;
  if (names === undefined || intentCount < 2 || !(await namesInform(input, names.vectors, multiply))) return { texts, intents, vectors };
  const joined = new Float32Array(vectors.length + names.vectors.length);
  joined.set(vectors);
  joined.set(names.vectors, vectors.length);
  return {
    texts: [...texts, ...names.texts],
    intents: Int32Array.from([...intents, ...names.texts.keys()]),
    vectors: joined,
  };
}
