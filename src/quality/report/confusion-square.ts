/** The part of a confusion matrix that is worth a look: the intents that are confused most, among one another. Pure. */
import { bestIsRight, type EvaluatedRow } from '../evaluated-row.ts';

/** How "none of these" is called in pictures and tables. */
export const NONE_NAME = '(none of these)';

/** As many as a page shows with readable names. */
const MOST_LABELS = 24;

/** Cells of the most confused intents. */
export interface ConfusionSquare {
  readonly labels: readonly string[];
  /** [column, row, count], counts above 0. Rows mean, columns stood first. */
  readonly cells: readonly (readonly [number, number, number])[];
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** Out-of-scope rows count where they were answered. Intents that belong together stand together where their names do. */
export function confusionSquare(rows: readonly EvaluatedRow[]): ConfusionSquare {
  const pairs = rows
    .filter(({ intent, decision }) => intent !== null || decision === 'answer')
    .map((row) => ({ meant: row.intent ?? NONE_NAME, said: row.best ?? NONE_NAME, right: bestIsRight(row) }));
  const errors = new Map<string, number>();
  for (const { meant, said, right } of pairs) {
    if (right) continue;
    count(errors, meant);
    count(errors, said);
  }
  const worst = [...errors].toSorted(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).slice(0, MOST_LABELS);
  const labels = worst.map(([label]) => label).toSorted();
  const place = new Map(labels.map((label, position) => [label, position]));
  const counts = new Map<string, number>();
  for (const { meant, said } of pairs)
    if (place.has(meant) && place.has(said)) count(counts, JSON.stringify([place.get(said), place.get(meant)]));
  const cells = [...counts].map(([key, times]): readonly [number, number, number] => {
    const [column = 0, row = 0]: readonly number[] = JSON.parse(key);
    return [column, row, times];
  });
  return { labels, cells };
}
