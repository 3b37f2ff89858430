/**
 * Word-piece vectors to one unit vector per text: sentence-transformers' pooling modes and L2 normalisation.
 * Knows arrays only; which mode a model wants is read elsewhere.
 */
import type { Pooling } from './encoder.ts';

/** Shape of a batch of word-piece vectors. */
export interface PieceShape {
  /** Texts. */
  readonly batch: number;
  /** Word pieces per text, padding included. */
  readonly sequence: number;
  /** Length of a vector. */
  readonly dimension: number;
}

/** Least divisor of a mean, as in sentence-transformers: a text of padding alone gives zeros, not NaN. */
const LEAST_COUNT = 1e-9;

function addPieces(target: Float32Array, pieces: Float32Array, first: number): void {
  for (let column = 0; column < target.length; column += 1) target[column] = (target[column] ?? 0) + (pieces[first + column] ?? 0);
}

function raisePieces(target: Float32Array, pieces: Float32Array, first: number): void {
  for (let column = 0; column < target.length; column += 1) target[column] = Math.max(target[column] ?? 0, pieces[first + column] ?? 0);
}

function meanDivisor(pooling: Pooling, count: number): number {
  const clamped = Math.max(count, LEAST_COUNT);
  return pooling === 'mean_sqrt_len' ? Math.sqrt(clamped) : clamped;
}

/** Pools one text. `mask[start + piece]` is 1 for a word piece and 0 for padding. Fills `target`, which must be zero. */
function poolText(
  target: Float32Array,
  pieces: Float32Array,
  text: { start: number; mask: Int32Array; shape: PieceShape; pooling: Pooling },
): void {
  const { start, mask, shape, pooling } = text;
  const offset = (piece: number): number => (start + piece) * shape.dimension;
  if (pooling === 'cls') {
    target.set(pieces.subarray(offset(0), offset(1)));
    return;
  }
  let count = 0;
  for (let piece = 0; piece < shape.sequence; piece += 1) {
    if ((mask[start + piece] ?? 0) === 0) continue;
    if (pooling === 'max' && count === 0) target.set(pieces.subarray(offset(piece), offset(piece + 1)));
    else if (pooling === 'max') raisePieces(target, pieces, offset(piece));
    else addPieces(target, pieces, offset(piece));
    count += 1;
  }
  if (pooling === 'max') return;
  const divisor = meanDivisor(pooling, count);
  for (let column = 0; column < target.length; column += 1) target[column] = (target[column] ?? 0) / divisor;
}

/**
 * Pools a batch of word-piece vectors.
 * @param pieces [batch × sequence × dimension], row-major.
 * @param mask [batch × sequence], 1 for a word piece and 0 for padding; padding may stand on either side.
 * @returns [batch × dimension], not normalised. `cls` takes the first position, as sentence-transformers does.
 */
export function poolPieces(
  pieces: Float32Array,
  mask: Int32Array,
  how: { shape: PieceShape; pooling: Pooling },
): Float32Array<ArrayBuffer> {
  const { shape, pooling } = how;
  const pooled = new Float32Array(shape.batch * shape.dimension);
  for (let text = 0; text < shape.batch; text += 1) {
    const target = pooled.subarray(text * shape.dimension, (text + 1) * shape.dimension);
    poolText(target, pieces, { start: text * shape.sequence, mask, shape, pooling });
  }
  return pooled;
}

/**
 * Scales each row to length 1 in place.
 * @param rows [rows × dimension].
 * @returns numbers of the rows that have no direction (a NaN, an infinity or length zero); these are left as they are.
 */
export function normaliseRows(rows: Float32Array, dimension: number): readonly number[] {
  const bad: number[] = [];
  for (let row = 0; row * dimension < rows.length; row += 1) {
    const start = row * dimension;
    let squares = 0;
    for (let column = start; column < start + dimension; column += 1) squares += (rows[column] ?? 0) ** 2;
    const length = Math.sqrt(squares);
    if (!Number.isFinite(length) || length < 1e-12) {
      bad.push(row);
      continue;
    }
    for (let column = start; column < start + dimension; column += 1) rows[column] = (rows[column] ?? 0) / length;
  }
  return bad;
}
