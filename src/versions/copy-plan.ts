/** Which versions of a corpus a copy takes, and what is active of it. */
import type { VersionStore } from '../index/contract.ts';

/** A version to copy. */
export interface PlannedVersion {
  readonly version: string;
  readonly questions: number;
}

/** One corpus of a copy. */
export interface CopyPlan {
  readonly corpus: string;
  /** Oldest first. */
  readonly versions: readonly PlannedVersion[];
  readonly active: string | undefined;
  readonly previous: string | undefined;
  /** What the copy would take, were it not damaged: name and problem. */
  readonly damaged: readonly string[];
}

/** Reads from a store that others may be changing. @param everyVersion all instead of only the active one and the one before. */
export async function planCopy(from: VersionStore, corpus: string, everyVersion: boolean): Promise<CopyPlan> {
  const pointer = await from.active(corpus);
  const wanted = (await from.list(corpus)).filter(
    ({ manifest: { version } }) => everyVersion || version === pointer?.version || version === pointer?.previous,
  );
  const versions = wanted
    .filter(({ problem }) => problem === undefined)
    .map(({ manifest: { version, questions } }) => ({ version, questions }))
    .toReversed();
  const damaged = wanted.filter(({ problem }) => problem !== undefined);
  // A version that is removed while it is listed looks damaged: a second look does not find it any more.
  const still = damaged.length === 0 ? [] : (await from.list(corpus)).map(({ manifest }) => manifest.version);
  const problems = damaged.filter(({ manifest }) => still.includes(manifest.version));
  return {
    corpus,
    versions,
    active: pointer?.version,
    previous: pointer?.previous,
    damaged: problems.map(({ manifest, problem }) => `${manifest.version}: ${problem}`),
  };
}
