/**
 * The versions of a corpus that are or were active, the last activated first: only these may stand in for an active one that is lost, since
 * nobody ever wanted answers of one that was only staged. Both stores keep such a list beside the mark of the active version.
 */

/** Names kept: many more than versions are by default, so that one which is still stored is rarely forgotten. */
const MOST_NAMES = 20;

/** Puts names before those that are there. @param latest the last activated first; undefined where there is none. */
export function addActivated(latest: readonly (string | null | undefined)[], before: readonly string[]): readonly string[] {
  const named = [...latest, ...before].filter((version) => version !== undefined && version !== null);
  return [...new Set(named)].slice(0, MOST_NAMES);
}
