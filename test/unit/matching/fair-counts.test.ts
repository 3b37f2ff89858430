import { expect, test } from 'vitest';
import { countFairly } from '../../../src/matching/fair-counts.ts';
import type { HonestScore, SimulatedScore } from '../../../src/matching/honest-rows.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { closeAt } from '../../support/close-at.ts';

/** An utterance out of scope, the more like what is stored the higher the number, of 0 to 1. */
function alike(number: number): SimulatedScore {
  return { scores: Float32Array.of(number, 0.1 * number), closenessOf: closeAt(number), intent: undefined, source: 0 };
}

const hundred = Array.from({ length: 100 }, (_, i) => alike((i + 0.5) / 100));

function countsOf(numbers: readonly number[], simulated: readonly SimulatedScore[] = hundred): readonly number[] {
  const counterExamples: readonly HonestScore[] = numbers.map(alike);
  const task = { prior: UNIVERSAL_CALIBRATOR, baseline: 0 };
  return countFairly({ inScope: [], simulated, counterExamples }, task).counterExamples.map(({ counts = 1 }) => counts);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

test('counter-examples spread as simulated traffic is count whole, and easier ones nearly', () => {
  expect(countsOf([0, 0.24, 0.49, 0.74])).toEqual([1, 1, 1, 1]);
  expect(sum(countsOf([0.01, 0.02, 0.03, 0.04, 0.05]))).toBeGreaterThan(4.9);
  expect(countsOf([])).toEqual([]);
});

test('counter-examples that look more in scope than simulated traffic does count as few, by how much more', () => {
  const chosen = countsOf(Array.from({ length: 10 }, () => 0.995));
  expect(sum(chosen)).toBeCloseTo((10 * 2) / 101, 10);
  expect(new Set(chosen).size).toBe(1);
  expect(sum(countsOf(Array.from({ length: 10 }, () => 0.9)))).toBeCloseTo((10 * 11) / 101, 10);
});

test('one that is chosen among many that are not takes none of their weight', () => {
  const drawn = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const counts = countsOf([...drawn, 0.999]);
  expect(counts.at(-1)).toBeLessThan(0.25);
  expect(sum(counts.slice(0, -1))).toBeGreaterThan(18.5);
});

test('weighed so, no larger share of them than of simulated rows looks as much in scope as any of them', () => {
  const numbers = [0.2, 0.97, 0.6, 0.9, 0.97, 0.991, 0.99];
  const counts = countsOf(numbers);
  for (const bound of numbers) {
    const weight = sum(counts.filter((_, i) => (numbers[i] as number) >= bound));
    const simulated = (hundred.filter((_, i) => (i + 0.5) / 100 >= bound).length + 1) / 101;
    expect(weight / numbers.length).toBeLessThanOrEqual(simulated + 1e-9);
  }
});

test('where nothing can be simulated they count whole', () => {
  expect(countsOf([0.99, 0.99], [])).toEqual([1, 1]);
});
