/**
 * How many of the ten nearest rows a graph finds, measured against the exact search on made-up paraphrases of stored questions, and how
 * many proposals it takes to find enough. Pure but for the searches it is given.
 */
import type { ScoredRow } from '../top-rows.ts';

/** Share of the ten nearest rows that a graph must find to be used. */
export const LEAST_RECALL = 0.99;

/** Recall worth more proposals: a little over the least, so that an unlucky choice of probes does not end under it. */
const AIM = 0.992;

/**
 * Proposals for ten rows that are tried, least first. Of the ten nearest of real utterances 64 found .983 among 60,000 real questions, 128
 * .994, 192 .9965; among 150,000 64 found .986, 192 .9935, 384 .9965, and of the ten nearest of made-up paraphrases 384 found .993. The last
 * takes a walk of some 3 ms, and past it comparing with every row is as good.
 */
export const EXPANSIONS: readonly number[] = [96, 192, 384, 768];

const NEAREST = 10;
const PROBES = 200;
/** Cosine of a paraphrase to the question it is made from; real paraphrases lie between .6 and .95. */
const PARAPHRASE_COSINE = 0.9;
/** Two cosines this close tie: which of two equal questions comes first is no error of the graph. */
const TIE = 1e-6;

/** A search for the k nearest rows. */
export type Nearest = (query: Float32Array, k: number) => readonly ScoredRow[];

/** What was measured. */
export interface MeasuredRecall {
  /** Proposals for ten rows. */
  readonly expansion: number;
  /** Mean share of the ten nearest rows found, in [0, 1]. */
  readonly recallAt10: number;
}

/** Numbers in [0, 1), always the same (xorshift32). */
function fixedRandom(): () => number {
  let state = 0x2545_f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

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
  const random = fixedRandom();
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

/** Mean share of the exact search's rows that the other search finds; a row as near as the last of them counts as found. */
export function recallAt10(queries: readonly Float32Array[], exact: readonly (readonly ScoredRow[])[], search: Nearest): number {
  if (queries.length === 0) return 1;
  let sum = 0;
  for (const [place, query] of queries.entries()) {
    const wanted = exact[place] ?? [];
    const last = (wanted.at(-1)?.score ?? 0) - TIE;
    const found = search(query, NEAREST).filter(({ score }) => score >= last).length;
    sum += wanted.length === 0 ? 1 : found / wanted.length;
  }
  return sum / queries.length;
}

/** What is compared. */
export interface RecallQuestion {
  /** [rows × dimension], unit rows. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly exact: Nearest;
  /** The search under test at a number of proposals. */
  readonly withExpansion: (expansion: number) => Nearest;
}

/**
 * The least expansion that finds AIM of the rows; where none does, the greatest, whose recall may be under LEAST_RECALL.
 */
export function chooseExpansion({ vectors, dimension, exact, withExpansion }: RecallQuestion): MeasuredRecall {
  const queries = paraphrases(vectors, dimension);
  const truth = queries.map((query) => exact(query, NEAREST));
  let measured: MeasuredRecall = { expansion: 0, recallAt10: 0 };
  for (const expansion of EXPANSIONS) {
    measured = { expansion, recallAt10: recallAt10(queries, truth, withExpansion(expansion)) };
    if (measured.recallAt10 >= AIM) break;
  }
  return measured;
}
