/**
 * Names in requests: of corpora and versions. Nothing past this border sees one that could not exist.
 */
import { CORPUS_NAME_FORM, isCorpusName, isVersionName, noCorpus, noVersion } from '../../names.ts';
import { shown } from '../../text/shown.ts';
import type { Violations } from '../edge/violations.ts';

/** For calls that make a corpus: its name must be a good one. */
export function checkNewCorpusName(corpus: string, violations: Violations): void {
  violations.check(!isCorpusName(corpus), 'corpus', () => `expected ${CORPUS_NAME_FORM}; got ${shown(corpus)}.`);
}

/** For calls that name a corpus: a name must be there. */
export function checkNamed(name: string, field: string, violations: Violations): void {
  violations.check(name === '', field, () => 'expected a name; it is empty.');
}

/** @throws FaqError not_found for a name that no corpus can have. */
export function existingCorpus(corpus: string): string {
  if (isCorpusName(corpus)) return corpus;
  throw noCorpus(corpus, 'ListCorpora names those there are.');
}

/** Empty becomes undefined. @throws FaqError not_found for a name that no version can have. */
export function existingVersion(corpus: string, version: string): string | undefined {
  if (version === '') return undefined;
  if (isVersionName(version)) return version;
  throw noVersion(corpus, version);
}
