/**
 * Where things lie under the data directory:
 *   corpora/<corpus>/active.json                              which version is active
 *   corpora/<corpus>/versions/<version>/…                     whole versions (version-folder.ts)
 *   corpora/<corpus>/set-aside/<version>-<time>/…             damaged ones, kept for a person
 *   …/.staging-<random>                                       being written or removed; swept when the store opens
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FaqError } from '../../errors.ts';

const CORPUS = /^[a-z0-9][a-z0-9_-]{0,63}$/u;
const VERSION = /^[a-z0-9][a-z0-9-]{0,79}$/u;
const STAGING = '.staging-';

/** True for a name that can be a corpus; such a name is safe in a path. */
export function isCorpusName(name: string): boolean {
  return CORPUS.test(name);
}

/** True for a name that can be a version; such a name is safe in a path. */
export function isVersionName(name: string): boolean {
  return VERSION.test(name);
}

/** @throws FaqError invalid_argument for a name that must not become a path. */
export function checkNames(corpus: string, version?: string): void {
  if (!isCorpusName(corpus)) {
    const message = 'A corpus name is 1 to 64 of a-z, 0-9, "-" and "_", beginning with a letter or digit.';
    throw new FaqError('invalid_argument', message, { field: 'corpus' });
  }
  if (version !== undefined && !isVersionName(version)) {
    const message = 'A version name is 1 to 80 of a-z, 0-9 and "-", beginning with a letter or digit.';
    throw new FaqError('invalid_argument', message, { field: 'version' });
  }
}

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
  versions(corpus: string): string;
  version(corpus: string, version: string): string;
  setAside(corpus: string): string;
}

/** Names are not checked here (checkNames). */
export function storePaths(dataDir: string): StorePaths {
  const corpora = join(dataDir, 'corpora');
  return {
    corpora,
    corpus: (corpus) => join(corpora, corpus),
    pointer: (corpus) => join(corpora, corpus, 'active.json'),
    versions: (corpus) => join(corpora, corpus, 'versions'),
    version: (corpus, version) => join(corpora, corpus, 'versions', version),
    setAside: (corpus) => join(corpora, corpus, 'set-aside'),
  };
}
