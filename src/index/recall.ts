/**
 * How many of the ten nearest rows an approximate search finds, measured against exact search on stored questions and made-up paraphrases of them.
 */
import { seededRandom } from '../seeded-random.ts';
import type { ScoredRow } from './top-rows.ts';

/** Share of the ten nearest rows that an approximate search must find to be used. */
export const LEAST_RECALL = 0.99;
/** Nearest rows that are looked for. */
export const NEAREST = 10;

const PROBES = 200;
/** Cosine of a paraphrase to the question it is made from; real paraphrases lie between .6 and .95. */
const PARAPHRASE_COSINE = 0.9;
/** Two cosines this close tie: which of two equal questions comes first is no error of the search. */
const TIE = 1e-6;

function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** What is asked to measure recall. Each kind is hard for other graphs, so each is measured by itself. */
export interface Probes {
  /** Stored rows spread evenly over the matrix, at most 200. In a crowd of rows nearer to each other than a graph can tell apart these find least. Each is one of its own ten nearest. */
  readonly stored: readonly Float32Array[];
  /** Each of them moved along the difference of two other rows, so that it leaves its place in the directions in which questions do differ. */
  readonly paraphrases: readonly Float32Array[];
}

/**
 * Always the same for the same matrix.
 * @param vectors [rows × dimension], unit rows.
 */
export function probesOf(vectors: Float32Array, dimension: number): Probes {
  const rows = vectors.length / dimension;
  const random = seededRandom(0x2545_f491);
  const rowAt = (row: number): Float32Array => vectors.subarray(row * dimension, (row + 1) * dimension);
  const anyRow = (): Float32Array => rowAt(Math.floor(random() * rows));
  const step = Math.sqrt(1 / PARAPHRASE_COSINE ** 2 - 1);
  const count = Math.min(PROBES, rows);
  const stored = Array.from({ length: count }, (_, number) => rowAt(Math.floor((number * rows) / count)));
  const paraphrases = stored.map((from) => {
    const [left, right] = [anyRow(), anyRow()];
    const away = normalise(left.map((value, place) => value - (right[place] ?? 0)));
    return normalise(from.map((value, place) => value + step * (away[place] ?? 0)));
  });
  return { stored, paraphrases };
}

/** What a search found for each of its queries, nearest first. */
export type Found = readonly (readonly ScoredRow[])[];

/** Mean share of the exact search's rows that another search found; a row as near as the last of them counts as found. */
export function recallAt10(found: Found, exact: Found): number {
  if (exact.length === 0) return 1;
  let sum = 0;
  for (const [place, wanted] of exact.entries()) {
    const last = (wanted.at(-1)?.score ?? 0) - TIE;
    const near = (found[place] ?? []).filter(({ score }) => score >= last).length;
    sum += wanted.length === 0 ? 1 : near / wanted.length;
  }
  return sum / exact.length;
}
