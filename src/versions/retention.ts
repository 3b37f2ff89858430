/**
 * Which stored versions are let go: all but the newest few, never the active one, the one before it, or one that someone reads.
 */
import type { VersionStore } from '../index/contract.ts';

/** What is kept whatever its age. */
export interface RetentionRule {
  /** Newest versions kept. */
  readonly keep: number;
  /** Whether a version is being read. */
  readonly inUse: (version: string) => boolean;
}

/** Removes what the rule lets go; damaged versions stay for a person to look at. @returns the versions removed. */
export async function pruneVersions(store: VersionStore, corpus: string, rule: RetentionRule): Promise<readonly string[]> {
  const pointer = await store.active(corpus);
  const newestFirst = (await store.list(corpus)).filter(({ problem }) => problem === undefined).map(({ manifest }) => manifest.version);
  const surplus = newestFirst
    .slice(rule.keep)
    .filter((version) => version !== pointer?.version && version !== pointer?.previous && !rule.inUse(version));
  for (const version of surplus) await store.remove(corpus, version);
  return surplus;
}
