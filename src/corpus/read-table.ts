/** CSV and TSV to rows with lines. Knows nothing of what the columns mean. */
import { CsvError, parse } from 'csv-parse/sync';
import type { FaultList } from './fault-list.ts';
import { formatPath, type SourceDocument, wholeFile } from './source-document.ts';

/** A table: its header's names as written, and its rows. Cells are trimmed; rows of blank cells are left out. */
export interface Table {
  readonly columns: readonly string[];
  /** Each row has as many cells as there are columns. */
  readonly rows: readonly (readonly string[])[];
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

function parseRecords(text: string, delimiter: ',' | '\t'): readonly NumberedRow[] {
  const options = {
    delimiter,
    info: true,
    record_delimiter: '\n',
    relax_column_count: true,
    // Tab-separated text is mostly written without quoting, so that a stray quote there is a character like any other.
    relax_quotes: delimiter === '\t',
    skip_empty_lines: true,
  } as const;
  // With `info` the parser answers in this form, which its types leave out.
  const records = parse(text, options) as unknown as readonly ParsedRecord[];
  return records.map(({ record, info }) => {
    // The parser counts the line on which a record ends; its line breaks are all inside cells.
    const breaks = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    return { line: info.lines - breaks, cells: record.map((cell) => cell.trim()) };
  });
}

function rowsOf(records: readonly NumberedRow[], width: number, tooWide: (row: NumberedRow) => void): readonly NumberedRow[] {
  const rows: NumberedRow[] = [];
  for (const row of records) {
    if (row.cells.every((cell) => cell === '')) continue;
    if (row.cells.slice(width).some((cell) => cell !== '')) tooWide(row);
    const cells = Array.from({ length: width }, (_, index) => row.cells[index] ?? '');
    rows.push({ line: row.line, cells });
  }
  return rows;
}

/** Reads a table; undefined after reporting what does not fit. An empty file has no columns and no rows. */
export function readTable(
  file: string,
  text: string,
  options: { readonly delimiter: ',' | '\t'; readonly list: FaultList },
): Table | undefined {
  const { delimiter, list } = options;
  try {
    // Windows line ends go first: the parser counts them twice inside quotes.
    const records = parseRecords(text.replaceAll('\r\n', '\n'), delimiter);
    const header = records[0] ?? { line: 0, cells: [] };
    const rows = rowsOf(records.slice(1), header.cells.length, (row) => {
      const message = `Expected ${header.cells.length} cells as in the header, came ${row.cells.length}; quote a cell that holds the separator.`;
      list.fault('syntax_error', wholeFile(file, row.line), message);
    });
    const lineOf = (path: readonly (string | number)[]): number => rows[Number(path[0] ?? -1)]?.line ?? header.line;
    const document = { file, value: undefined, lineOf, fieldOf: (path: readonly (string | number)[]) => formatPath(path.slice(1)) };
    return { columns: header.cells, rows: rows.map((row) => row.cells), document };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 0;
    const message = `Expected quotes around a whole cell and doubled inside it, came: ${error.message}. Mend the quotes from here on back.`;
    list.fault('syntax_error', wholeFile(file, line), message);
    return undefined;
  }
}
