import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withContext } from '../../../src/matching/context-prior.ts';

test('doubles the odds of the intent before and leaves all others in proportion', () => {
  const { intents, none } = withContext({ intents: Float64Array.of(0.4, 0.3, 0.1), none: 0.2 }, 1);
  expect((intents[1] ?? 0) / (1 - (intents[1] ?? 0))).toBeCloseTo(2 * (0.3 / 0.7), 12);
  expect((intents[0] ?? 0) / none).toBeCloseTo(2, 12);
  expect((intents[2] ?? 0) / none).toBeCloseTo(0.5, 12);
});

test('changes nothing without an intent before, or where it may not be meant', () => {
  const alone = { intents: Float64Array.of(0.7, 0), none: 0.3 };
  expect(withContext(alone, undefined)).toEqual(alone);
  expect(withContext(alone, 1)).toEqual(alone);
  expect(withContext(alone, 9)).toEqual(alone);
});

test('keeps probabilities: in [0, 1], 1 together', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }), fc.nat(7), (raw, previous) => {
      const sum = raw.reduce((total, value) => total + value, 0);
      const [none = 0, ...rest] = raw.map((value) => value / sum);
      const moved = withContext({ intents: Float64Array.from(rest), none }, previous);
      expect(moved.intents.reduce((total, value) => total + value, moved.none)).toBeCloseTo(1, 9);
      expect(moved.intents.every((value) => value >= 0 && value <= 1)).toBe(true);
    }),
  );
});
