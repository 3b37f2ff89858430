/**
 * What the ridge is trained on: the stored questions and, where they say what their intents are about, the intents' names and the answers of
 * intents with few questions. Each is one more wording of its intent, worth most where there are few
 * (docs/decisions/0012-confidence.md, 0018-answers.md). Last come the counter-examples, which mean no intent (0022-counter-examples.md).
 */
import { exactKey } from '../text/normalise.ts';
import { type FitInput, type LabelledTexts, type Multiply, NO_INTENT } from './contract.ts';

/** Wordings must find the right intent for this share of the questions beyond what guessing would: names like "faq-17" find none. */
const INFORMATIVE = 0.25;
/** Most questions that wordings are tried on. */
const TRIED = 2000;

/** Number of the greatest of the values from `start`, `count` of them; ties go to the smaller number. */
function greatest(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  return best;
}

/** Whether wordings alone, as only examples, would find the intents of many of their intents' questions. Questions are drawn evenly. */
async function inform(wordings: LabelledTexts, input: FitInput, multiply: Multiply): Promise<boolean> {
  const { dimension } = input;
  const columns = wordings.texts.length;
  const known = new Set(wordings.intents);
  if (known.size < 2) return false;
  const theirs = Array.from(input.intents.keys()).filter((row) => known.has(input.intents[row] as number));
  const step = Math.max(1, Math.ceil(theirs.length / TRIED));
  const rows = theirs.filter((_, i) => i % step === 0);
  const questions = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    questions.set(input.vectors.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  const cosines = await multiply(questions, wordings.vectors, { rows: rows.length, inner: dimension, columns, transposeB: true });
  const found = rows.filter((row, i) => wordings.intents[greatest(cosines, i * columns, columns)] === input.intents[row]);
  const chance = 1 / known.size;
  return found.length / rows.length >= chance + INFORMATIVE * (1 - chance);
}

function joined(parts: readonly LabelledTexts[]): LabelledTexts {
  const vectors = new Float32Array(parts.reduce((length, part) => length + part.vectors.length, 0));
  let start = 0;
  for (const part of parts) {
    vectors.set(part.vectors, start);
    start += part.vectors.length;
  }
  return { texts: parts.flatMap(({ texts }) => texts), intents: Int32Array.from(parts.flatMap(({ intents }) => [...intents])), vectors };
}

/** What the ridge is trained on. */
export interface TrainingRows extends LabelledTexts {
  /** Rows that say again what a stored question says, by the question's row: an answer after it, a name of the same words. */
  readonly repeats: ReadonlyMap<number, readonly number[]>;
  /** Row of the first counter-example. */
  readonly counterStart: number;
}

/** Stored questions that an intent's name repeats, each with the name's number. */
function namesakes({ texts, intents }: LabelledTexts, input: FitInput): readonly (readonly [number, number])[] {
  const rowsOf = new Map(texts.map((text, name) => [`${intents[name]} ${exactKey(text)}`, name]));
  return input.texts.flatMap((text, row) => {
    const name = rowsOf.get(`${input.intents[row]} ${exactKey(text)}`);
    return name === undefined ? [] : [[row, name] as const];
  });
}

/** The rows to train on: all stored questions in their order, the wordings that count after them, and the counter-examples. Deterministic. */
export async function trainingRows(input: FitInput, multiply: Multiply): Promise<TrainingRows> {
  const { names, answers, texts, intents, vectors } = input;
  const counting: LabelledTexts[] = [];
  const repeats = new Map<number, readonly number[]>();
  let rows = texts.length;
  const add = (part: LabelledTexts, repeated: Iterable<readonly [number, number]>): void => {
    for (const [row, place] of repeated) repeats.set(row, [...(repeats.get(row) ?? []), rows + place]);
    counting.push(part);
    rows += part.texts.length;
  };
  if (names !== undefined && (await inform(names, input, multiply))) add(names, namesakes(names, input));
  if (answers !== undefined && (await inform(answers.alone, input, multiply)))
    add(
      answers.withQuestion,
      Array.from(answers.questionRows, (row, place) => [row, place] as const),
    );
  const counterIntents = new Int32Array(input.counterTexts.length).fill(NO_INTENT);
  const counterExamples = { texts: input.counterTexts, intents: counterIntents, vectors: input.counterVectors };
  return { ...joined([{ texts, intents, vectors }, ...counting, counterExamples]), repeats, counterStart: rows };
}
