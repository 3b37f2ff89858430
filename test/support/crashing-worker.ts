/**
 * The real inference worker, except that a text of exactly CRASH_PIECES word pieces ends the thread, the way a fault in native code does.
 */
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from '../../src/encoder/inference-protocol.ts';

const CRASH_PIECES = 9;

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && request.batch.lengths.includes(CRASH_PIECES)) process.exit(3);
});

await import('../../src/encoder/inference-worker.ts');
