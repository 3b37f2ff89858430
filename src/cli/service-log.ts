/** The service's log on standard error: JSON lines for machines, short plain lines where a person looks. */
import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import pino from 'pino';
import type { Config } from '../config/schema.ts';
import type { Terminal } from './terminal.ts';

/** Fields of every line that a person does not need. */
const ROUTINE = new Set(['level', 'time', 'pid', 'hostname', 'msg']);

function readable(line: string): string {
  const record: Readonly<Record<string, unknown>> = JSON.parse(line);
  const level = pino.levels.labels[Number(record.level)] ?? 'info';
  const facts = Object.entries(record)
    .filter(([key]) => !ROUTINE.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [`${new Date(Number(record.time)).toLocaleTimeString('en-GB')} ${level}:`, String(record.msg ?? ''), ...facts].join(' ');
}

/** The logger of a service. */
export function serviceLog(config: Config, terminal: Terminal): Logger {
  const options = { level: config.logLevel, base: null };
  if (!terminal.drawsProgress) return pino(options, pino.destination({ dest: 2, sync: true }));
  const plain = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line !== '') terminal.err(readable(line));
      done();
    },
  });
  return pino(options, plain);
}
