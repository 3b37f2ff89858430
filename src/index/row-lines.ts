/**
 * Question rows as JSON lines and back, in pieces, so that neither way holds the event loop for long or meets the longest string allowed.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QuestionRow } from './contract.ts';

/** Some 2 ms of work. */
const ROWS_AT_ONCE = 2_000;
const NEW_LINE = 10;

/** One row a line, {text, terms, locale, tags, group}, in pieces of some thousand rows. */
export function* rowLines(rows: readonly QuestionRow[]): Generator<Uint8Array> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const lines = rows
      .slice(start, start + ROWS_AT_ONCE)
      .map(({ text, terms, locale, tags, group }) => JSON.stringify({ text, terms, locale, tags, group }));
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

/** Parses what rowLines wrote. The bytes are trusted: their checksum was compared before. */
export async function parseRowLines(bytes: Uint8Array<ArrayBuffer>): Promise<readonly QuestionRow[]> {
  const buffer = Buffer.from(bytes.buffer);
  const rows: QuestionRow[] = [];
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf(NEW_LINE, start);
    rows.push(JSON.parse(buffer.toString('utf8', start, end)) as QuestionRow);
    start = end + 1;
    if (rows.length % ROWS_AT_ONCE === 0) await nextTurn();
  }
  return rows;
}
