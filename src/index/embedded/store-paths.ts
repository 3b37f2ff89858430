/**
 * Where things lie under the data directory:
 *   corpora/<corpus>/active.json                              which version is active
 *   corpora/<corpus>/activated.json                           which versions are or were active
 *   corpora/<corpus>/versions/<version>/…                     whole versions (version-writer.ts, version-reader.ts)
 *   corpora/<corpus>/set-aside/<version>-<time>/…             damaged ones, kept for a person
 *   …/.staging-<random>                                       being written or removed; swept when the store opens
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const STAGING = '.staging-';

/** A fresh name for what is not whole yet, or no longer. */
export function stagingName(): string {
  return `${STAGING}${randomBytes(6).toString('hex')}`;
}

/** True for what an interrupted write or removal left. */
export function isStagingName(name: string): boolean {
  return name.startsWith(STAGING);
}

/** Paths of one data directory. */
export interface StorePaths {
  readonly corpora: string;
  corpus(corpus: string): string;
  pointer(corpus: string): string;
  activated(corpus: string): string;
  versions(corpus: string): string;
  version(corpus: string, version: string): string;
  setAside(corpus: string): string;
}

/** Names are not checked here (requireNames). */
export function storePaths(dataDir: string): StorePaths {
  const corpora = join(dataDir, 'corpora');
  return {
    corpora,
    corpus: (corpus) => join(corpora, corpus),
    pointer: (corpus) => join(corpora, corpus, 'active.json'),
    activated: (corpus) => join(corpora, corpus, 'activated.json'),
    versions: (corpus) => join(corpora, corpus, 'versions'),
    version: (corpus, version) => join(corpora, corpus, 'versions', version),
    setAside: (corpus) => join(corpora, corpus, 'set-aside'),
  };
}
