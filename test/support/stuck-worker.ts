/**
 * The real inference worker, except that a text of exactly STUCK_PIECES word pieces keeps the thread inside the operating system, as a hanging
 * driver does, until somebody writes to the pipe STUCK_UNTIL. Nothing in JavaScript can end it before.
 */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from '../../src/encoder/inference-protocol.ts';

const STUCK_PIECES = 9;

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && request.batch.lengths.includes(STUCK_PIECES)) readFileSync(process.env.STUCK_UNTIL ?? '');
});

await import('../../src/encoder/inference-worker.ts');
