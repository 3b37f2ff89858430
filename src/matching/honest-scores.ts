/**
 * Scores of stored questions as if the scorer had not seen them, without refitting: leave-one-out, and leave-one-intent-out,
 * which turns the corpus's own questions into simulated out-of-scope utterances.
 *
 *   leave-one-out         F₋ᵢ = Yᵢ − (Yᵢ − Fᵢ) / (1 − hᵢ)          hᵢ = wᵢ ‖Qᵢ‖²
 *   leave-group-out       the same as below for a group of near-duplicates, all columns kept
 *   leave-one-intent-out  F₋B = Y_B − (I − H_BB)⁻¹ (Y_B − F_B)     H_BB = w_c Q_B Q_Bᵀ, that intent's column dropped
 *
 * Both are exact for ridge regression with a fixed basis (Allen 1974; Cawley & Talbot 2003).
 */
import type { Multiply } from './contract.ts';
import { type RidgeFit, takeRows } from './kernel-ridge.ts';
import { cholesky, solveCholesky, transpose } from './linear-algebra.ts';

/** ‖Q_row‖². */
function squaredLength(fit: RidgeFit, row: number): number {
  const m = fit.landmarkCount;
  let sum = 0;
  for (let j = row * m; j < (row + 1) * m; j += 1) sum += (fit.q[j] as number) ** 2;
  return sum;
}

/** [intents] leave-one-out scores of one stored question. */
export function leaveOneOut(fit: RidgeFit, row: number, intent: number): Float32Array {
  const c = fit.model.intentCount;
  // A question that nothing else supports has leverage near 1: what is left is kept away from 0 so that its scores stay finite.
  const kept = Math.max(1e-3, 1 - (fit.rowWeights[row] as number) * squaredLength(fit, row));
  return Float32Array.from({ length: c }, (_, j) => {
    const y = j === intent ? 1 : 0;
    return y - (y - (fit.fitted[row * c + j] as number)) / kept;
  });
}

/** Solves (I − H_BB) for one row of the block: how much of each row's residual enters its honest score. */
function solveRow(lower: Float64Array, size: number, position: number): Float64Array {
  const column = new Float64Array(size);
  column[position] = 1;
  solveCholesky(lower, size, column);
  return column;
}

/**
 * [intents] scores of one stored question without a group of its intent's rows, itself among them.
 * The block formula of leave-one-intent-out, with the intent's column kept since other rows of it stay.
 */
export function leaveGroupOut(
  fit: RidgeFit,
  row: number,
  of: { readonly intent: number; readonly group: readonly number[] },
): Float32Array {
  const { intent, group } = of;
  const size = group.length;
  if (size < 2) return leaveOneOut(fit, row, intent);
  const c = fit.model.intentCount;
  const m = fit.landmarkCount;
  const weight = fit.rowWeights[row] as number;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let dot = 0;
      for (let k = 0; k < m; k += 1)
        dot += (fit.q[(group[i] as number) * m + k] as number) * (fit.q[(group[j] as number) * m + k] as number);
      matrix[i * size + j] = (i === j ? 1 : 0) - weight * dot;
      matrix[j * size + i] = matrix[i * size + j] as number;
    }
  }
  const column = solveRow(cholesky(matrix, size, 1e-6), size, group.indexOf(row));
  return Float32Array.from({ length: c }, (_, j) => {
    const y = j === intent ? 1 : 0;
    return group.reduce((score, other, b) => score - (column[b] as number) * (y - (fit.fitted[other * c + j] as number)), y);
  });
}

/** What to leave out and what is wanted of it. */
export interface LeftOut {
  /** All rows of the intent. */
  readonly block: readonly number[];
  /** Those of them whose scores are wanted. */
  readonly wanted: readonly number[];
  readonly multiply: Multiply;
}

/** Score of a wanted row, by its place in the block: [intents], the intent's own column not yet dropped. */
type ScoreWithout = (place: number) => Float32Array;

/** By the block itself, [block × block]: for intents with fewer questions than there are landmarks. */
async function withoutByBlock(fit: RidgeFit, { block, multiply }: LeftOut): Promise<ScoreWithout> {
  const size = block.length;
  const c = fit.model.intentCount;
  const weight = fit.rowWeights[block[0] as number] as number;
  const q = takeRows(fit.q, fit.landmarkCount, Int32Array.from(block));
  const gram = await multiply(q, q, { rows: size, inner: fit.landmarkCount, columns: size, transposeB: true });
  const matrix = Float64Array.from(gram, (value) => -weight * value);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = 1 + (matrix[i * size + i] as number);
  const lower = cholesky(matrix, size, 1e-6);
  return (place) => {
    const column = solveRow(lower, size, place);
    const scores = new Float32Array(c);
    block.forEach((other, b) => {
      const factor = column[b] as number;
      for (let j = 0; j < c; j += 1) scores[j] = (scores[j] as number) + factor * (fit.fitted[other * c + j] as number);
    });
    return scores;
  };
}

/**
 * The same by the landmarks, [landmarks × landmarks], for larger intents:
 * (I − w Q_B Q_Bᵀ)⁻¹ = I + w Q_B (I − w Q_Bᵀ Q_B)⁻¹ Q_Bᵀ (Woodbury 1950).
 */
async function withoutByLandmarks(fit: RidgeFit, { block, multiply }: LeftOut): Promise<ScoreWithout> {
  const m = fit.landmarkCount;
  const c = fit.model.intentCount;
  const weight = fit.rowWeights[block[0] as number] as number;
  const rows = Int32Array.from(block);
  const q = takeRows(fit.q, m, rows);
  const turned = transpose(q, block.length, m);
  const gram = await multiply(turned, turned, { rows: m, inner: block.length, columns: m, transposeB: true });
  const matrix = Float64Array.from(gram, (value) => -weight * value);
  for (let i = 0; i < m; i += 1) matrix[i * m + i] = 1 + (matrix[i * m + i] as number);
  const lower = cholesky(matrix, m, 1e-6);
  const carried = await multiply(turned, takeRows(fit.fitted, c, rows), { rows: m, inner: block.length, columns: c });
  return (place) => {
    const solved = Float64Array.from(q.subarray(place * m, (place + 1) * m));
    solveCholesky(lower, m, solved);
    const own = (block[place] as number) * c;
    return Float32Array.from({ length: c }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < m; k += 1) sum += (solved[k] as number) * (carried[k * c + j] as number);
      return (fit.fitted[own + j] as number) + weight * sum;
    });
  };
}

/** Leave-one-intent-out scores of some questions of an intent. @returns [intents] scores a wanted row, the intent's own at −Infinity. */
export async function leaveIntentOut(fit: RidgeFit, intent: number, leftOut: LeftOut): Promise<readonly Float32Array[]> {
  const { block, wanted } = leftOut;
  if (wanted.length === 0) return [];
  const scoreWithout = await (block.length > fit.landmarkCount ? withoutByLandmarks(fit, leftOut) : withoutByBlock(fit, leftOut));
  return wanted.map((row) => {
    const scores = scoreWithout(block.indexOf(row));
    scores[intent] = -Infinity;
    return scores;
  });
}
