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
import type { RidgeFit } from './kernel-ridge.ts';
import { cholesky, inverseCholesky, rowSquared, solveCholesky, takeRows, transpose } from './linear-algebra.ts';

/** What a row is fitted to for an intent: a counter-example to 0 for all. */
function target({ intents }: RidgeFit, row: number, intent: number): number {
  return intents[row] === intent ? 1 : 0;
}

/** [intents] leave-one-out scores of one row. */
export function leaveOneOut(fit: RidgeFit, row: number): Float32Array {
  const c = fit.model.intentCount;
  // A question that nothing else supports has leverage near 1: what is left is kept away from 0 so that its scores stay finite.
  const kept = Math.max(1e-3, 1 - (fit.rowWeights[row] as number) * rowSquared(fit.q, fit.columns, row));
  return Float32Array.from({ length: c }, (_, j) => {
    const y = target(fit, row, j);
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
 * [intents] scores of one row without a group of its intent's rows, or of counter-examples, itself among them: rows that weigh alike.
 * The block formula of leave-one-intent-out, with the intent's column kept since other rows of it stay.
 */
export function leaveGroupOut(fit: RidgeFit, row: number, group: readonly number[]): Float32Array {
  const size = group.length;
  if (size < 2) return leaveOneOut(fit, row);
  const c = fit.model.intentCount;
  const m = fit.columns;
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
    const residual = (other: number) => target(fit, other, j) - (fit.fitted[other * c + j] as number);
    return group.reduce((score, other, b) => score - (column[b] as number) * residual(other), target(fit, row, j));
  });
}

/** M⁻¹ b for a symmetric positive definite M [size × size] and b [size × columns]. */
async function solve(
  matrix: Float64Array,
  b: Float64Array,
  { size, multiply }: { readonly size: number; readonly multiply: Multiply },
): Promise<Float64Array> {
  const inverse = await inverseCholesky(matrix, size, { ridge: 1e-6, multiply });
  const shape = { rows: size, inner: size, columns: b.length / size };
  return multiply(transpose(inverse, size, size), await multiply(inverse, b, shape), shape);
}

/** I − w gram. */
function residualMatrix(gram: Float32Array, size: number, weight: number): Float64Array {
  const matrix = Float64Array.from(gram, (value) => -weight * value);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = 1 + (matrix[i * size + i] as number);
  return matrix;
}

/** [block × intents] (I − w Q_B Q_Bᵀ)⁻¹ F_B by the block itself: for intents with fewer questions than Q has columns. */
async function withoutByBlock(fit: RidgeFit, block: Int32Array, multiply: Multiply): Promise<Float64Array> {
  const size = block.length;
  const q = takeRows(fit.q, fit.columns, block);
  const gram = await multiply(q, q, { rows: size, inner: fit.columns, columns: size, transposeB: true });
  const matrix = residualMatrix(gram, size, fit.rowWeights[block[0] as number] as number);
  return solve(matrix, Float64Array.from(takeRows(fit.fitted, fit.model.intentCount, block)), { size, multiply });
}

/**
 * The same by the columns of Q, for larger intents:
 * (I − w Q_B Q_Bᵀ)⁻¹ = I + w Q_B (I − w Q_Bᵀ Q_B)⁻¹ Q_Bᵀ (Woodbury 1950).
 */
async function withoutByColumns(fit: RidgeFit, block: Int32Array, multiply: Multiply): Promise<Float64Array> {
  const m = fit.columns;
  const c = fit.model.intentCount;
  const rows = block.length;
  const weight = fit.rowWeights[block[0] as number] as number;
  const q = takeRows(fit.q, m, block);
  const own = takeRows(fit.fitted, c, block);
  const turned = transpose(q, rows, m);
  const gram = await multiply(turned, turned, { rows: m, inner: rows, columns: m, transposeB: true });
  const carried = await multiply(turned, own, { rows: m, inner: rows, columns: c });
  const solved = await solve(residualMatrix(gram, m, weight), Float64Array.from(carried), { size: m, multiply });
  const added = await multiply(Float64Array.from(q), solved, { rows, inner: m, columns: c });
  return added.map((value, i) => (own[i] as number) + weight * value);
}

/**
 * Leave-one-intent-out scores of some questions of an intent.
 * @param leftOut.block all rows of the intent. @param leftOut.wanted those of them whose scores are wanted.
 * @returns [intents] scores a wanted row, the intent's own at −Infinity.
 */
export async function leaveIntentOut(
  fit: RidgeFit,
  intent: number,
  { block, wanted, multiply }: { readonly block: readonly number[]; readonly wanted: readonly number[]; readonly multiply: Multiply },
): Promise<readonly Float32Array[]> {
  if (wanted.length === 0) return [];
  const c = fit.model.intentCount;
  const without = await (block.length > fit.columns ? withoutByColumns : withoutByBlock)(fit, Int32Array.from(block), multiply);
  return wanted.map((row) => {
    const start = block.indexOf(row) * c;
    const scores = Float32Array.from(without.subarray(start, start + c));
    scores[intent] = -Infinity;
    return scores;
  });
}
