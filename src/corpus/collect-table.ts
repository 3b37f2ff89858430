/** CSV or TSV rows to drafts: one question or counter-example a row, or one of each; rows with the same id make one entry. */
import { DEMAND_FIELDS, readShares } from './collect-settings.ts';
import type { Collection, EntryDraft, LocatedShare, LocatedText } from './collection.ts';
import { nearestWord, quoted } from './describe-value.ts';
import type { FaultList } from './fault-list.ts';
import type { Table } from './read-table.ts';
import { ANSWER, COUNTER_EXAMPLE, ID, INTENT, METADATA_KEY, METADATA_VALUE, QUESTION, readLocale, readText, TAG } from './read-text.ts';
import { type Place, within } from './source-document.ts';

const COLUMNS = ['id', 'intent', 'question', 'counter_example', 'answer', 'locale', 'tags', ...DEMAND_FIELDS];
const METADATA_PREFIX = 'metadata.';
const TAG_SEPARATOR = '|';

/** Which cell holds what; -1 where the table has no such column. */
interface Columns {
  readonly known: ReadonlyMap<string, number>;
  readonly metadata: readonly { readonly name: string; readonly column: string; readonly index: number }[];
}

/** An entry whose rows are still coming. */
interface OpenEntry {
  readonly place: Place;
  readonly id: string;
  intent: string;
  answer: string;
  /** Whether a row's answer was refused. */
  answerRefused: boolean;
  locale: string;
  readonly questions: LocatedText[];
  readonly counterExamples: LocatedText[];
  readonly demands: LocatedShare[];
  readonly tags: Set<string>;
  readonly metadata: Map<string, string>;
}

function knownName(column: string): string | undefined {
  const lower = column.toLowerCase();
  if (lower === 'text') return 'question';
  return COLUMNS.includes(lower) ? lower : undefined;
}

/** Any column may be metadata; one that may be a misspelt known one is asked about. */
function warnMisspeltColumn(column: string, place: Place, collection: Collection): void {
  const meant = nearestWord(column, COLUMNS);
  if (meant === undefined) return;
  const message = `Expected a known column, came ${quoted(column)}, which is kept as metadata; did you mean ${meant}? If not, name it ${METADATA_PREFIX}${column}.`;
  collection.list.warn('unknown_field', place, message);
}

function readColumns(table: Table, collection: Collection): Columns | undefined {
  const header: Place = { document: table.document, path: [] };
  const known = new Map<string, number>();
  const metadata: { name: string; column: string; index: number }[] = [];
  const seen = new Set<string>();
  for (const [index, column] of table.columns.entries()) {
    const name = knownName(column);
    const key = name ?? column;
    if (column !== '' && seen.has(key)) {
      collection.list.fault('duplicate_key', header, `Expected each column once, came ${quoted(column)} again; remove or rename one.`);
    }
    seen.add(key);
    if (name !== undefined) known.set(name, index);
    else if (column !== '') {
      if (!column.startsWith(METADATA_PREFIX)) warnMisspeltColumn(column, header, collection);
      const written = column.startsWith(METADATA_PREFIX) ? column.slice(METADATA_PREFIX.length) : column;
      const metadataKey = readText(written, METADATA_KEY, { place: header, list: collection.list });
      if (metadataKey !== undefined) metadata.push({ name: metadataKey, column, index });
    }
  }
  const named = known.has('id') || known.has('intent');
  if (known.has('question') && named) return { known, metadata };
  const what = `Expected a header with id or intent, and question, ${cameInstead(table, known, named)}.`;
  collection.list.fault('missing_field', header, what);
  return undefined;
}

/** What of a header is not there, and what to do: a table with no known name at all has no header. */
function cameInstead({ columns, delimiter }: Table, known: ReadonlyMap<string, number>, named: boolean): string {
  const other = [',', ';', '\t'].find((mark) => mark !== delimiter && columns.some((column) => column.includes(mark)));
  const advice =
    other === undefined
      ? ''
      : `; if the cells are separated by ${quoted(other)}, write sep=${other === '\t' ? 'and a tab' : other} in a line of its own above the header`;
  if (known.has('question')) return `came no column id or intent; add a column id or intent${advice}`;
  if (named) return `came no column question; add a column question${advice}`;
  return `came ${quoted(columns.join(delimiter))}; write the header in the first line${advice}`;
}

/** The value that an entry has once: the first row that gives one sets it, a later one must agree. */
function agreed(before: string, now: string, at: { readonly place: Place; readonly collection: Collection }): string {
  if (before === '' || now === '' || before === now) return before === '' ? now : before;
  const message = `Expected ${quoted(before)} as in the rows above with the same id, came ${quoted(now)}; make them agree or leave it blank.`;
  at.collection.list.fault('conflicting_value', at.place, message);
  return before;
}

/** A cell that should hold a number: as one where it does, as written where not, so that what came can be named. */
function numberOrText(cell: string, delimiter: string): number | string | undefined {
  if (cell === '') return undefined;
  // Semicolons separate where a comma is the decimal sign.
  const number = Number(delimiter === ';' ? cell.replace(',', '.') : cell);
  return Number.isFinite(number) ? number : cell;
}

function readCounterExample(cell: (column: string) => string, row: Place, { list }: Collection): readonly LocatedText[] {
  if (cell('counter_example') === '') return [];
  const place = within(row, 'counter_example');
  const text = readText(cell('counter_example'), COUNTER_EXAMPLE, { place, list });
  return text === undefined ? [] : [{ text, place }];
}

/** Whether a row says nothing but what the whole corpus must not answer. */
function isCorpusWide(cell: (column: string) => string): boolean {
  return cell('counter_example') !== '' && ['id', 'intent', 'question', 'answer'].every((column) => cell(column) === '');
}

function readTags(
  cell: string,
  at: { readonly place: Place; readonly list: FaultList; readonly collection: Collection },
): readonly string[] {
  const tags: string[] = [];
  for (const tag of cell === '' ? [] : cell.split(TAG_SEPARATOR)) {
    if (!at.collection.room(at.place)) break;
    const text = readText(tag, TAG, at);
    if (text === undefined || text === '') continue;
    tags.push(text);
    if (!/[,;]/u.test(text)) continue;
    const message = `Expected tags separated by "${TAG_SEPARATOR}", came ${quoted(text)}, which is kept as one tag; write ${quoted(text.replaceAll(/\s*[,;]\s*/gu, TAG_SEPARATOR))} if more are meant.`;
    at.list.warn('unsplit_tags', at.place, message);
  }
  return tags;
}

/** Reads one row into its entry. */
function addRow(
  cell: (column: string) => string,
  row: Place,
  context: { entry: OpenEntry; columns: Columns; delimiter: string; collection: Collection },
): void {
  const { entry, columns, delimiter, collection } = context;
  const at = (column: string) => ({ place: within(row, column), list: collection.list, collection });
  if (cell('question') !== '' || cell('counter_example') === '') {
    const question = readText(cell('question'), QUESTION, at('question'));
    if (question !== undefined) entry.questions.push({ text: question, place: within(row, 'question') });
  }
  entry.counterExamples.push(...readCounterExample(cell, row, collection));
  const demands = Object.fromEntries(DEMAND_FIELDS.map((field) => [field, numberOrText(cell(field), delimiter)]));
  entry.demands.push(...readShares(demands, DEMAND_FIELDS, { place: row, collection }));
  const answer = readText(cell('answer'), ANSWER, at('answer'));
  entry.answerRefused ||= answer === undefined;
  entry.answer = agreed(entry.answer, answer ?? '', at('answer'));
  entry.locale = agreed(entry.locale, readLocale(cell('locale'), at('locale')) ?? '', at('locale'));
  for (const tag of readTags(cell('tags'), at('tags'))) entry.tags.add(tag);
  for (const { name, column } of columns.metadata) {
    if (cell(column) === '') continue;
    if (!collection.room(within(row, column))) break;
    const value = agreed(entry.metadata.get(name) ?? '', readText(cell(column), METADATA_VALUE, at(column)) ?? '', at(column));
    if (value !== '') entry.metadata.set(name, value);
  }
}

function openEntry(names: { readonly id: string; readonly intent: string }, row: Place): OpenEntry {
  return {
    place: row,
    ...names,
    answer: '',
    answerRefused: false,
    locale: '',
    questions: [],
    counterExamples: [],
    demands: [],
    tags: new Set(),
    metadata: new Map(),
  };
}

/** The row's id and intent as written; the id is the intent's where the row has none. Undefined after a fault. */
function readNames(cell: (column: string) => string, row: Place, collection: Collection): { id: string; intent: string } | undefined {
  const { list } = collection;
  if (cell('id') === '' && cell('intent') === '') {
    list.fault('missing_field', within(row, 'id'), 'Expected an id or an intent, came neither; fill one of the two cells.');
    return undefined;
  }
  const intent = cell('intent') === '' ? '' : readText(cell('intent'), INTENT, { place: within(row, 'intent'), list });
  const id = cell('id') === '' ? intent : readText(cell('id'), ID, { place: within(row, 'id'), list });
  return id === undefined || intent === undefined ? undefined : { id, intent };
}

/** A question that was refused is reported as such; an entry that has nothing but counter-examples has to be told. */
function reportNoQuestion({ questions, counterExamples, place, id }: OpenEntry, { list }: Collection): void {
  if (questions.length > 0 || counterExamples.length === 0) return;
  const message = `Expected at least one question for ${quoted(id)}, came counter-examples alone; add a row with a question, or mend the id.`;
  list.fault('missing_questions', within(place, 'question'), message);
}

function toDraft(entry: OpenEntry): EntryDraft {
  const intent = entry.intent === '' ? entry.id : entry.intent;
  const answer = entry.answer === '' && entry.answerRefused ? undefined : entry.answer;
  return { ...entry, kind: 'table', intent, answer, tags: Array.from(entry.tags) };
}

/** Adds a table's entries to the collection. A table without columns adds nothing. */
export function collectTable(table: Table, collection: Collection): void {
  const columns = table.columns.length === 0 ? undefined : readColumns(table, collection);
  if (columns === undefined) return;
  const indexOf = new Map([...columns.known, ...columns.metadata.map(({ column, index }) => [column, index] as const)]);
  const entries = new Map<string, OpenEntry>();
  for (const [index, cells] of table.rows.entries()) {
    const row: Place = { document: table.document, path: [index] };
    if (!collection.room(row)) break;
    const cell = (column: string): string => cells[indexOf.get(column) ?? -1] ?? '';
    if (isCorpusWide(cell)) {
      collection.counterExamples.push(...readCounterExample(cell, row, collection));
      continue;
    }
    const names = readNames(cell, row, collection);
    if (names === undefined) continue;
    const known = entries.get(names.id);
    const entry = known ?? openEntry(names, row);
    if (known === undefined) entries.set(names.id, entry);
    entry.intent = agreed(entry.intent, names.intent, { place: within(row, 'intent'), collection });
    addRow(cell, row, { entry, columns, delimiter: table.delimiter, collection });
  }
  for (const entry of entries.values()) {
    reportNoQuestion(entry, collection);
    collection.drafts.push(toDraft(entry));
  }
}
