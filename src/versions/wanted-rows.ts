/**
 * Which rows a match will need beside the nearest ones, foretold so that one trip to a database brings all of them.
 */
import type { VersionView } from './version-view.ts';

/** Intents foretold beyond the candidates asked for: the neighbours' vote, which is not known yet, moves an intent by a place or two. */
const INTENTS_BEYOND = 2;

/** Intents that are likely to be candidates, by their scores before any hit is known, greatest first; only such as the filter allows. */
export function likelyIntents({ allows }: Pick<VersionView, 'allows'>, before: Float32Array, topK: number): readonly number[] {
  return Array.from(before.keys())
    .filter((intent) => before[intent] !== -Infinity && allows?.(intent) !== false)
    .sort((left, right) => (before[right] ?? 0) - (before[left] ?? 0) || left - right)
    .slice(0, topK + INTENTS_BEYOND);
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
