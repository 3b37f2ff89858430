import { expect, test } from 'vitest';
import {
  FEW_INTENTS_CALIBRATOR,
  LONE_INTENT_CALIBRATOR,
  ridgeConstants,
  UNIVERSAL_CALIBRATOR,
} from '../../../src/matching/universal-prior.ts';

test('a corpus has the constants of its number of intents', () => {
  expect(ridgeConstants(1)).toEqual(LONE_INTENT_CALIBRATOR);
  for (const few of [2, 3, 5]) expect(ridgeConstants(few)).toEqual(FEW_INTENTS_CALIBRATOR);
  for (const many of [20, 150, 1_000]) expect(ridgeConstants(many)).toEqual(UNIVERSAL_CALIBRATOR);
  // Twice five is half of the way to four times five.
  ridgeConstants(10).right.forEach((weight, at) => {
    expect(weight).toBeCloseTo(((FEW_INTENTS_CALIBRATOR.right[at] ?? 0) + (UNIVERSAL_CALIBRATOR.right[at] ?? 0)) / 2, 12);
  });
});

test('from few to many one more intent changes little, and always the same way', () => {
  const weights = Array.from({ length: 17 }, (_, at) => ridgeConstants(4 + at).right);
  for (const feature of [0, 1, 2, 3] as const) {
    const values = weights.map((one) => one[feature]);
    const steps = values.slice(1).map((value, at) => value - (values[at] ?? 0));
    const span = Math.abs((values.at(-1) ?? 0) - (values[0] ?? 0));
    expect(Math.max(...steps.map(Math.abs))).toBeLessThan(0.15 * span + 1e-12);
    expect(new Set(steps.filter((step) => step !== 0).map(Math.sign)).size).toBe(1);
  }
});

test('no feature speaks against an intent', () => {
  for (const intents of [1, 2, 9, 150])
    for (const [, ...weights] of [ridgeConstants(intents).right, ridgeConstants(intents).inScope])
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
});
