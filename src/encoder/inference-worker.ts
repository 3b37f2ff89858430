/**
 * The thread that owns one session for its whole life. Runs one batch after the other and knows nothing of queues or callers.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FaqError } from '../errors.ts';
import { allowEnding, awaitNative } from '../native-thread.ts';
import { toPlain } from '../plain-error.ts';
import { type GraphSession, openGraph } from './graph-session.ts';
import type { InferenceThreadData, WorkerReply, WorkerRequest } from './inference-protocol.ts';
import type { TokenBatch } from './padded-batch.ts';

const port = parentPort;
if (port === null) throw new FaqError('internal', 'The inference worker is started by the encoder only, as a worker thread.');
// The encoder is the only one to start this thread, and hands over this.
const { settings, gate } = workerData as InferenceThreadData;
allowEnding(gate);

function say(reply: WorkerReply, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(reply, [...transfer]);
}

async function run(session: GraphSession, id: number, batch: TokenBatch): Promise<void> {
  const started = performance.now();
  try {
    const { vectors, bad } = await awaitNative(gate, () => session.run(batch));
    say({ kind: 'done', id, vectors, bad, runMs: performance.now() - started }, [vectors.buffer]);
  } catch (error) {
    say({ kind: 'failed', id, error: toPlain(error) });
  }
}

try {
  const session = await awaitNative(gate, () => openGraph(settings));
  // One after the other: two runs of one session at once would share its thread and finish both later.
  let last = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(async () => {
      if (request.kind === 'run') return await run(session, request.id, request.batch);
      await awaitNative(gate, () => session.close());
      port.close();
    });
  });
  say({ kind: 'ready', pooled: session.pooled });
} catch (error) {
  say({ kind: 'refused', error: toPlain(error) });
  port.close();
}
