/** Labelled utterances, from any format: golden rows, which measure, and calibration rows, which teach confidence. */
import type { Collection } from './collection.ts';
import { describeValue, nearestWord, quoted } from './describe-value.ts';
import type { FileRole } from './formats.ts';
import type { Table } from './read-table.ts';
import { INTENT, readText, UTTERANCE } from './read-text.ts';
import { isMapping, type Place, type SourceDocument, within } from './source-document.ts';

/** Names of the utterance's field, best first; "text" is that of the common public form. */
const UTTERANCE_FIELDS = ['utterance', 'text', 'question'];

/** What labelled utterances are for. */
export type LabelledRole = Exclude<FileRole, 'faq'>;

/** Where labelled rows go. */
interface Target {
  readonly collection: Collection;
  readonly role: LabelledRole;
}

/** Warns of a field or column that says nothing. @param used the field that holds the utterance; undefined where none does. */
function warnUnused(name: string, used: string | undefined, at: { readonly place: Place; readonly collection: Collection }): void {
  const meant = nearestWord(name, ['utterance', 'intent']);
  const advice = meant === undefined || meant === used ? 'remove it' : `did you mean ${meant}?`;
  const message = `Expected ${used ?? 'utterance'} and intent, came ${quoted(name)} too; the rows are read without it: ${advice}`;
  at.collection.list.warn('unknown_field', at.place, message);
}

function collectRow(
  row: { readonly field: string; readonly utterance: unknown; readonly intent: unknown },
  place: Place,
  { collection, role }: Target,
): void {
  const { list } = collection;
  if (!collection.room(place)) return;
  const utterance = readText(row.utterance, UTTERANCE, { place: within(place, row.field), list });
  const intentPlace = within(place, 'intent');
  if (row.intent === undefined) {
    list.fault(
      'missing_field',
      intentPlace,
      'Expected an intent, came none; name one, or write null (in a table an empty cell) where none of the intents is meant.',
    );
    return;
  }
  const intent = row.intent === null ? null : readText(row.intent, INTENT, { place: intentPlace, list });
  if (utterance !== undefined && intent !== undefined) collection[role].push({ utterance, intent, place });
}

/** Adds the labelled rows of a YAML, JSON or JSON lines document. An empty document adds nothing. */
export function collectLabelledDocument(document: SourceDocument, collection: Collection, role: LabelledRole): void {
  const target = { collection, role };
  const root: Place = { document, path: [] };
  const { value } = document;
  if (value === null || value === undefined) return;
  if (!Array.isArray(value)) {
    const message = `Expected a list of {utterance, intent}, came ${describeValue(value)}; begin each row with "- ".`;
    collection.list.fault('wrong_type', root, message);
    return;
  }
  // Rows are alike: the first with a field stands for all.
  const told = new Set(['intent']);
  for (const [index, item] of value.entries()) {
    const place = within(root, index);
    if (!isMapping(item)) {
      collection.list.fault('wrong_type', place, `Expected {utterance, intent}, came ${describeValue(item)}; write both fields.`);
      continue;
    }
    const field = UTTERANCE_FIELDS.find((name) => item[name] !== undefined);
    for (const name of Object.keys(item)) {
      if (name === field || told.has(name)) continue;
      told.add(name);
      warnUnused(name, field, { place: within(place, name), collection });
    }
    if (field !== undefined) collectRow({ field, utterance: item[field], intent: item.intent }, place, target);
    else
      collection.list.fault(
        'missing_field',
        within(place, 'utterance'),
        'Expected an utterance, came none; write what the user would type.',
      );
  }
}

/** Adds the labelled rows of a table; a blank intent cell means none of the intents, and one that is not there is a fault. */
export function collectLabelledTable(table: Table, collection: Collection, role: LabelledRole): void {
  const target = { collection, role };
  if (table.columns.length === 0) return;
  const columns = table.columns.map((column) => column.toLowerCase());
  const field = UTTERANCE_FIELDS.find((name) => columns.includes(name));
  const intentColumn = columns.indexOf('intent');
  if (field === undefined || intentColumn < 0) {
    const message = `Expected the columns utterance and intent, came ${JSON.stringify(table.columns.join(', '))}; write them in the first line.`;
    collection.list.fault('missing_field', { document: table.document, path: [] }, message);
    return;
  }
  const utteranceColumn = columns.indexOf(field);
  for (const [index, column] of table.columns.entries()) {
    if (column === '' || index === utteranceColumn || index === intentColumn) continue;
    warnUnused(column, field, { place: { document: table.document, path: [] }, collection });
  }
  for (const [index, cells] of table.rows.entries()) {
    const intent = cells[intentColumn];
    const row = { field, utterance: cells[utteranceColumn], intent: intent === '' ? null : intent };
    collectRow(row, { document: table.document, path: [index] }, target);
  }
}
