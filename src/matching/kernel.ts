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

/** Rows less the mean, scaled to unit length; a row equal to the mean becomes zero. Same shape as `vectors`. */
export function centre(vectors: Float32Array, mean: Float32Array): Float32Array {
  const dimension = mean.length;
  const out = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += dimension) {
    let squares = 0;
    for (let i = 0; i < dimension; i += 1) {
      const value = (vectors[start + i] as number) - (mean[i] as number);
      out[start + i] = value;
      squares += value * value;
    }
    const scale = squares > 1e-12 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < dimension; i += 1) out[start + i] = (out[start + i] as number) * scale;
  }
  return out;
}

/** Cosines of one vector to every row of a [rows × dimension] matrix of unit rows. */
export function products(matrix: Float32Array, vector: Float32Array): Float32Array {
  const dimension = vector.length;
  const out = new Float32Array(matrix.length / dimension);
  const whole = dimension - (dimension % 4);
  for (let row = 0, start = 0; row < out.length; row += 1, start += dimension) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < whole; i += 4) {
      s0 += (matrix[start + i] as number) * (vector[i] as number);
      s1 += (matrix[start + i + 1] as number) * (vector[i + 1] as number);
      s2 += (matrix[start + i + 2] as number) * (vector[i + 2] as number);
      s3 += (matrix[start + i + 3] as number) * (vector[i + 3] as number);
    }
    for (let i = whole; i < dimension; i += 1) s0 += (matrix[start + i] as number) * (vector[i] as number);
    out[row] = s0 + s1 + s2 + s3;
  }
  return out;
}
