/**
 * Names in requests: of corpora and versions. Nothing past this border sees one that could not exist.
 */
import { CORPUS_NAME } from '../../corpus/corpus.ts';
import { FaqError } from '../../errors.ts';
import type { Violations } from '../edge/violations.ts';

const VERSION_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u;
/** Characters of a caller's value that a message repeats. */
const SHOWN_CHARS = 80;

/** A caller's value as it may stand in a message: quoted, short, one line. */
export function shown(value: string): string {
  return JSON.stringify(value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value);
}

/** For calls that make a corpus: its name must be a good one. */
export function checkNewCorpusName(corpus: string, violations: Violations): void {
  violations.check(
    !CORPUS_NAME.test(corpus),
    'corpus',
    () => `expected lower-case letters, digits, "-" and "_", 1 to 64, beginning with a letter or digit; got ${shown(corpus)}.`,
  );
}

/** For calls that name a corpus: a name must be there. */
export function checkNamed(name: string, field: string, violations: Violations): void {
  violations.check(name === '', field, () => 'expected a name; it is empty.');
}

/** @throws FaqError not_found for a name that no corpus can have. */
export function existingCorpus(corpus: string): string {
  if (CORPUS_NAME.test(corpus)) return corpus;
  throw new FaqError('not_found', `There is no corpus ${shown(corpus)}; ListCorpora names those there are.`, {
    field: 'corpus',
    reason: 'CORPUS_NOT_FOUND',
  });
}

/** Empty becomes undefined. @throws FaqError not_found for a name that no version can have. */
export function existingVersion(version: string): string | undefined {
  if (version === '') return undefined;
  if (VERSION_NAME.test(version)) return version;
  throw new FaqError('not_found', `There is no version ${shown(version)}; ListVersions names those there are.`, {
    field: 'version',
    reason: 'VERSION_NOT_FOUND',
  });
}
