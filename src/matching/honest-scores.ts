/**
 * Scores of stored questions as if the scorer had not seen them, without refitting: leave-one-out, and leave-one-intent-out,
 * which turns the corpus's own questions into simulated out-of-scope utterances.
 *
 *   leave-one-out         F₋ᵢ = Yᵢ − (Yᵢ − Fᵢ) / (1 − hᵢ)          hᵢ = wᵢ ‖Qᵢ‖²
 *   leave-one-intent-out  F₋B = Y_B − (I − H_BB)⁻¹ (Y_B − F_B)     H_BB = w_c Q_B Q_Bᵀ, that intent's column dropped
 *
 * Both are exact for ridge regression with a fixed basis (Allen 1974; Cawley & Talbot 2003).
 */
import type { RidgeFit } from './kernel-ridge.ts';
import { cholesky, solveCholesky } from './linear-algebra.ts';

/** An intent with more questions than this is not left out whole: its block would take seconds to factor. The others stand for it. */
const LARGEST_BLOCK = 1000;

function dotQ(fit: RidgeFit, a: number, b: number): number {
  const m = fit.landmarkCount;
  let sum = 0;
  for (let j = 0; j < m; j += 1) sum += (fit.q[a * m + j] as number) * (fit.q[b * m + j] as number);
  return sum;
}

/** [intents] leave-one-out scores of one stored question. */
export function leaveOneOut(fit: RidgeFit, row: number, intent: number): Float32Array {
  const c = fit.model.intentCount;
  // A question that nothing else supports has leverage near 1: what is left is kept away from 0 so that its scores stay finite.
  const kept = Math.max(1e-3, 1 - (fit.rowWeights[row] as number) * dotQ(fit, row, row));
  return Float32Array.from({ length: c }, (_, j) => {
    const y = j === intent ? 1 : 0;
    return y - (y - (fit.fitted[row * c + j] as number)) / kept;
  });
}

/**
 * Leave-one-intent-out scores of some questions of an intent.
 * @param block all rows of the intent. @param wanted those of them whose scores are wanted.
 * @returns [intents] scores a wanted row, the intent's own at −Infinity; empty where the block is too large.
 */
export function leaveIntentOut(fit: RidgeFit, intent: number, rows: { block: readonly number[]; wanted: readonly number[] }): readonly Float32Array[] {
  const { block, wanted } = rows;
  const size = block.length;
  if (size > LARGEST_BLOCK || wanted.length === 0) return [];
  const weight = fit.rowWeights[block[0] as number] as number;
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      const value = (a === b ? 1 : 0) - weight * dotQ(fit, block[a] as number, block[b] as number);
      matrix[a * size + b] = value;
      matrix[b * size + a] = value;
    }
  }
  const lower = cholesky(matrix, size, 1e-6);
  const c = fit.model.intentCount;
  return wanted.map((row) => {
    const column = new Float64Array(size);
    column[block.indexOf(row)] = 1;
    solveCholesky(lower, size, column);
    const scores = new Float32Array(c);
    block.forEach((other, b) => {
      const factor = column[b] as number;
      for (let j = 0; j < c; j += 1) scores[j] = (scores[j] as number) + factor * (fit.fitted[other * c + j] as number);
    });
    scores[intent] = -Infinity;
    return scores;
  });
}
