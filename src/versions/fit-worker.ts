/**
 * The worker thread that fits scorers. It holds the one session for matrix products, made with its first job.
 */
import { createMatrixProduct, type MatrixProduct } from '../encoder/matrix-product.ts';
import type { FitInput, Multiply } from '../matching/contract.ts';
import { fitHitScorer, fitScorer, usesHitScorer } from '../matching/fit.ts';
import { serialiseScorer } from '../matching/stored-scorer.ts';
import { awaitNative } from '../native-thread.ts';
import type { FitJob } from './build-lanes.ts';
import { buildProbes } from './near-probes.ts';
import { type JobProgress, laneGate, serveJobs } from './worker-jobs.ts';

let product: MatrixProduct | undefined;

async function fitAndSerialise(input: FitInput, multiply: Multiply, onProgress: JobProgress): Promise<Uint8Array> {
  if (!usesHitScorer(input)) return serialiseScorer(await fitScorer(input, multiply, { onProgress }));
  return serialiseScorer(fitHitScorer(input, await buildProbes(input, multiply, onProgress)));
}

serveJobs<FitJob, Uint8Array>(async ({ input, threads }, onProgress) => {
  const gate = laneGate();
  product ??= await awaitNative(gate, () => createMatrixProduct({ threads }));
  const { multiply } = product;
  const whileWanted: Multiply = (a, b, shape) => awaitNative(gate, () => multiply(a, b, shape));
  const scorer = await fitAndSerialise(input, whileWanted, onProgress);
  // A copy of its own, so that moving the buffer takes nothing else along.
  const bytes = new Uint8Array(scorer);
  return { result: bytes, transfer: [bytes.buffer] };
});
