/**
 * How many proposals of a graph it takes to find enough of the ten nearest rows. Pure but for the searches it is given.
 */
import { NEAREST, probesOf, recallAt10 } from '../recall.ts';
import type { ScoredRow } from '../top-rows.ts';

/** Recall worth more proposals: a little over the least, so that an unlucky choice of probes does not end under it. */
const AIM = 0.992;

/**
 * Proposals for ten rows that are tried, least first. Of the ten nearest of real utterances 64 found .983 among 60,000 real questions, 128
 * .994, 192 .9965; among 150,000 64 found .986, 192 .9935, 384 .9965, and of the ten nearest of made-up paraphrases 384 found .993. The last
 * takes a walk of some 3 ms, and past it comparing with every row is as good.
 */
export const EXPANSIONS: readonly number[] = [96, 192, 384, 768];

/** A search for the k nearest rows. */
export type Nearest = (query: Float32Array, k: number) => readonly ScoredRow[];

/** What was measured. */
export interface MeasuredRecall {
  /** Proposals for ten rows. */
  readonly expansion: number;
  /** Mean share of the ten nearest rows found, in [0, 1]: of stored rows or of paraphrases, whichever find less. */
  readonly recallAt10: number;
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
  const { stored, paraphrases } = probesOf(vectors, dimension);
  const kinds = [stored, paraphrases].map((queries) => ({ queries, truth: queries.map((query) => exact(query, NEAREST)) }));
  let measured: MeasuredRecall = { expansion: 0, recallAt10: 0 };
  for (const expansion of EXPANSIONS) {
    const search = withExpansion(expansion);
    const recalls = kinds.map(({ queries, truth }) =>
      recallAt10(
        queries.map((query) => search(query, NEAREST)),
        truth,
      ),
    );
    measured = { expansion, recallAt10: Math.min(...recalls) };
    if (measured.recallAt10 >= AIM) break;
  }
  return measured;
}
