/**
 * Weighted kernel ridge regression in its dual form, solved anew for every question asked of it: no factor, basis or leave-one-out formula is
 * shared with the real one. With Nyström landmarks the kernel is K̃ = K_nm (K_mm + 1e-5 I)⁻¹ K_mn, and training on rows t gives
 * F(x) = k̃(x, t) (K̃_tt + λ D_t⁻¹)⁻¹ (Y_t − ȳ) + ȳ. Where landmarks are only some of the rows, K̃ has 4 (1 − m / n)² z zᵀ of the centred
 * vectors added.
 */
import { characterSimilarity, fitCharacterKernel } from '../../src/matching/character-kernel.ts';
import { type FitInput, NO_INTENT } from '../../src/matching/contract.ts';
import { naiveSolve } from './matching-corpora.ts';

const RIDGE = 0.2;
const JITTER = 1e-5;
const COUNTER_WEIGHT = 2;

function centred(vectors: Float32Array, dimension: number): readonly (readonly number[])[] {
  const rows = Array.from({ length: vectors.length / dimension }, (_, i) =>
    Array.from(vectors.subarray(i * dimension, (i + 1) * dimension)),
  );
  const mean = Array.from({ length: dimension }, (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length);
  return rows.map((row) => {
    const moved = row.map((value, j) => value - (mean[j] ?? 0));
    const length = Math.hypot(...moved);
    return moved.map((value) => value / length);
  });
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Row weights and base as the real fit defines them: they stay what they are when rows are left out. */
function shape(input: FitInput) {
  const counts = Array.from({ length: input.intentCount }, (_, intent) => input.intents.filter((own) => own === intent).length);
  const meant = counts.reduce((sum, count) => sum + count, 0);
  const raw = counts.map((count) => Math.sqrt(meant / (input.intentCount * count)));
  const mean = counts.reduce((sum, count, intent) => sum + count * (raw[intent] ?? 0), 0) / meant;
  const weights = Array.from(input.intents, (intent) => (intent === NO_INTENT ? COUNTER_WEIGHT : (raw[intent] ?? 0) / mean));
  const total = weights.reduce((sum, value, i) => sum + (input.intents[i] === NO_INTENT ? 0 : value), 0);
  const base = counts.map((_, intent) => weights.reduce((sum, value, i) => sum + (input.intents[i] === intent ? value : 0), 0) / total);
  return { weights, base: input.intentCount === 1 ? [0] : base };
}

/**
 * @param landmarks rows that are landmarks.
 * @returns scores of one stored question by a fit on all rows but those left out.
 */
export function naiveRidge(input: FitInput, landmarks: readonly number[]): (row: number, leftOut: readonly number[]) => readonly number[] {
  const vectors = centred(input.vectors, input.dimension);
  const characters = characterSimilarity(fitCharacterKernel(input.texts, Int32Array.from(input.texts.keys())));
  const kernel = input.texts.map((text, i) => {
    const lexical = characters(text);
    return vectors.map((other, j) => Math.exp(2 * (dot(vectors[i] ?? [], other) - 1)) + 0.1 * (lexical[j] ?? 0));
  });
  const at = (i: number, j: number) => kernel[i]?.[j] ?? Number.NaN;
  const middle = landmarks.map((i) => landmarks.map((j) => at(i, j) + (i === j ? JITTER : 0)));
  const smooth = input.texts.map((_, i) => {
    const solved = naiveSolve(
      middle,
      landmarks.map((j) => at(i, j)),
    );
    const coordinates = (2 * (1 - landmarks.length / input.texts.length)) ** 2;
    return input.texts.map((__, k) =>
      landmarks.reduce(
        (sum, j, position) => sum + (solved[position] ?? 0) * at(k, j),
        coordinates * dot(vectors[i] ?? [], vectors[k] ?? []),
      ),
    );
  });
  const { weights, base } = shape(input);
  return (row, leftOut) => {
    const kept = input.texts.map((_, i) => i).filter((i) => !leftOut.includes(i));
    const gram = kept.map((i) => kept.map((j) => (smooth[i]?.[j] ?? 0) + (i === j ? RIDGE / (weights[i] ?? 1) : 0)));
    return base.map((share, intent) => {
      const targets = kept.map((i) => (input.intents[i] === intent ? 1 : 0) - share);
      const dual = naiveSolve(gram, targets);
      return share + kept.reduce((sum, i, position) => sum + (dual[position] ?? 0) * (smooth[row]?.[i] ?? 0), 0);
    });
  };
}
