import { describe, expect, test } from 'vitest';
import { paraphraseVectors } from '../../../src/index/recall.ts';
import { seededRandom, unitVectors } from '../../support/index-oracle.ts';

const DIMENSION = 64;
const vectors = unitVectors({ rows: 50, dimension: DIMENSION }, seededRandom(3));
const cosine = (probe: Float32Array, row: number) =>
  probe.reduce((sum, value, place) => sum + value * (vectors[row * DIMENSION + place] ?? 0), 0);

describe('probes for recall', () => {
  test('have unit length and lie about as near a stored question as a paraphrase does', () => {
    const probes = paraphraseVectors(vectors, DIMENSION, 50);
    const cosines = probes.map(cosine);
    for (const probe of probes) expect(Math.hypot(...probe)).toBeCloseTo(1, 5);
    expect(cosines.reduce((sum, value) => sum + value, 0) / cosines.length).toBeCloseTo(0.9, 1);
  });

  test('are spread over all rows, and are all rows where fewer are stored', () => {
    const nearest = (probe: Float32Array) =>
      Array.from({ length: 50 }, (_, row) => row).sort((a, b) => cosine(probe, b) - cosine(probe, a))[0];
    expect(paraphraseVectors(vectors, DIMENSION, 5).map(nearest)).toEqual([0, 10, 20, 30, 40]);
    expect(paraphraseVectors(vectors, DIMENSION, 500)).toHaveLength(50);
    expect(paraphraseVectors(new Float32Array(), DIMENSION, 10)).toEqual([]);
  });

  test('are the same for the same vectors, which they leave as they are', () => {
    const before = vectors.slice();
    expect(paraphraseVectors(vectors, DIMENSION, 5)).toEqual(paraphraseVectors(vectors, DIMENSION, 5));
    expect(vectors).toEqual(before);
  });
});
