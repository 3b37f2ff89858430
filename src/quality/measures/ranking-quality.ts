/** How well right answers are told from everything else by their confidence, and how high the right ones stand in a ranking. Pure. */
import type { ConfidentRow } from './reliability.ts';

/**
 * Area under the ROC curve: the chance that a right row has more confidence than a wrong one, ties counting half (Mann and Whitney 1947).
 * NaN where all rows are right or none is.
 */
export function areaUnderRoc(rows: readonly ConfidentRow[]): number {
  const sorted = rows.toSorted((a, b) => a.confidence - b.confidence);
  const right = sorted.filter((row) => row.right).length;
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    let rightHere = 0;
    while (end < sorted.length && sorted[end]?.confidence === sorted[start]?.confidence) {
      if (sorted[end]?.right === true) rightHere += 1;
      end += 1;
    }
    // Ranks from 1; all rows of a tie share their mean.
    rankSum += rightHere * ((start + 1 + end) / 2);
    start = end;
  }
  return (rankSum - (right * (right + 1)) / 2) / (right * (sorted.length - right));
}

/** One ranking: what was offered, best first, and what would have been right. */
export interface RankedRow {
  readonly ranking: readonly string[];
  /** At least one. */
  readonly relevant: readonly string[];
}

/** Normalised discounted cumulative gain at k of one ranking, each relevant item counting alike (Järvelin and Kekäläinen 2002). In [0, 1]. */
export function ndcgOf({ ranking, relevant }: RankedRow, k: number): number {
  const discount = (rank: number): number => 1 / Math.log2(rank + 2);
  const gain = ranking.slice(0, k).reduce((sum, item, rank) => sum + (relevant.includes(item) ? discount(rank) : 0), 0);
  const ideal = relevant.slice(0, k).reduce((sum, _, rank) => sum + discount(rank), 0);
  return gain / ideal;
}

/** Means over rankings; NaN without any. */
export interface RankingFigures {
  /** Share whose first item is relevant. */
  readonly precisionAt1: number;
  readonly ndcgAt10: number;
  /** Mean of 1 / rank of the first relevant item, 0 where it is not among those offered. */
  readonly reciprocalRank: number;
}

/** Figures of a set of rankings. */
export function rankingFigures(rows: readonly RankedRow[]): RankingFigures {
  const mean = (of: (row: RankedRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const firstRelevant = ({ ranking, relevant }: RankedRow): number => ranking.findIndex((item) => relevant.includes(item));
  return {
    precisionAt1: mean((row) => (firstRelevant(row) === 0 ? 1 : 0)),
    ndcgAt10: mean((row) => ndcgOf(row, 10)),
    reciprocalRank: mean((row) => (firstRelevant(row) < 0 ? 0 : 1 / (firstRelevant(row) + 1))),
  };
}
