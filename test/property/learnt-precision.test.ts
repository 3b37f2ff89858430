/** What is learnt about precision, from whatever rows, is something that can be stored and asked for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blendPrecision, type DecisionRow, learnPrecision, precisionThreshold } from '../../src/matching/learnt-decisions.ts';

const row = fc.record({
  confidence: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  right: fc.boolean(),
  weight: fc.constantFrom(0.001, 1, 40),
  group: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
});
/** Weights of all rows sum to 1. */
const rows = fc.array(row, { maxLength: 30 }).map((some): readonly DecisionRow[] => {
  const all = some.reduce((sum, { weight }) => sum + weight, 0);
  return some.map((one) => ({ ...one, weight: one.weight / all }));
});

test('precision and coverage are shares at every confidence, and coverage falls', () => {
  fc.assert(
    fc.property(fc.option(rows, { nil: undefined }), rows, fc.double({ min: 0, max: 1, noNaN: true }), (own, labelled, wanted) => {
      const curve = blendPrecision(own === undefined ? undefined : learnPrecision(own), labelled);
      if (curve === undefined) return;
      for (const [step, precision] of curve.precision.entries()) {
        expect(precision >= 0 && precision <= 1).toBe(true);
        const coverage = curve.coverage[step] ?? -1;
        expect(coverage >= 0 && coverage <= 1 + 1e-9).toBe(true);
        expect(coverage).toBeLessThanOrEqual((curve.coverage[step - 1] ?? 2) + 1e-12);
      }
      const { confidence } = precisionThreshold(curve, wanted);
      expect(confidence === undefined || (confidence >= 0 && confidence <= 1)).toBe(true);
    }),
  );
});
