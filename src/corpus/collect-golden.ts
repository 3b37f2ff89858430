/** Golden rows, from any format. They measure and never fit. */
import type { Collection } from './collection.ts';
import { describeValue, nearestWord, quoted } from './describe-value.ts';
import type { Table } from './read-table.ts';
import { INTENT, readText, UTTERANCE } from './read-text.ts';
import { isMapping, type Place, type SourceDocument, within } from './source-document.ts';

/** Names of the utterance's field, best first; "text" is that of the common public form. */
const UTTERANCE_FIELDS = ['utterance', 'text', 'question'];

/** Warns of a field or column that measures nothing. @param used the field that holds the utterance; undefined where none does. */
function warnUnused(name: string, used: string | undefined, at: { readonly place: Place; readonly collection: Collection }): void {
  const meant = nearestWord(name, ['utterance', 'intent']);
  const advice = meant === undefined || meant === used ? 'remove it' : `did you mean ${meant}?`;
  const message = `Expected ${used ?? 'utterance'} and intent, came ${quoted(name)} too; golden rows are measured without it: ${advice}`;
  at.collection.list.warn('unknown_field', at.place, message);
}

function collectGoldenRow(
  row: { readonly field: string; readonly utterance: unknown; readonly intent: unknown },
  place: Place,
  collection: Collection,
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
  if (utterance !== undefined && intent !== undefined) collection.golden.push({ utterance, intent, place });
}

/** Adds the golden rows of a YAML, JSON or JSON lines document. An empty document adds nothing. */
export function collectGoldenDocument(document: SourceDocument, collection: Collection): void {
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
    if (field !== undefined) collectGoldenRow({ field, utterance: item[field], intent: item.intent }, place, collection);
    else
      collection.list.fault(
        'missing_field',
        within(place, 'utterance'),
        'Expected an utterance, came none; write what the user would type.',
      );
  }
}

/** Adds the golden rows of a table; a blank intent cell means none of the intents, and one that is not there is a fault. */
export function collectGoldenTable(table: Table, collection: Collection): void {
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
    collectGoldenRow(row, { document: table.document, path: [index] }, collection);
  }
}
