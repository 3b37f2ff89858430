/** Drafts of all files to one corpus: what belongs together is joined, and what only shows in company is reported. */
import { exactKey } from '../text/normalise.ts';
import { agreedDemands, agreedSettings } from './agreed-shares.ts';
import { calibrationRows } from './calibration-rows.ts';
import type { Collection, EntryDraft, LocatedShare, LocatedText } from './collection.ts';
import type { Corpus, Entry } from './corpus.ts';
import { quoted } from './describe-value.ts';
import type { FaultList } from './fault-list.ts';
import { knownTexts } from './known-texts.ts';
import { createIntentAdvice } from './nearest-intent.ts';
import { type Place, wholeFile, within } from './source-document.ts';

/** Where another place is, as messages name it. */
function whereIs(place: Place): string {
  return `${place.document.file} line ${place.document.lineOf(place.path)}`;
}

/** Whether rows of an intent and an entry of that id are one. */
function belongTogether(first: EntryDraft, second: EntryDraft): boolean {
  return (first.kind === 'rows') !== (second.kind === 'rows') && first.intent === second.intent;
}

function joined(first: EntryDraft, second: EntryDraft): EntryDraft {
  const whole = first.kind === 'rows' ? second : first;
  return { ...whole, questions: [...first.questions, ...second.questions] };
}

/** One draft for each id, in order of first sight; an id that is there already is a fault. */
function joinDrafts(drafts: readonly EntryDraft[], list: FaultList): readonly EntryDraft[] {
  const byId = new Map<string, EntryDraft>();
  for (const draft of drafts) {
    // A blank id was reported where it stood.
    if (draft.id === '') continue;
    const known = byId.get(draft.id);
    if (known === undefined) byId.set(draft.id, draft);
    else if (belongTogether(known, draft)) byId.set(draft.id, joined(known, draft));
    else {
      const message = `Expected each id once, came ${quoted(draft.id)} again (first in ${whereIs(known.place)}); rename one or join the two.`;
      list.fault('duplicate_id', within(draft.place, 'id'), message);
    }
  }
  return Array.from(byId.values());
}

/** A text with the key under which it counts as the same. */
interface KeyedText extends LocatedText {
  readonly key: string;
}

/** The first of each key; later ones are dropped with a warning. */
function distinct(texts: readonly LocatedText[], list: FaultList): readonly KeyedText[] {
  const kept = new Map<string, KeyedText>();
  for (const located of texts) {
    const key = exactKey(located.text);
    const first = kept.get(key);
    if (first === undefined) kept.set(key, { ...located, key });
    else {
      const message = `Expected different texts, came ${quoted(located.text)} again (first in ${whereIs(first.place)}), which is dropped; remove it.`;
      list.warn('duplicate_question', located.place, message);
    }
  }
  return Array.from(kept.values());
}

/** An entry with its texts still keyed. */
interface KeyedEntry {
  readonly draft: EntryDraft;
  readonly questions: readonly KeyedText[];
  readonly counterExamples: readonly KeyedText[];
}

/** For every question's key, the intents that have it, each with its first question. */
type Owners = ReadonlyMap<string, ReadonlyMap<string, KeyedText>>;

function reportAmbiguous(entries: readonly KeyedEntry[], list: FaultList): Owners {
  const owners = new Map<string, Map<string, KeyedText>>();
  for (const { draft, questions } of entries) {
    for (const question of questions) {
      const { key, text, place } = question;
      const known = owners.get(key);
      if (known === undefined) {
        owners.set(key, new Map([[draft.intent, question]]));
        continue;
      }
      if (known.has(draft.intent)) continue;
      const [intent, first] = known.entries().next().value ?? [draft.intent, question];
      const other = `${quoted(intent)} (${whereIs(first.place)})`;
      const outcome =
        first.text === text ? 'both stay and it asks back' : 'both stay, each answers its own spelling, and it asks back about others';
      const message = `Expected a question under one intent, came ${quoted(text)}, which ${other} has too; ${outcome}. Remove one.`;
      list.warn('ambiguous_question', place, message);
      known.set(draft.intent, question);
    }
  }
  return owners;
}

/** Counter-examples that are questions too: corpus-wide ones against all, an entry's own against its intent. */
function reportContradictions(
  entries: readonly KeyedEntry[],
  corpusWide: readonly KeyedText[],
  context: { readonly owners: Owners; readonly list: FaultList },
): void {
  const report = (counter: KeyedText, question: Place | undefined, outcome: string): void => {
    if (question === undefined) return;
    const came = `${quoted(counter.text)}, which is one (${whereIs(question)})`;
    const message = `Expected a counter-example that is no question, came ${came}. The counter-example wins: ${outcome}. Remove one of the two.`;
    context.list.warn('contradicts_counter_example', counter.place, message);
  };
  for (const counter of corpusWide)
    report(counter, context.owners.get(counter.key)?.values().next().value?.place, 'this question will never be answered');
  for (const { draft, counterExamples } of entries) {
    const outcome = `intent ${quoted(draft.intent)} will never answer this question`;
    for (const counter of counterExamples) report(counter, context.owners.get(counter.key)?.get(draft.intent)?.place, outcome);
  }
}

function reportMissingAnswers(drafts: readonly EntryDraft[], list: FaultList): void {
  const lacking = drafts.filter((draft) => draft.answer === '');
  for (const draft of lacking) {
    if (draft.kind === 'rows') continue;
    list.warn(
      'missing_answer',
      within(draft.place, 'answer'),
      `Expected an answer, came none for ${quoted(draft.id)}; a match will show nothing.`,
    );
  }
  const rows = lacking.filter((draft) => draft.kind === 'rows');
  const first = rows[0];
  // The form {"text","intent"} has no place for answers: one warning for all.
  if (first === undefined) return;
  const message = `Expected answers, came none for ${rows.length} intents made of text and intent rows alone; matches will show nothing.`;
  list.warn('missing_answer', first.place, message);
}

/** A filter on a locale passes entries of that locale only, so one without is lost to whoever asks for any. One warning for all. */
function reportMissingLocales(drafts: readonly EntryDraft[], list: FaultList): void {
  const lacking = drafts.filter(({ locale }) => locale === '');
  const first = lacking[0];
  if (first === undefined || lacking.length === drafts.length) return;
  const found = `${lacking.length} of ${drafts.length} entries have none, ${quoted(first.id)} the first`;
  list.warn(
    'missing_locale',
    first.place,
    `Expected all entries to have a locale or none to; ${found}: requests that ask for a locale do not find them.`,
  );
}

function reportUnknownIntents(collection: Collection, intents: ReadonlySet<string>): void {
  const adviceOf = createIntentAdvice(intents);
  for (const { intent, place } of collection.golden) {
    if (intent === null || intents.has(intent)) continue;
    const message = `Expected an intent of this corpus, came ${quoted(intent)}; mend the name, or write null where none is meant.${adviceOf(intent)}`;
    collection.list.warn('unknown_intent', within(place, 'intent'), message);
  }
}

/** Reports entries of one intent that demand different things of its answers. Table rows of one entry that disagree are told where it is made. */
function reportUnequalDemands(drafts: readonly EntryDraft[], list: FaultList): void {
  const byIntent = new Map<string, LocatedShare[]>();
  for (const { intent, demands } of drafts) {
    if (demands.length === 0) continue;
    const first = demands.filter(({ name }, i) => demands.findIndex((demand) => demand.name === name) === i);
    byIntent.set(intent, [...(byIntent.get(intent) ?? []), ...first]);
  }
  for (const [intent, demands] of byIntent) agreedDemands(demands, `intent ${quoted(intent)}`, list);
}

function toEntry({ draft, questions, counterExamples }: KeyedEntry, list: FaultList): Entry {
  const demands = agreedDemands(draft.demands, `entry ${quoted(draft.id)}`, list);
  return {
    id: draft.id,
    intent: draft.intent,
    questions: questions.map((question) => question.text),
    answer: draft.answer ?? '',
    locale: draft.locale,
    tags: Array.from(new Set(draft.tags)),
    // fromEntries defines own properties, so that a key such as "__proto__" is a key like any other.
    metadata: Object.fromEntries(draft.metadata),
    counterExamples: counterExamples.map((counter) => counter.text),
    ...(demands === undefined ? {} : { demands }),
  };
}

/** The corpus of all that was collected. It counts only where no fault was reported. */
export function assemble(collection: Collection, file: string): Corpus {
  const { list } = collection;
  const drafts = joinDrafts(collection.drafts, list);
  const entries = drafts.map((draft) => ({
    draft,
    questions: distinct(draft.questions, list),
    counterExamples: distinct(draft.counterExamples, list),
  }));
  const corpusWide = distinct(collection.counterExamples, list);
  const owners = reportAmbiguous(entries, list);
  reportContradictions(entries, corpusWide, { owners, list });
  reportMissingAnswers(drafts, list);
  reportMissingLocales(drafts, list);
  reportUnequalDemands(drafts, list);
  // Where an FAQ file was refused, the intents are not all known.
  if (!list.refused()) reportUnknownIntents(collection, new Set(drafts.map((draft) => draft.intent)));
  if (drafts.length === 0 && !list.refused()) {
    list.fault('no_entries', wholeFile(file), 'Expected at least one entry, came none; write entries with id and questions.');
  }
  const settings = agreedSettings(collection.settings, list);
  const made = entries.map((entry) => toEntry(entry, list));
  const counterExamples = corpusWide.map((counter) => counter.text);
  const calibration = list.refused() ? [] : calibrationRows(collection.calibration, knownTexts({ entries: made, counterExamples }), list);
  return {
    entries: made,
    counterExamples,
    golden: collection.golden.map(({ utterance, intent }) => ({ utterance, intent })),
    ...(calibration.length === 0 ? {} : { calibration }),
    ...(settings === undefined ? {} : { settings }),
  };
}
