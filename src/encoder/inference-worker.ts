/**
 * The thread that owns one session for its whole life. Runs one batch after the other and knows nothing of queues or callers.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FaqError } from '../errors.ts';
import { type GraphSession, type GraphSettings, openGraph } from './graph-session.ts';
import type { PlainError, WorkerReply, WorkerRequest } from './inference-protocol.ts';
import type { TokenBatch } from './padded-batch.ts';

const port = parentPort;
if (port === null) throw new FaqError('internal', 'The inference worker is started by the encoder only, as a worker thread.');

function say(reply: WorkerReply, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(reply, [...transfer]);
}

function plain(error: unknown): PlainError {
  const known = FaqError.from(error);
  const cause = known.cause instanceof Error ? (known.cause.stack ?? known.cause.message) : String(known.cause ?? '');
  return { code: known.code, message: known.message, reason: known.reason, detail: cause };
}

async function run(session: GraphSession, id: number, batch: TokenBatch): Promise<void> {
  const started = performance.now();
  try {
    const { vectors, bad } = await session.run(batch);
    say({ kind: 'done', id, vectors, bad, runMs: performance.now() - started }, [vectors.buffer]);
  } catch (error) {
    say({ kind: 'failed', id, error: plain(error) });
  }
}

try {
  // The encoder is the only one to start this thread, and hands over these settings.
  const session = await openGraph(workerData as GraphSettings);
  // One after the other: two runs of one session at once would share its thread and finish both later.
  let last = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(async () => {
      if (request.kind === 'run') return await run(session, request.id, request.batch);
      await session.close();
      port.close();
    });
  });
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'refused', error: plain(error) });
  port.close();
}
