import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedPrecision, calibrationError, weighed, weighedAuroc } from '../../../../bench/evaluation/weighed-measures.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../../../src/matching/contract.ts';
import { decide } from '../../../../src/matching/decide.ts';
import { chanceCalibration } from '../../../../src/quality/measures/chance-calibration.ts';
import { coverageAt, coverageCurve, type ScopedRow } from '../../../../src/quality/measures/coverage.ts';
import { areaUnderRoc } from '../../../../src/quality/measures/ranking-quality.ts';
import { expectedCalibrationError } from '../../../../src/quality/measures/reliability.ts';

const scopedRow = fc
  .record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), inScope: fc.boolean(), right: fc.boolean() })
  .map(({ right, ...row }): ScopedRow => ({ ...row, right: right && row.inScope }));
const someRows = fc.array(scopedRow, { minLength: 5, maxLength: 60 });

const chanceMean = (rows: Parameters<typeof chanceCalibration>[0]) => chanceCalibration(rows).mean;
const row = (confidence: number, right: boolean, inScope = true): ScopedRow => ({ confidence, right, inScope });

describe('rows that weigh alike', () => {
  test('have the calibration error and AUROC of the product’s own measures', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const alike = weighed(rows, undefined);
        expect(calibrationError(alike)).toBeCloseTo(expectedCalibrationError(rows), 9);
        const auroc = areaUnderRoc(rows);
        if (Number.isFinite(auroc)) expect(weighedAuroc(alike)).toBeCloseTo(auroc, 9);
      }),
    );
  });

  test('have the oracle of the product’s own coverage curve', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { oracle } = askedPrecision(
          weighed(rows, undefined).map((one) => ({ ...one, answerable: true })),
          { asked: 0.9, threshold: 0.5, expected: 0 },
        );
        const best = coverageAt(0.9, coverageCurve(rows));
        expect(oracle).toBeCloseTo((best?.answered ?? 0) / rows.length, 9);
      }),
    );
  });
});

test('out-of-scope rows count as the expected share together', () => {
  const rows = weighed([row(0.9, true), row(0.8, true), row(0.7, true), row(0.6, false, false)], 0.5);
  expect(rows.map(({ weight }) => weight)).toEqual([0.5 / 3, 0.5 / 3, 0.5 / 3, 0.5]);
  const { reached } = askedPrecision(
    rows.map((one) => ({ ...one, answerable: true })),
    { asked: 0.9, threshold: 0.6, expected: 0 },
  );
  expect(reached).toBeCloseTo(0.5, 12);
});

test('rows count alike where none is out of scope', () => {
  expect(weighed([row(0.9, true), row(0.8, false)], 0.25).map(({ weight }) => weight)).toEqual([0.5, 0.5]);
});

test('confidences that mean what they say have the calibration error of chance, which more rows make small', () => {
  const uniform = (count: number) =>
    weighed(
      Array.from({ length: count }, (_, i) => row((i + 0.5) / count, false)),
      undefined,
    );
  expect(chanceMean(uniform(100))).toBeGreaterThan(0.05);
  expect(chanceMean(uniform(10_000))).toBeLessThan(0.02);
  expect(chanceMean(weighed([row(1, true), row(0, false)], undefined))).toBe(0);
});

test('a precision is answered from its threshold on just as deciding does: what is close at a confidence of 0 is close at any', () => {
  const inputs = fc.record({
    parts: fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 }),
    threshold: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  });
  fc.assert(
    fc.property(inputs, ({ parts, threshold }) => {
      const sum = parts.reduce((total, part) => total + part, 0);
      const [none = 0, ...confidences] = parts.map((part) => part / sum);
      confidences.sort((a, b) => b - a);
      const base = { confidences, noneConfidence: none, settings: DEFAULT_MATCH_SETTINGS };
      const answerable = decide({ ...base, minConfidence: 0 }).decision === 'answer';
      const { decision } = decide({ ...base, minConfidence: undefined, precision: { confidence: threshold, coverage: 0.5 } });
      const [best = 0] = confidences;
      const { answered } = askedPrecision([{ ...row(best, true), weight: 1, answerable }], {
        asked: 0.9,
        threshold: threshold ?? null,
        expected: 0.5,
      });
      expect(answered === 1).toBe(decision === 'answer');
    }),
  );
});
