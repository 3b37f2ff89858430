/** Bytes to text: UTF-8 and nothing else, since a guessed encoding garbles answers without a word. */
import { isUtf8 } from 'node:buffer';
import type { SourceFile } from './corpus.ts';
import type { FaultList } from './fault-list.ts';
import { wholeFile } from './source-document.ts';

const LINE_FEED = 0x0a;

/** Line from 1 of the first byte that is not UTF-8. A line feed byte is never part of a longer UTF-8 character. */
export function firstBadLine(data: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < data.length; line += 1) {
    const found = data.indexOf(LINE_FEED, start);
    const end = found < 0 ? data.length : found;
    if (!isUtf8(data.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}

function utf16Mark(data: Uint8Array): boolean {
  return (data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff);
}

/** The file's text without a byte order mark; undefined after reporting `wrong_encoding`. */
export function decodeText(file: SourceFile, list: FaultList): string | undefined {
  const refuse = (line: number, came: string): undefined => {
    list.fault('wrong_encoding', wholeFile(file.name, line), `Expected UTF-8, came ${came}; save the file as UTF-8.`);
  };
  if (utf16Mark(file.data)) return refuse(1, 'UTF-16 (its byte order mark is there)');
  if (!isUtf8(file.data)) return refuse(firstBadLine(file.data), 'a byte that UTF-8 does not allow (often Latin-1 or Windows-1252)');
  const text = new TextDecoder('utf-8').decode(file.data);
  const zero = text.indexOf('\u0000');
  if (zero >= 0) return refuse(text.slice(0, zero).split('\n').length, 'a zero byte (UTF-16 without its mark, or no text at all)');
  return text;
}
