/**
 * Word-piece ids of several texts to the tensors of one run. Knows nothing of sessions.
 */
import { Tensor } from 'onnxruntime-node';

/** Texts of one run: their ids one after the other. */
export interface TokenBatch {
  readonly ids: Int32Array;
  /** Ids of each text; their sum is the length of ids. */
  readonly lengths: Int32Array;
}

/** Ids and mask as padded int64 rows [rows × sequence], and the mask as int32 for pooling. */
export interface PaddedBatch {
  readonly rows: number;
  readonly sequence: number;
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
  readonly pieces: Int32Array;
}

/**
 * Pads a batch on the right. Int64 numbers are written through their low half (every supported machine is little-endian),
 * which spares a BigInt per word piece.
 */
export function pad(batch: TokenBatch, padId: number): PaddedBatch {
  const rows = batch.lengths.length;
  const sequence = batch.lengths.reduce((longest, length) => Math.max(longest, length), 1);
  const ids = new BigInt64Array(rows * sequence);
  const mask = new BigInt64Array(rows * sequence);
  const pieces = new Int32Array(rows * sequence);
  if (padId !== 0) ids.fill(BigInt(padId));
  const idHalves = new Int32Array(ids.buffer);
  const maskHalves = new Int32Array(mask.buffer);
  let from = 0;
  batch.lengths.forEach((length, row) => {
    for (let piece = 0; piece < length; piece += 1) {
      const at = row * sequence + piece;
      idHalves[at * 2] = batch.ids[from + piece] ?? padId;
      maskHalves[at * 2] = 1;
      pieces[at] = 1;
    }
    from += length;
  });
  return { rows, sequence, ids, mask, pieces };
}

/** The graph's inputs, token types (zeros) where it asks for them. */
export function feedsOf(padded: PaddedBatch, inputs: readonly string[]): Record<string, Tensor> {
  const size = [padded.rows, padded.sequence];
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor('int64', padded.ids, size),
    attention_mask: new Tensor('int64', padded.mask, size),
  };
  if (inputs.includes('token_type_ids')) feeds.token_type_ids = new Tensor('int64', new BigInt64Array(padded.ids.length), size);
  return feeds;
}
