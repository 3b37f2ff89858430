/**
 * The vector half of the kernel: centred, renormalised embeddings and exp(2 (cosine − 1)) between them.
 * Centring removes the direction that all questions of a corpus share, which spreads their cosines out.
 */

/** Weight of the character kernel beside the vector kernel; measured (docs/decisions/0002-scorer.md). */
export const CHARACTER_WEIGHT = 0.1;

/** exp(γ (cosine − 1)) with γ = 2; in (0, 1]. */
export function vectorKernel(cosine: number): number {
  return Math.exp(2 * (cosine - 1));
}

/** Mean of the rows of a [rows × dimension] matrix. */
export function meanVector(vectors: Float32Array, dimension: number): Float32Array {
  const sums = new Float64Array(dimension);
  for (let i = 0; i < vectors.length; i += 1) sums[i % dimension] = (sums[i % dimension] as number) + (vectors[i] as number);
  const rows = Math.max(1, vectors.length / dimension);
  return Float32Array.from(sums, (sum) => sum / rows);
}

/** Numbers nearer to zero are taken as zero: an encoder's idle coordinate can hold subnormal ones, which halve the speed of every product. */
const TINY = 1e-30;

/** Rows less the mean, scaled to unit length; a row equal to the mean becomes zero. Same shape as `vectors`. */
export function centre(vectors: Float32Array, mean: Float32Array): Float32Array {
  const dimension = mean.length;
  const out = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += dimension) {
    let squares = 0;
    for (let i = 0; i < dimension; i += 1) {
      const value = (vectors[start + i] as number) - (mean[i] as number);
      out[start + i] = Math.abs(value) < TINY ? 0 : value;
      squares += value * value;
    }
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < dimension; i += 1) out[start + i] = (out[start + i] as number) * scale;
  }
  return out;
}
