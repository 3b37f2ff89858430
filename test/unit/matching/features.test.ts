import { expect, test } from 'vitest';
import { bestTwo, features } from '../../../src/matching/features.ts';
import { closeAt } from '../../support/close-at.ts';

const TWO: readonly {
  readonly scores: readonly number[];
  readonly best: number;
  readonly second: number;
  readonly allowed?: readonly number[];
}[] = [
  { scores: [], best: -1, second: -1 },
  { scores: [0.3], best: 0, second: -1 },
  { scores: [0.1, 0.9, 0.5], best: 1, second: 2 },
  { scores: [0.9, 0.5, 0.1], best: 0, second: 1 },
  { scores: [0.5, 0.5, 0.5], best: 0, second: 1 },
  { scores: [0.1, 0.5, 0.5], best: 1, second: 2 },
  { scores: [0.5, 0.9, 0.5], best: 1, second: 0 },
  { scores: [-2, -1, -3], best: 1, second: 0 },
  { scores: [-Infinity, 0.1, -Infinity], best: 1, second: -1 },
  { scores: [-Infinity, -Infinity], best: -1, second: -1 },
  { scores: [0.9, 0.8, 0.7], best: 1, second: 2, allowed: [1, 2] },
  { scores: [0.9, 0.8, 0.7], best: 2, second: -1, allowed: [2] },
  { scores: [0.9, 0.8], best: -1, second: -1, allowed: [] },
];

test.each(TWO)('of $scores, allowed $allowed, $best is best and $second second', ({ scores, best, second, allowed }) => {
  const lets = allowed === undefined ? undefined : (intent: number) => allowed.includes(intent);
  expect(bestTwo(Float32Array.from(scores), lets)).toEqual({ best, second });
});

test('features are the best score, its lead over the second and the cosine asked for the best intent alone', () => {
  const asked: number[] = [];
  const found = features(Float32Array.of(0.25, 0.75, 0.5), (intent) => {
    asked.push(intent);
    return { nearest: 0.875, refused: 0 };
  });
  expect(found).toEqual({ best: 1, second: 2, score: 0.75, lead: 0.25, nearest: 0.875, refused: 0 });
  expect(asked).toEqual([1]);
});

test('without a second intent the lead is the score, but never below 0', () => {
  expect(features(Float32Array.of(0.5), closeAt(1)).lead).toBe(0.5);
  expect(features(Float32Array.of(-0.5), closeAt(1))).toMatchObject({ score: -0.5, lead: 0 });
});

test('no intent gives zeros and asks for no cosine', () => {
  const found = features(new Float32Array(0), () => {
    throw new Error('there is no intent to ask for');
  });
  expect(found).toEqual({ best: -1, second: -1, score: 0, lead: 0, nearest: 0, refused: 0 });
});
