/** A YAML, JSON or JSON lines document to drafts: whole entries, {"text","intent"} rows, corpus-wide counter-examples and settings. */
import { collectSettings, DEMAND_FIELDS, readShares } from './collect-settings.ts';
import type { Collection, EntryDraft, LocatedText } from './collection.ts';
import { describeValue, nearestWord, quoted } from './describe-value.ts';
import {
  ANSWER,
  COUNTER_EXAMPLE,
  ID,
  INTENT,
  METADATA_KEY,
  METADATA_VALUE,
  QUESTION,
  readLocale,
  readText,
  TAG,
  type TextRule,
} from './read-text.ts';
import { isMapping, type Place, type SourceDocument, within } from './source-document.ts';
import { warnUnknownFields } from './unknown-fields.ts';

const CORPUS_FIELDS = ['entries', 'counter_examples', 'settings'];
const ENTRY_FIELDS = ['id', 'intent', 'questions', 'answer', 'locale', 'tags', 'metadata', 'counter_examples', ...DEMAND_FIELDS];
const ROW_FIELDS = ['text', 'intent'];

type Mapping = Readonly<Record<string, unknown>>;

/** Texts of a list; what is missing is an empty list, what is no list is a fault. */
function readTexts(value: unknown, rule: TextRule, at: { readonly place: Place; readonly collection: Collection }): readonly LocatedText[] {
  const { place, collection } = at;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    collection.list.fault(
      'wrong_type',
      place,
      `Expected a list, came ${describeValue(value)}; write each on a line of its own after "- ".`,
    );
    return [];
  }
  const texts: LocatedText[] = [];
  for (const [index, item] of value.entries()) {
    const itemPlace = within(place, index);
    if (!collection.room(itemPlace)) break;
    const text = readText(item, rule, { place: itemPlace, list: collection.list });
    if (text !== undefined && text !== '') texts.push({ text, place: itemPlace });
  }
  return texts;
}

function readMetadata(value: unknown, place: Place, collection: Collection): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined || value === null) return metadata;
  if (!isMapping(value)) {
    collection.list.fault(
      'wrong_type',
      place,
      `Expected a mapping of names to texts, came ${describeValue(value)}; write "name: text" lines.`,
    );
    return metadata;
  }
  for (const [key, item] of Object.entries(value)) {
    const at = { place: within(place, key), list: collection.list };
    if (!collection.room(at.place)) break;
    const name = readText(key, METADATA_KEY, at);
    const text = readText(item, METADATA_VALUE, at);
    if (name !== undefined && text !== undefined) metadata.set(name, text);
  }
  return metadata;
}

/** The field of an entry that was probably meant to be the named one. */
function misspelt(value: Mapping, field: string): string | undefined {
  return Object.keys(value).find((key) => !ENTRY_FIELDS.includes(key) && nearestWord(key, ENTRY_FIELDS) === field);
}

/** A slip in a field's name is warned of as well, but a warning is not shown beside the fault that comes of it. */
function reportMissing(value: Mapping, place: Place, collection: Collection): void {
  if (value.id === undefined) {
    const slip = misspelt(value, 'id');
    const advice = slip === undefined ? 'give the entry an id of its own.' : `did you mean id by ${quoted(slip)}?`;
    collection.list.fault('missing_field', within(place, 'id'), `Expected an id, came none; ${advice}`);
  }
  const { questions } = value;
  if (questions === undefined || questions === null || (Array.isArray(questions) && questions.length === 0)) {
    const slip = misspelt(value, 'questions');
    const advice =
      slip === undefined ? 'write the ways in which users ask this under questions.' : `did you mean questions by ${quoted(slip)}?`;
    const message = `Expected at least one question, came none; ${advice}`;
    collection.list.fault('missing_questions', within(place, 'questions'), message);
  }
}

function collectEntry(value: Mapping, place: Place, collection: Collection): void {
  const { list } = collection;
  warnUnknownFields(value, ENTRY_FIELDS, { place, collection });
  reportMissing(value, place, collection);
  const text = (field: string, rule: TextRule): string | undefined =>
    value[field] === undefined ? '' : readText(value[field], rule, { place: within(place, field), list });
  const texts = (field: string, rule: TextRule): readonly LocatedText[] =>
    readTexts(value[field], rule, { place: within(place, field), collection });
  const id = text('id', ID) ?? '';
  const intent = text('intent', INTENT) ?? '';
  const draft: EntryDraft = {
    kind: 'whole',
    place,
    id,
    intent: intent === '' ? id : intent,
    answer: value.answer === null ? '' : text('answer', ANSWER),
    locale: readLocale(value.locale ?? '', { place: within(place, 'locale'), list }) ?? '',
    questions: texts('questions', QUESTION),
    tags: texts('tags', TAG).map((tag) => tag.text),
    metadata: readMetadata(value.metadata, within(place, 'metadata'), collection),
    counterExamples: texts('counter_examples', COUNTER_EXAMPLE),
    demands: readShares(value, DEMAND_FIELDS, { place, collection }),
  };
  collection.drafts.push(draft);
}

/** The growing draft of a {"text","intent"} intent; made at first sight, so that entries keep the files' order. */
function rowTexts(intent: string, place: Place, collection: Collection): LocatedText[] {
  const known = collection.rows.get(intent);
  if (known !== undefined) return known.texts;
  const texts: LocatedText[] = [];
  const absent = { answer: '', locale: '', tags: [], metadata: new Map<string, string>(), counterExamples: [], demands: [] };
  const draft: EntryDraft = { kind: 'rows', place, id: intent, intent, questions: texts, ...absent };
  collection.rows.set(intent, { draft, texts });
  collection.drafts.push(draft);
  return texts;
}

function collectRow(value: Mapping, place: Place, collection: Collection): void {
  const { list } = collection;
  if (!collection.room(place)) return;
  const textPlace = within(place, 'text');
  const counter = value.intent === null;
  const text = readText(value.text, counter ? COUNTER_EXAMPLE : QUESTION, { place: textPlace, list });
  if (counter) {
    if (text !== undefined) collection.counterExamples.push({ text, place: textPlace });
    return;
  }
  const intentPlace = within(place, 'intent');
  if (value.intent === undefined) {
    list.fault(
      'missing_field',
      intentPlace,
      'Expected an intent beside the text, came none; name one, or write null for a counter-example.',
    );
    return;
  }
  const intent = readText(value.intent, INTENT, { place: intentPlace, list });
  if (text !== undefined && intent !== undefined) rowTexts(intent, place, collection).push({ text, place: textPlace });
}

/** {"text", "intent"}: the common public form. An entry never has a `text`. */
function isRow(value: Mapping): boolean {
  return value.text !== undefined && value.questions === undefined && value.id === undefined;
}

function collectItems(items: readonly unknown[], place: Place, collection: Collection): void {
  const unknownOfRows = new Map<string, unknown>();
  for (const [index, item] of items.entries()) {
    const itemPlace = within(place, index);
    if (!isMapping(item)) {
      const message = `Expected an entry with id and questions, came ${describeValue(item)}; see the FAQ file format.`;
      collection.list.fault('wrong_type', itemPlace, message);
      continue;
    }
    if (!isRow(item)) {
      collectEntry(item, itemPlace, collection);
      continue;
    }
    collectRow(item, itemPlace, collection);
    for (const key of Object.keys(item)) {
      if (ROW_FIELDS.includes(key) || unknownOfRows.has(key)) continue;
      // Rows are many and alike: the first with the field stands for all.
      unknownOfRows.set(key, index);
      warnUnknownFields(Object.fromEntries([[key, true]]), ROW_FIELDS, { place: itemPlace, collection });
    }
  }
}

/** Adds a document's entries, rows and counter-examples to the collection. An empty document adds nothing. */
export function collectDocument(document: SourceDocument, collection: Collection): void {
  const root: Place = { document, path: [] };
  const { value } = document;
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    collectItems(value, root, collection);
    return;
  }
  if (!isMapping(value)) {
    collection.list.fault('wrong_type', root, `Expected a mapping with entries, came ${describeValue(value)}; see the FAQ file format.`);
    return;
  }
  warnUnknownFields(value, CORPUS_FIELDS, { place: root, collection });
  collectSettings(value.settings, within(root, 'settings'), collection);
  const { entries } = value;
  const place = within(root, 'entries');
  if (Array.isArray(entries)) collectItems(entries, place, collection);
  else if (entries !== undefined && entries !== null) {
    collection.list.fault(
      'wrong_type',
      place,
      `Expected a list of entries, came ${describeValue(entries)}; begin each entry with "- id:".`,
    );
  }
  const counterExamples = readTexts(value.counter_examples, COUNTER_EXAMPLE, { place: within(root, 'counter_examples'), collection });
  for (const counterExample of counterExamples) collection.counterExamples.push(counterExample);
}
