/**
 * What a corpus and a version may be called; such names are safe in a path and in the name of a collection.
 */
import { FaqError } from '../errors.ts';

const CORPUS = /^[a-z0-9][a-z0-9_-]{0,63}$/u;
const VERSION = /^[a-z0-9][a-z0-9-]{0,79}$/u;
const ARTIFACT = /^(?!\.\.?$)[a-z0-9.-]+$/u;

/** True for a name that can be a corpus. */
export function isCorpusName(name: string): boolean {
  return CORPUS.test(name);
}

/** True for a name that can be a version. */
export function isVersionName(name: string): boolean {
  return VERSION.test(name);
}

/** @throws FaqError invalid_argument for a name that is neither. */
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

/** True for a name that an artifact can have; such a name is safe in a path. */
export function isArtifactName(name: string): boolean {
  return ARTIFACT.test(name);
}
