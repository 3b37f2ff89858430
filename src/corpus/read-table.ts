/** CSV and TSV to rows with lines. Knows nothing of what the columns mean. */
import { CsvError, parse } from 'csv-parse/sync';
import { quoted } from './describe-value.ts';
import type { FaultList } from './fault-list.ts';
import { MAX_COLUMNS } from './limits.ts';
import { formatPath, type SourceDocument, wholeFile } from './source-document.ts';
import { type DelimitedText, delimitedText } from './table-delimiter.ts';

/** A table: its header's names as written, and its rows. Cells are trimmed; rows of blank cells are left out. */
export interface Table {
  readonly columns: readonly string[];
  /** A row has at most as many cells as there are columns; what it lacks at its end is blank. */
  readonly rows: readonly (readonly string[])[];
  /** What separates its cells. */
  readonly delimiter: string;
  /** Paths are [row] or [row, column name]; [] is the header. */
  readonly document: SourceDocument;
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

interface NumberedRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A record that the parser could not read, by the line on which it begins. */
interface BrokenRecord {
  readonly line: number;
  readonly problem: string;
}

/** Broken records that are named: after each the rest is parsed again. */
const MOST_BROKEN = 100;

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'text after a closing quote',
  CSV_INVALID_OPENING_QUOTE: 'a quote in the middle of a cell',
  INVALID_OPENING_QUOTE: 'a quote in the middle of a cell',
  CSV_QUOTE_NOT_CLOSED: 'a quote that is never closed',
};

function parseRecords(text: string, delimiter: string, most?: number): readonly ParsedRecord[] {
  if (most === 0) return [];
  const options = {
    delimiter,
    info: true,
    record_delimiter: '\n',
    relax_column_count: true,
    // Tab-separated text is mostly written without quoting, so that a stray quote there is a character like any other.
    relax_quotes: delimiter === '\t',
    skip_empty_lines: true,
    ...(most === undefined ? {} : { to: most }),
  } as const;
  // With `info` the parser answers in this form, which its types leave out.
  return parse(text, options) as unknown as readonly ParsedRecord[];
}

function cellsOfFirst(text: string, delimiter: string): number {
  return parseRecords(text, delimiter, 1)[0]?.record.length ?? 0;
}

/** The part of a text after so many lines. */
function afterLines(text: string, lines: number): string {
  let start = 0;
  for (let line = 0; line < lines; line += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return '';
    start = end + 1;
  }
  return text.slice(start);
}

/** All records that can be read; a broken one is reported and reading goes on a line below where it begins, since mostly its quote is missing. */
function readRecords(
  { delimiter, text, above: linesAbove }: DelimitedText,
  onBroken: (broken: BrokenRecord) => void,
): readonly NumberedRow[] {
  const rows: NumberedRow[] = [];
  const add = (records: readonly ParsedRecord[], above: number): void => {
    for (const { record, info } of records) {
      // The parser counts the line on which a record ends; its line breaks are all inside cells.
      const breaks = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
      rows.push({ line: above + info.lines - breaks, cells: record.map((cell) => cell.trim()) });
    }
  };
  let rest = text;
  let above = linesAbove;
  for (let broken = 0; broken < MOST_BROKEN; broken += 1) {
    try {
      add(parseRecords(rest, delimiter), above);
      return rows;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const whole = parseRecords(rest, delimiter, Number(error.records ?? 0));
      add(whole, above);
      const blank = /^(?:[^\S\n]*\n)*/u.exec(afterLines(rest, whole.at(-1)?.info.lines ?? 0))?.[0] ?? '';
      const read = (whole.at(-1)?.info.lines ?? 0) + blank.split('\n').length;
      onBroken({ line: above + read, problem: PROBLEMS[error.code] ?? error.message });
      rest = afterLines(rest, read);
      above += read;
    }
  }
  return rows;
}

function rowsOf(records: readonly NumberedRow[], width: number, tooWide: (row: NumberedRow) => void): readonly NumberedRow[] {
  const rows: NumberedRow[] = [];
  for (const row of records) {
    if (row.cells.every((cell) => cell === '')) continue;
    if (row.cells.slice(width).some((cell) => cell !== '')) tooWide(row);
    rows.push({ line: row.line, cells: row.cells.slice(0, width) });
  }
  return rows;
}

/** Reads a table; undefined after reporting what does not fit. An empty file has no columns and no rows. */
export function readTable(
  file: string,
  text: string,
  options: { readonly ending: 'csv' | 'tsv'; readonly list: FaultList },
): Table | undefined {
  const { ending, list } = options;
  let firstBroken = Number.POSITIVE_INFINITY;
  // Windows line ends go first: the parser counts them twice inside quotes.
  const delimited = delimitedText(text.replaceAll('\r\n', '\n'), ending, cellsOfFirst);
  const { delimiter } = delimited;
  const records = readRecords(delimited, ({ line, problem }) => {
    firstBroken = Math.min(firstBroken, line);
    const message = `Expected quotes around a whole cell and doubled inside it, came ${problem}; mend the quotes of the row that begins here.`;
    list.fault('syntax_error', wholeFile(file, line), message);
  });
  const header = records[0] ?? { line: 0, cells: [] };
  if (header.cells.length > MAX_COLUMNS) {
    const message = `Expected at most ${MAX_COLUMNS} columns, came ${header.cells.length}; leave out what answers do not need.`;
    list.fault('too_many', wholeFile(file, header.line), message);
    return undefined;
  }
  const rows = rowsOf(records.slice(1), header.cells.length, (row) => {
    const message = `Expected ${header.cells.length} cells as in the header, came ${row.cells.length}; quote a cell that holds the separator ${quoted(delimiter)}.`;
    list.fault('syntax_error', wholeFile(file, row.line), message);
  });
  // A header that cannot be read leaves no names for what follows.
  if (firstBroken < header.line) return undefined;
  const lineOf = (path: readonly (string | number)[]): number => rows[Number(path[0] ?? -1)]?.line ?? header.line;
  const document = { file, value: undefined, lineOf, fieldOf: (path: readonly (string | number)[]) => formatPath(path.slice(1)) };
  return { columns: header.cells, rows: rows.map((row) => row.cells), delimiter, document };
}
