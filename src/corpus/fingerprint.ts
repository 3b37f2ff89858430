/** A digest of all in a corpus that can change an answer. */
import { createHash } from 'node:crypto';
import { byCodeUnits } from '../text/code-units.ts';
import type { AnswerDemands, Corpus, Entry } from './corpus.ts';

/** Raised when the canonical form changes, so that digests of two forms never meet. */
const FORM = 'faqmatch corpus 1';

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}

/** Nothing for nothing: a corpus that demands nothing keeps the digest it had before corpora could demand anything. */
function canonicalDemands({ minConfidence, minPrecision }: AnswerDemands): readonly unknown[] {
  return minConfidence === undefined && minPrecision === undefined ? [] : [[minConfidence ?? null, minPrecision ?? null]];
}

function canonicalEntry(entry: Entry): string {
  const [canonical = '', ...alternates] = entry.questions;
  const metadata = Object.entries(entry.metadata).toSorted(([a], [b]) => byCodeUnits(a, b));
  return JSON.stringify([
    entry.id,
    entry.intent,
    canonical,
    sorted(alternates),
    entry.answer,
    entry.locale,
    sorted(entry.tags),
    metadata,
    sorted(entry.counterExamples),
    ...canonicalDemands(entry.demands ?? {}),
  ]);
}

/**
 * SHA-256, 64 lower-case hex digits. The order of entries, alternates, tags, metadata, counter-examples and calibration rows changes nothing; which question is
 * canonical does. Golden rows are left out: they measure and never change an answer.
 */
export function corpusFingerprint(corpus: Corpus): string {
  const hash = createHash('sha256').update(FORM);
  const entries = corpus.entries.toSorted((a, b) => byCodeUnits(a.id, b.id));
  // A line feed ends each part: JSON never holds a bare one, so parts cannot run into one another.
  for (const entry of entries) hash.update(`\n${canonicalEntry(entry)}`);
  hash.update(`\n${JSON.stringify({ counterExamples: sorted(corpus.counterExamples) })}`);
  const calibration = (corpus.calibration ?? []).map(({ utterance, intent }) => JSON.stringify([utterance, intent]));
  // Nothing for nothing, as with demands.
  if (calibration.length > 0) hash.update(`\n${JSON.stringify({ calibration: sorted(calibration) })}`);
  const { outOfScopeShare, ...demands } = corpus.settings ?? {};
  const settings = [...canonicalDemands(demands), ...(outOfScopeShare === undefined ? [] : [outOfScopeShare])];
  if (settings.length > 0) hash.update(`\n${JSON.stringify({ settings })}`);
  return hash.digest('hex');
}
