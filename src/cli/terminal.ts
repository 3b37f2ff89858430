/** Where a command reads and writes. Standard output carries results only; everything else goes to standard error. */
import type { Readable } from 'node:stream';
import { styleText } from 'node:util';

/** Colours that output uses; NO_COLOR and redirected output turn them off. */
export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** The three standard streams, as commands see them. */
export interface Terminal {
  readonly stdin: Readable;
  /** Whether a person types: only then are questions asked. */
  readonly interactive: boolean;
  /** Whether a progress bar can be drawn on standard error. */
  readonly drawsProgress: boolean;
  /** One line of result. */
  out(line: string): void;
  /** One line of anything else. */
  err(line: string): void;
  /** Text in a colour for standard output. */
  paint(colour: Colour, text: string): string;
  /** The stream progress bars draw on. */
  readonly progressStream: NodeJS.WritableStream;
}

/** The process's own terminal. A reader that went away (`| head`) ends the program quietly. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    stdin: process.stdin,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    drawsProgress: process.stderr.isTTY === true,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    paint: (colour, text) => styleText(colour, text, { stream: process.stdout }),
    progressStream: process.stderr,
  };
}
