/** Who pools a model's word pieces, and which pooling its reference was made with. Knows one folder and its parity.json. */
import type { Pooling } from '../encoder/encoder.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { createEncoder, type OnnxEncoder } from '../encoder/onnx-encoder.ts';
import { type Parity, referenceCosines } from './model-parity.ts';

/** The commonest first. */
const POOLINGS: readonly Pooling[] = ['mean', 'cls', 'max', 'mean_sqrt_len'];

/** Who pools, in a clause. */
export function whoPools({ pooledByGraph, info }: OnnxEncoder): string {
  return pooledByGraph
    ? `pooled by the graph (the pooling config says ${info.pooling} and has no part in them)`
    : `pooled here as the pooling config says (${info.pooling})`;
}

/** Least cosine of all texts to their references with another pooling. */
async function leastWith(pooling: Pooling, model: ModelFolder, parity: Parity): Promise<number> {
  const encoder = await createEncoder({ model: { ...model, pooling }, workers: 1, maxCharacters: Number.MAX_SAFE_INTEGER });
  try {
    return Math.min(...(await referenceCosines(parity, encoder)));
  } finally {
    await encoder.close();
  }
}

/**
 * The pooling other than the folder's own with which every text comes as near to its reference as `least` asks. Each is tried, since a graph
 * of word pieces runs with any of them and only the vectors tell which one the model was trained with.
 * @returns undefined where there is none.
 */
export async function fittingPooling(
  model: ModelFolder,
  parity: Parity,
  least: number,
): Promise<{ readonly pooling: Pooling; readonly cosine: number } | undefined> {
  for (const pooling of POOLINGS.filter((other) => other !== model.pooling)) {
    const cosine = await leastWith(pooling, model, parity);
    if (cosine >= least) return { pooling, cosine };
  }
  return undefined;
}
