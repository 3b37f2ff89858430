/**
 * What approximate search is measured with: stored questions' vectors, moved as far as a paraphrase lies from its question.
 * Seeded, so that the same version gives the same measure.
 */
import { seededRandom } from './seeded-random.ts';

/** Length of the noise against the unit vector: cosine to the original about .9, where users' wordings of a stored question lie. */
const NOISE = 0.48;

/** A normal deviate by the polar form of Box and Muller's method. */
function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** @param vectors [rows × dimension], unit rows. @returns unit vectors near as many evenly drawn rows; all rows where there are fewer. */
export function paraphraseVectors(vectors: Float32Array, dimension: number, count: number): readonly Float32Array[] {
  const rows = vectors.length / dimension;
  const random = seededRandom(0x5eed);
  return Array.from({ length: Math.min(count, rows) }, (_, place) => {
    const row = Math.floor((place * rows) / Math.min(count, rows));
    const noised = vectors
      .slice(row * dimension, (row + 1) * dimension)
      .map((value) => value + (NOISE * normal(random)) / Math.sqrt(dimension));
    const length = Math.hypot(...noised);
    return noised.map((value) => value / length);
  });
}
