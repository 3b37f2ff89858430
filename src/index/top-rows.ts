/**
 * The k best of many scored rows in one fixed order: greater score first, then the smaller row number.
 */

/** A row and its score; greater is better. */
export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** The order of every ranking in the index: best first, ties by row. */
export function bestFirst(left: ScoredRow, right: ScoredRow): number {
  return right.score - left.score || left.row - right.row;
}

/** Where a row belongs among rows that are in order already. */
function placeOf(best: readonly ScoredRow[], scored: ScoredRow): number {
  let low = 0;
  let high = best.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = best[middle];
    if (other !== undefined && bestFirst(other, scored) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a row in its place among the best, which are in order, and drops the last beyond k. */
export function insertRow(best: ScoredRow[], scored: ScoredRow, k: number): void {
  const place = placeOf(best, scored);
  if (place >= k) return;
  best.splice(place, 0, scored);
  if (best.length > k) best.pop();
}

/** The k best rows, best first; all of them where k is greater than their number. Scores must not be NaN. */
export function topRows(rows: Iterable<number>, scoreOf: (row: number) => number, k: number): readonly ScoredRow[] {
  const best: ScoredRow[] = [];
  let worst = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const score = scoreOf(row);
    // Most rows of a large list end here, without an allocation.
    if (best.length >= k && score < worst) continue;
    insertRow(best, { row, score }, k);
    worst = best.at(-1)?.score ?? worst;
  }
  return best;
}
