/** Texts one a line, from a file or standard input. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { FaqError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** What stands for standard input. */
export const STANDARD_INPUT = '-';

/** What reads as the replacement character was no UTF-8, or is nothing that anybody typed. */
const UNREADABLE = '\ufffd';

/**
 * All lines without their ends; the empty line after the last end is none.
 * @param path a file, or `-` for standard input.
 * @throws FaqError not_found where there is no such file; invalid_argument with the first line that is no UTF-8.
 */
export async function readLines(path: string, terminal: Terminal): Promise<readonly string[]> {
  if (path !== STANDARD_INPUT) {
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile() !== true)
      throw new FaqError('not_found', `No file "${path}"; name a text file with one text a line, or - for standard input.`);
  }
  const input = path === STANDARD_INPUT ? terminal.stdin : createReadStream(path);
  const lines: string[] = [];
  // readline splits at every line end of Windows, Unix and old Macs.
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) lines.push(line);
  const unreadable = lines.findIndex((line) => line.includes(UNREADABLE));
  if (unreadable >= 0) {
    const where = `line ${unreadable + 1} of ${path === STANDARD_INPUT ? 'standard input' : `"${path}"`}`;
    throw new FaqError('invalid_argument', `Expected UTF-8 text, came other bytes in ${where}; save it as UTF-8.`);
  }
  const first = lines[0];
  if (first !== undefined) lines[0] = first.replace(/^\ufeff/u, '');
  return lines;
}
