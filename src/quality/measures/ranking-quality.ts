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
