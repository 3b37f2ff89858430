/** Texts one a line, from a file or standard input. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { firstBadLine } from '../corpus/decode-text.ts';
import { FaqError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** What stands for standard input. */
export const STANDARD_INPUT = '-';

/** Line ends of Windows, Unix and old Macs, and Unicode's own. */
const LINE_END = /\r?\n|[\r\u2028\u2029]/u;

/**
 * All lines without their ends; the empty line after the last end is none.
 * @param path a file, or `-` for standard input.
 * @param signal ends the reading.
 * @throws FaqError not_found where there is no such file; invalid_argument with the first line that is no UTF-8.
 */
export async function readLines(path: string, terminal: Terminal, signal?: AbortSignal): Promise<readonly string[]> {
  if (path !== STANDARD_INPUT) {
    const facts = await stat(path).catch(() => undefined);
    const found = facts?.isDirectory() === true ? `"${path}" is a folder` : `No file "${path}"`;
    if (facts?.isFile() !== true)
      throw new FaqError('not_found', `${found}; name a text file with one text a line, or - for standard input.`);
  }
  const stream = path === STANDARD_INPUT ? terminal.stdin : createReadStream(path);
  const data = await buffer(signal === undefined ? stream : addAbortSignal(signal, stream)).catch((error: unknown) => {
    throw signal?.aborted === true ? signal.reason : error;
  });
  if (!isUtf8(data)) {
    const where = `line ${firstBadLine(data)} of ${path === STANDARD_INPUT ? 'standard input' : `"${path}"`}`;
    throw new FaqError('invalid_argument', `Expected UTF-8 text, came other bytes in ${where}; save it as UTF-8.`);
  }
  // The decoder leaves a byte order mark out.
  const lines = new TextDecoder('utf-8').decode(data).split(LINE_END);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
