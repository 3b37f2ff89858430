/**
 * Which rows' cosines a match will need beside the nearest ones, foretold so that one trip to a database brings all of them.
 */
import type { VersionView } from './version-view.ts';

/** Intents foretold beyond the candidates asked for: the neighbours' vote, which is not known yet, moves an intent by a place. */
const INTENTS_BEYOND = 1;
/** Rows asked for at most; past it a second trip for the few that are missing is cheaper than naming so many. */
const MOST_ROWS = 2_000;

/** Numbers of the greatest scores, greatest first. */
function greatest(scores: Float32Array, count: number, allows: (intent: number) => boolean): readonly number[] {
  return Array.from(scores.keys())
    .filter((intent) => scores[intent] !== -Infinity && allows(intent))
    .sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || left - right)
    .slice(0, count);
}

/** Rows of the intents that are likely to be candidates, by their scores before any hit is known; only rows that pass the filter. */
export function rowsOfLikelyIntents({ version, passes, allows }: VersionView, before: Float32Array, topK: number): readonly number[] {
  const rows: number[] = [];
  for (const intent of greatest(before, topK + INTENTS_BEYOND, allows ?? (() => true))) {
    const own = Array.from(version.rowsOfIntent[intent] ?? []).filter(passes);
    if (rows.length + own.length > MOST_ROWS) break;
    rows.push(...own);
  }
  return rows;
}

/** The stored questions that a text equals, within the filter: the first row of each intent. */
export function equalRows({ version, passes }: VersionView, text: string): ReadonlyMap<number, number> {
  const rowOf = new Map<number, number>();
  for (const row of version.exact.rows(text, passes)) {
    const intent = version.intentOfRow[row] as number;
    if (!rowOf.has(intent)) rowOf.set(intent, row);
  }
  return rowOf;
}
