/**
 * How many of the ten nearest rows an approximate search finds, measured against exact search on made-up paraphrases of stored questions.
 */
import { seededRandom } from './seeded-random.ts';
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

/**
 * Paraphrases of stored rows spread evenly over the matrix, at most 200, always the same for the same matrix: each a row moved along the
 * difference of two others, so that it leaves its place in the directions in which questions do differ.
 * @param vectors [rows × dimension], unit rows.
 */
export function paraphrases(vectors: Float32Array, dimension: number): readonly Float32Array[] {
  const rows = vectors.length / dimension;
  const random = seededRandom(0x2545_f491);
  const rowAt = (row: number): Float32Array => vectors.subarray(row * dimension, (row + 1) * dimension);
  const anyRow = (): Float32Array => rowAt(Math.floor(random() * rows));
  const step = Math.sqrt(1 / PARAPHRASE_COSINE ** 2 - 1);
  const count = Math.min(PROBES, rows);
  return Array.from({ length: count }, (_, number) => {
    const from = rowAt(Math.floor((number * rows) / count));
    const [left, right] = [anyRow(), anyRow()];
    const away = normalise(left.map((value, place) => value - (right[place] ?? 0)));
    return normalise(from.map((value, place) => value + step * (away[place] ?? 0)));
  });
}

/** Mean share of the exact search's rows that another search found; a row as near as the last of them counts as found. */
export function recallAt10(found: readonly (readonly ScoredRow[])[], exact: readonly (readonly ScoredRow[])[]): number {
  if (exact.length === 0) return 1;
  let sum = 0;
  for (const [place, wanted] of exact.entries()) {
    const last = (wanted.at(-1)?.score ?? 0) - TIE;
    const near = (found[place] ?? []).filter(({ score }) => score >= last).length;
    sum += wanted.length === 0 ? 1 : near / wanted.length;
  }
  return sum / exact.length;
}
