/** What changed between two corpora, entry by entry. */
import type { Corpus, Entry } from './corpus.ts';

/** Fields of an entry, as FAQ files name them, that a change can name; questions are told apart. */
export type ChangedField =
  | 'intent'
  | 'canonical_question'
  | 'answer'
  | 'locale'
  | 'tags'
  | 'metadata'
  | 'counter_examples'
  | 'min_confidence'
  | 'min_precision';

/** A setting of the whole corpus. */
export type ChangedSetting = 'min_confidence' | 'min_precision' | 'out_of_scope_share';

/** One entry that differs. Added and removed ones list all their questions and no fields. */
export interface EntryChange {
  readonly entryId: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly questionsAdded: readonly string[];
  readonly questionsRemoved: readonly string[];
  readonly fields: readonly ChangedField[];
}

/** All that differs; empty lists where nothing does. Orders that change no answer (fingerprint.ts) count as equal. */
export interface CorpusDiff {
  /** Removed ones first, in the old order; then changed and added ones in the new. */
  readonly changes: readonly EntryChange[];
  /** Settings of the corpus, as FAQ files name them. */
  readonly settingsChanged: readonly ChangedSetting[];
  readonly counterExamplesAdded: readonly string[];
  readonly counterExamplesRemoved: readonly string[];
  /** Texts of questions that no entry of the older corpus has, each once: what a reload may have to encode. */
  readonly questionsAdded: readonly string[];
  /** Texts of questions that no entry of the newer corpus has, each once. */
  readonly questionsRemoved: readonly string[];
}

function missingFrom(texts: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return Array.from(new Set(texts)).filter((text) => !known.has(text));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return missingFrom(a, b).length === 0 && missingFrom(b, a).length === 0;
}

function pairs(metadata: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(metadata).map((pair) => JSON.stringify(pair));
}

function changedFields(before: Entry, after: Entry): readonly ChangedField[] {
  const same: Readonly<Record<ChangedField, boolean>> = {
    intent: before.intent === after.intent,
    canonical_question: before.questions[0] === after.questions[0],
    answer: before.answer === after.answer,
    locale: before.locale === after.locale,
    tags: sameSet(before.tags, after.tags),
    metadata: sameSet(pairs(before.metadata), pairs(after.metadata)),
    counter_examples: sameSet(before.counterExamples, after.counterExamples),
    min_confidence: before.demands?.minConfidence === after.demands?.minConfidence,
    min_precision: before.demands?.minPrecision === after.demands?.minPrecision,
  };
  return (Object.keys(same) as ChangedField[]).filter((field) => !same[field]);
}

function changedSettings({ settings: before }: Corpus, { settings: after }: Corpus): readonly ChangedSetting[] {
  const same: Readonly<Record<ChangedSetting, boolean>> = {
    min_confidence: before?.minConfidence === after?.minConfidence,
    min_precision: before?.minPrecision === after?.minPrecision,
    out_of_scope_share: before?.outOfScopeShare === after?.outOfScopeShare,
  };
  return (Object.keys(same) as ChangedSetting[]).filter((setting) => !same[setting]);
}

function changeOf(before: Entry | undefined, after: Entry): EntryChange | undefined {
  if (before === undefined) {
    return { entryId: after.id, change: 'added', questionsAdded: after.questions, questionsRemoved: [], fields: [] };
  }
  const questionsAdded = missingFrom(after.questions, before.questions);
  const questionsRemoved = missingFrom(before.questions, after.questions);
  const fields = changedFields(before, after);
  if (questionsAdded.length + questionsRemoved.length + fields.length === 0) return undefined;
  return { entryId: after.id, change: 'changed', questionsAdded, questionsRemoved, fields };
}

function questionsOf(corpus: Corpus): readonly string[] {
  return corpus.entries.flatMap((entry) => entry.questions);
}

/** Compares two corpora by entry id. Golden rows are left out. */
export function diffCorpora(before: Corpus, after: Corpus): CorpusDiff {
  const old = new Map(before.entries.map((entry) => [entry.id, entry]));
  const kept = new Set(after.entries.map((entry) => entry.id));
  const removed = before.entries
    .filter((entry) => !kept.has(entry.id))
    .map((entry): EntryChange => {
      return { entryId: entry.id, change: 'removed', questionsAdded: [], questionsRemoved: entry.questions, fields: [] };
    });
  const others = after.entries.flatMap((entry) => changeOf(old.get(entry.id), entry) ?? []);
  return {
    changes: [...removed, ...others],
    settingsChanged: changedSettings(before, after),
    counterExamplesAdded: missingFrom(after.counterExamples, before.counterExamples),
    counterExamplesRemoved: missingFrom(before.counterExamples, after.counterExamples),
    questionsAdded: missingFrom(questionsOf(after), questionsOf(before)),
    questionsRemoved: missingFrom(questionsOf(before), questionsOf(after)),
  };
}
