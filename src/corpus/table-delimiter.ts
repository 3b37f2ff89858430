/** What separates the cells of a table: what its first line says of it, or what its header is separated by. */
import { CsvError } from 'csv-parse/sync';

/** A separator with the text that it separates. */
export interface DelimitedText {
  readonly delimiter: string;
  readonly text: string;
  /** Lines of the file above the text. */
  readonly above: number;
}

/** The line that Excel writes, and reads, above a table: `sep=;`. Never shown in a sheet. */
const SEPARATOR_LINE = /^"?sep=([^\w\s"']|\t)"?[^\S\n]*(?:\n|$)/iu;

/** Of a CSV file, best first: spreadsheets write semicolons wherever a comma is the decimal sign. */
const CSV_DELIMITERS = [',', ';', '\t'];

/** How many cells the first record has. @throws CsvError where it cannot be read. */
export type CountCells = (text: string, delimiter: string) => number;

function splits(text: string, delimiter: string, countCells: CountCells): boolean {
  try {
    return countCells(text, delimiter) > 1;
  } catch (error) {
    // `"id";"question"` is broken as comma-separated text.
    if (error instanceof CsvError) return false;
    throw error;
  }
}

/**
 * A CSV header that commas split is separated by commas, whatever else is in it; else by semicolons, else by tabs, and by commas where nothing
 * splits it.
 * @param text with line feeds alone as line ends.
 */
export function delimitedText(text: string, ending: 'csv' | 'tsv', countCells: CountCells): DelimitedText {
  const separatorLine = SEPARATOR_LINE.exec(text);
  if (separatorLine !== null) return { delimiter: separatorLine[1] ?? ',', text: text.slice(separatorLine[0].length), above: 1 };
  if (ending === 'tsv') return { delimiter: '\t', text, above: 0 };
  return { delimiter: CSV_DELIMITERS.find((delimiter) => splits(text, delimiter, countCells)) ?? ',', text, above: 0 };
}
