/** A terminal that remembers what was written to it. */
import { PassThrough, Readable } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal and what it was told. */
export interface FakeTerminal extends Terminal {
  readonly written: readonly string[];
  readonly complaints: readonly string[];
}

/** @param input what standard input holds. */
export function fakeTerminal(input = ''): FakeTerminal {
  const written: string[] = [];
  const complaints: string[] = [];
  return {
    stdin: Readable.from([input]),
    interactive: false,
    drawsProgress: false,
    out: (line) => void written.push(line),
    err: (line) => void complaints.push(line),
    paint: (_, text) => text,
    progressStream: new PassThrough(),
    written,
    complaints,
  };
}
