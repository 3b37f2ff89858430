import { expect, test } from 'vitest';
import { denseProducts } from '../../../src/matching/dense-products.ts';
import { seededRandom } from '../../support/index-oracle.ts';

const random = seededRandom(11);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);

// Sides around the 16 and 4 lanes of the vector instructions, and single rows and columns.
const SHAPES = [
  { rows: 1, dimension: 1, intents: 1 },
  { rows: 2, dimension: 15, intents: 3 },
  { rows: 3, dimension: 16, intents: 4 },
  { rows: 5, dimension: 17, intents: 5 },
  { rows: 130, dimension: 384, intents: 77 },
];

test('cosines and scores are the sums of products, whatever the sides', () => {
  for (const shape of SHAPES) {
    const { rows, dimension, intents } = shape;
    const landmarks = numbers(rows * dimension);
    const weights = numbers(rows * intents);
    const base = numbers(intents);
    const dense = denseProducts(landmarks, weights, shape);
    // Twice: the second call must find nothing left of the first.
    for (const vector of [numbers(dimension), numbers(dimension)]) {
      const cosines = dense.cosines(vector);
      expect(cosines).toHaveLength(rows);
      cosines.forEach((cosine, row) => {
        const expected = vector.reduce((sum, value, i) => sum + value * (landmarks[row * dimension + i] ?? 0), 0);
        expect(cosine).toBeCloseTo(expected, 4);
      });
      const kernel = cosines.map((cosine) => cosine + 0.25);
      cosines.set(kernel);
      const scores = dense.scores(base);
      expect(scores).toHaveLength(intents);
      scores.forEach((score, intent) => {
        const expected = kernel.reduce((sum, value, row) => sum + value * (weights[row * intents + intent] ?? 0), base[intent] ?? 0);
        expect(score).toBeCloseTo(expected, 4);
      });
    }
  }
});

test('the scores of one call outlive the next one', () => {
  const dense = denseProducts(Float32Array.of(1, 0, 0, 1), Float32Array.of(1, 2, 3, 4), { rows: 2, dimension: 2, intents: 2 });
  dense.cosines(Float32Array.of(1, 0));
  const first = dense.scores(Float32Array.of(0, 0));
  dense.cosines(Float32Array.of(0, 1));
  dense.scores(Float32Array.of(9, 9));
  expect([...first]).toEqual([1, 2]);
});

test('two scorers side by side keep their own numbers', () => {
  const shape = { rows: 1, dimension: 1, intents: 1 };
  const one = denseProducts(Float32Array.of(1), Float32Array.of(10), shape);
  const two = denseProducts(Float32Array.of(2), Float32Array.of(20), shape);
  one.cosines(Float32Array.of(1));
  two.cosines(Float32Array.of(1));
  expect(one.scores(Float32Array.of(0))[0]).toBe(10);
  expect(two.scores(Float32Array.of(0))[0]).toBe(40);
});

test('matrices beyond one WebAssembly memory are refused in words', () => {
  const shape = { rows: 3_000_000, dimension: 384, intents: 1 };
  expect(() => denseProducts(new Float32Array(0), new Float32Array(0), shape)).toThrow(/lower landmarks/u);
});
