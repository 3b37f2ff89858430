import { expect, test } from 'vitest';
import { drawRows, rowWeights } from '../../../src/matching/landmarks.ts';

/** Rows of intents one after the other. */
const ofSizes = (...sizes: readonly number[]) => Int32Array.from(sizes.flatMap((size, intent) => new Array<number>(size).fill(intent)));

test('all rows are landmarks where there are no more than the limit', () => {
  expect([...drawRows(ofSizes(2, 1), 2, 3)]).toEqual([0, 1, 2]);
  expect([...drawRows(ofSizes(2, 1), 2, 1500)]).toEqual([0, 1, 2]);
});

test('a small intent keeps all of its questions beside a large one', () => {
  const drawn = drawRows(ofSizes(300, 1, 3), 3, 20);
  expect(drawn).toHaveLength(20);
  expect(new Set(drawn).size).toBe(20);
  expect([...drawn].filter((row) => row >= 300)).toEqual([300, 301, 302, 303]);
});

test('rows of a large intent are drawn evenly, not from its beginning alone', () => {
  const drawn = [...drawRows(ofSizes(100), 1, 10)];
  expect(drawn).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
});

test('with more intents than landmarks the first intents give one each', () => {
  expect([...drawRows(ofSizes(2, 2, 2, 2), 4, 3)]).toEqual([0, 2, 4]);
});

test('rows come ascending by number, also past ten, and the same every time', () => {
  const intents = Int32Array.from({ length: 200 }, (_, row) => row % 7);
  const drawn = drawRows(intents, 7, 50);
  expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b));
  expect(drawRows(intents, 7, 50)).toEqual(drawn);
});

test('an intent without a row moves no weight', () => {
  expect([...rowWeights(ofSizes(2, 2), 3)]).toEqual([1, 1, 1, 1]);
});

test('row weights have mean 1 and stand to one another as the root of the intents sizes', () => {
  const weights = rowWeights(ofSizes(16, 4, 1), 3);
  expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeCloseTo(1, 12);
  expect((weights[16] ?? 0) / (weights[0] ?? 1)).toBeCloseTo(2, 12);
  expect((weights[20] ?? 0) / (weights[0] ?? 1)).toBeCloseTo(4, 12);
});
