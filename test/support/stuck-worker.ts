/** The real inference worker, except that a text of exactly STUCK_PIECES word pieces keeps the thread for good, as a hanging driver does. */
import { parentPort } from 'node:worker_threads';
import type { WorkerRequest } from '../../src/encoder/inference-protocol.ts';

const STUCK_PIECES = 9;

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'run' && request.batch.lengths.includes(STUCK_PIECES)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});

await import('../../src/encoder/inference-worker.ts');
