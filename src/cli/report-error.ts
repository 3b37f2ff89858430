/** An error as a person at a terminal needs it: what happened, every fault with its place, and what to do next. */

import { isServiceError } from '../client/decode-error.ts';
import { BAD_SETTINGS } from '../config/load-config.ts';
import type { Fault } from '../errors.ts';
import { FaqError } from '../errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `file:line: message [code]`, the form that editors understand. */
export function faultLine(fault: Fault): string {
  const place = fault.line > 0 ? `${fault.file}:${fault.line}` : fault.file;
  const where = [place, fault.field].filter((part) => part !== '').map((part) => `${part}: `);
  return `${where.join('')}${fault.message} [${fault.code}]`;
}

function nextStep(error: FaqError): string | undefined {
  if (error.reason === 'NO_CONNECTION') return 'Start a server with "npm start", or name another one with --address.';
  if (error.code === 'unimplemented') return 'The server does not have this yet.';
  return undefined;
}

/** Prints an error on standard error. @returns the exit code it stands for. */
export function reportError(terminal: Terminal, thrown: unknown): ExitCode {
  const error = FaqError.from(thrown);
  // What a server says is its own message; its stack stands in its log.
  if (error.code === 'internal' && error.cause !== undefined && !isServiceError(error.cause)) {
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause);
    terminal.err(`faqmatch: internal error: ${cause}`);
    return exitCodeOf(error);
  }
  terminal.err(`faqmatch: ${error.message}`);
  if (error.reason !== BAD_SETTINGS) for (const fault of error.faults) terminal.err(`  ${faultLine(fault)}`);
  const step = nextStep(error);
  if (step !== undefined) terminal.err(step);
  return exitCodeOf(error);
}
