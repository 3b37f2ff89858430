/**
 * Which rows a match will need beside the nearest ones, foretold so that one trip to a database brings all of them.
 */
import type { VersionView } from './version-view.ts';

/** The intents of the greatest scores, greatest first; only such as the filter allows. */
export function likelyIntents({ allows }: Pick<VersionView, 'allows'>, scores: Float32Array, count: number): readonly number[] {
  return Array.from(scores.keys())
    .filter((intent) => scores[intent] !== -Infinity && allows?.(intent) !== false)
    .sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || left - right)
    .slice(0, count);
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
