/**
 * What a corpus and a version may be called, and what is said of a name that nothing has. Such names are safe in a path and in the name of a
 * collection.
 */
import { FaqError } from './errors.ts';
import { shown } from './text/shown.ts';

const CORPUS = /^[a-z0-9][a-z0-9_-]{0,63}$/u;
const VERSION = /^[a-z0-9][a-z0-9-]{0,79}$/u;

/** What a corpus name must be, as it follows "expected ". */
export const CORPUS_NAME_FORM = '1 to 64 lower-case letters, digits, "-" and "_", beginning with a letter or digit';

/** True for a name that can be a corpus. */
export function isCorpusName(name: string): boolean {
  return CORPUS.test(name);
}

/** True for a name that can be a version. */
export function isVersionName(name: string): boolean {
  return VERSION.test(name);
}

/** @throws FaqError invalid_argument, field `corpus`, for a name that cannot be a corpus. */
export function requireCorpusName(corpus: string): void {
  if (isCorpusName(corpus)) return;
  const message = `Expected a corpus name of ${CORPUS_NAME_FORM}; got ${corpus === '' ? 'nothing' : shown(corpus)}.`;
  throw new FaqError('invalid_argument', message, { field: 'corpus', reason: 'CORPUS_NAME_INVALID' });
}

/** @throws FaqError invalid_argument, field `corpus` or `version`, for a name that cannot be one. */
export function requireNames(corpus: string, version: string): void {
  requireCorpusName(corpus);
  if (isVersionName(version)) return;
  const form = '1 to 80 lower-case letters, digits and "-", beginning with a letter or digit';
  const message = `Expected a version name of ${form}; got ${version === '' ? 'nothing' : shown(version)}.`;
  throw new FaqError('invalid_argument', message, { field: 'version' });
}

/** The error for a corpus that is not there. @param advice a sentence on which there are. */
export function noCorpus(corpus: string, advice: string): FaqError {
  return new FaqError('not_found', `There is no corpus ${shown(corpus)}. ${advice}`, { field: 'corpus', reason: 'CORPUS_NOT_FOUND' });
}

/** The error for a version that is not there. */
export function noVersion(corpus: string, version: string): FaqError {
  const message = `Corpus ${shown(corpus)} has no version ${shown(version)}. List its versions to see which there are.`;
  return new FaqError('not_found', message, { field: 'version', reason: 'VERSION_NOT_FOUND' });
}
