/**
 * What an inference worker does on a machine that has a GPU for `webgpu` (which runs on the CPU here) and none for `cuda`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openGraph } from '../../src/encoder/graph-session.ts';
import type { InferenceThreadData, WorkerReply, WorkerRequest } from '../../src/encoder/inference-protocol.ts';
import { normaliseRows } from '../../src/encoder/pooling.ts';
import { FaqError } from '../../src/errors.ts';
import { allowEnding } from '../../src/native-thread.ts';
import { toPlain } from '../../src/plain-error.ts';

const say = (reply: WorkerReply): void => parentPort?.postMessage(reply);

/** Serves the encoder; `skew` is added to the first number of the GPU's vectors, for a GPU that rounds. */
export async function serveLikeGpu(skew: number): Promise<void> {
  const { settings, gate } = workerData as InferenceThreadData;
  allowEnding(gate);
  if (settings.device === 'cuda') {
    const message = 'The device cuda cannot be used: no driver.';
    return say({ kind: 'refused', error: toPlain(new FaqError('failed_precondition', message, { reason: 'DEVICE_UNAVAILABLE' })) });
  }
  const session = await openGraph({ ...settings, device: 'cpu' });
  parentPort?.on('message', async (request: WorkerRequest) => {
    if (request.kind === 'close') {
      await session.close();
      parentPort?.close();
      return;
    }
    const { vectors, bad } = await session.run(request.batch);
    if (settings.device === 'webgpu')
      for (let at = 0; at < vectors.length; at += settings.dimension) vectors[at] = (vectors[at] ?? 0) + skew;
    normaliseRows(vectors, settings.dimension);
    say({ kind: 'done', id: request.id, vectors, bad, runMs: request.batch.lengths.length });
  });
  say({ kind: 'ready', pooled: session.pooled });
}
