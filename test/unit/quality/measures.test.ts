import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { figureStatistics } from '../../../src/quality/figures.ts';
import { wilson } from '../../../src/quality/measures/binomial.ts';
import { bootstrap, seededNumbers } from '../../../src/quality/measures/bootstrap.ts';
import { weighedCalibrationError } from '../../../src/quality/measures/chance-calibration.ts';
import { confusions, labelFigures, macroF1, matthewsCorrelation } from '../../../src/quality/measures/confusion.ts';
import { coverageAt, coverageCurve, thinned } from '../../../src/quality/measures/coverage.ts';
import { areaUnderRoc, ndcgOf } from '../../../src/quality/measures/ranking-quality.ts';
import { brierScore, expectedCalibrationError, reliabilityBins } from '../../../src/quality/measures/reliability.ts';

interface Reference {
  readonly none: string;
  readonly bins: number;
  readonly rows: readonly {
    readonly meant: string;
    readonly best: string;
    readonly said: string;
    readonly confidence: number;
    readonly ranking: readonly string[];
  }[];
  readonly figures: {
    readonly calibrationError: number;
    readonly brier: number;
    readonly auroc: number;
    readonly mcc: number;
    readonly macroF1: number;
    readonly ndcgAt10: number;
    readonly precisionAt1: number;
    readonly coverageAt: Readonly<Record<string, number>>;
    readonly labels: readonly {
      readonly label: string;
      readonly precision: number;
      readonly recall: number;
      readonly f1: number;
      readonly meant: number;
    }[];
  };
}

const reference: Reference = JSON.parse(readFileSync(new URL('../../fixtures/metrics/scikit-learn.json', import.meta.url), 'utf8'));
const { rows, figures, none } = reference;
const scoped = rows.map(({ meant, best, confidence }) => ({ confidence, right: meant === best, inScope: meant !== none }));
const inScope = rows.filter(({ meant }) => meant !== none);

describe('figures of the same predictions are those of scikit-learn', () => {
  test('calibration error over 15 equal bins and Brier score', () => {
    expect(expectedCalibrationError(scoped, reference.bins)).toBeCloseTo(figures.calibrationError, 12);
    expect(brierScore(scoped)).toBeCloseTo(figures.brier, 12);
    // Fifteen unless told otherwise; and rows that weigh alike are rows.
    expect(reference.bins).toBe(15);
    expect(expectedCalibrationError(scoped)).toBeCloseTo(figures.calibrationError, 12);
    const weighed = scoped.map(({ confidence, right }) => ({ confidence, right, weight: 1 / scoped.length }));
    expect(weighedCalibrationError(weighed, ({ right }) => right)).toBeCloseTo(figures.calibrationError, 12);
  });

  test('area under the ROC curve, with ties', () => {
    expect(areaUnderRoc(scoped)).toBeCloseTo(figures.auroc, 12);
  });

  test('precision, recall and F1 of each label, their macro mean and Matthews correlation', () => {
    const labels = labelFigures(rows);
    expect(labels.map(({ label, meant }) => [label, meant])).toEqual(figures.labels.map(({ label, meant }) => [label, meant]));
    for (const [i, wanted] of figures.labels.entries()) {
      expect(labels[i]?.precision).toBeCloseTo(wanted.precision, 12);
      expect(labels[i]?.recall).toBeCloseTo(wanted.recall, 12);
      expect(labels[i]?.f1).toBeCloseTo(wanted.f1, 12);
    }
    expect(matthewsCorrelation(labels)).toBeCloseTo(figures.mcc, 12);
    expect(macroF1(labelFigures(inScope.map(({ meant, best }) => ({ meant, said: best }))))).toBeCloseTo(figures.macroF1, 12);
  });

  test.each(Object.entries(figures.coverageAt))('coverage at precision %s', (precision, wanted) => {
    expect(coverageAt(Number(precision), coverageCurve(scoped))?.coverage ?? 0).toBeCloseTo(wanted, 12);
  });

  test('nDCG@10 and precision at 1', () => {
    const all = Int32Array.from(inScope.keys());
    const statistics = figureStatistics(
      inScope.map(({ meant, ranking, confidence }) => ({
        utterance: '',
        intent: meant,
        decision: 'answer',
        best: ranking[0],
        confidence,
        clarifyIntents: [],
        relevant: [meant],
        ranking,
        second: 0,
        nearest: undefined,
        meant: undefined,
      })),
    );
    expect(statistics.ndcgAt10(all)).toBeCloseTo(figures.ndcgAt10, 12);
    expect(statistics.intentAccuracy(all)).toBeCloseTo(figures.precisionAt1, 12);
  });
});

describe('Matthews correlation where it is 0 / 0', () => {
  const correlation = (...pairs: readonly (readonly [string, string])[]) =>
    matthewsCorrelation(labelFigures(pairs.map(([meant, said]) => ({ meant, said }))));

  // scikit-learn gives 0 for both, which is said of a service that is never wrong, too.
  test('is no number where all rows mean the same, right or not', () => {
    expect(correlation(['a', 'a'], ['a', 'a'])).toBeNaN();
    expect(correlation(['a', 'a'], ['a', 'b'])).toBeNaN();
    expect(correlation()).toBeNaN();
  });

  test('is 0 where different rows are told the same: refusing everything knows nothing', () => {
    expect(correlation(['a', 'c'], ['b', 'c'])).toBe(0);
  });
});

describe('reliability', () => {
  test('a confidence on an edge belongs to the bin below it, and 0 to the first', () => {
    const bins = reliabilityBins(
      [0, 0.5, 0.50001, 1].map((confidence) => ({ confidence, right: true })),
      2,
    );
    expect(bins.map((bin) => bin.rows)).toEqual([2, 2]);
    const weighed = (confidence: number) => weighedCalibrationError([{ confidence, weight: 1 }], () => false);
    expect([0, 1 / 3, 1].map(weighed)).toEqual([0, 1 / 3, 1]);
    // Together in the bin from 0 to 1/15, where their errors cancel; the second is in the next one.
    const pair = (confidence: number) =>
      weighedCalibrationError(
        [0, confidence].map((each) => ({ confidence: each, weight: 0.5 })),
        (row) => row.confidence === 0,
      );
    expect(pair(1 / 15)).toBeCloseTo(0.5 - 1 / 30, 12);
    expect(pair(1 / 15 + 1e-9)).toBeCloseTo(0.5 + 1 / 30, 8);
  });

  test('a confidence of 1 belongs to the last bin, whatever their number', () => {
    for (const bins of [15, 49, 98]) {
      const last = reliabilityBins([{ confidence: 1, right: true }], bins).at(-1);
      expect(last).toMatchObject({ to: 1, rows: 1 });
    }
  });

  test('no rows give no number', () => {
    expect(expectedCalibrationError([])).toBeNaN();
    expect(brierScore([])).toBeNaN();
    expect(areaUnderRoc([])).toBeNaN();
  });
});

describe('coverage', () => {
  const row = (confidence: number, right: boolean, inScopeRow = true) => ({ confidence, right, inScope: inScopeRow });

  test('rows of one confidence are answered together or not at all', () => {
    const curve = coverageCurve([row(0.9, true), row(0.5, true), row(0.5, false), row(0.5, false, false)]);
    expect(curve).toEqual([
      { threshold: 0.9, precision: 1, coverage: 1 / 3, answered: 1 },
      { threshold: 0.5, precision: 0.5, coverage: 2 / 3, answered: 4 },
    ]);
    expect(coverageAt(0.9, curve)?.threshold).toBe(0.9);
    expect(coverageAt(0.4, curve)?.threshold).toBe(0.5);
  });

  test('a precision is reached where it is just that, by the strictest of the thresholds that cover as much', () => {
    const curve = coverageCurve([row(0.9, true), row(0.8, true), row(0.7, false), row(0.6, false)]);
    expect(coverageAt(0.5, curve)).toMatchObject({ threshold: 0.8, precision: 1 });
    expect(coverageAt(0.5, coverageCurve([row(0.9, true), row(0.8, false), row(0.8, true), row(0.7, false)]))?.threshold).toBe(0.8);
  });

  test('a threshold that just reaches a precision reaches it', () => {
    expect(coverageAt(0.5, coverageCurve([row(0.9, false), row(0.8, true), row(0.7, false)]))?.threshold).toBe(0.8);
  });

  test('rows without a candidate are never answered', () => {
    expect(coverageCurve([row(0.9, true), row(0, false)])).toHaveLength(1);
  });

  test('a precision that no threshold reaches is undefined', () => {
    expect(coverageAt(0.9, coverageCurve([row(0.9, false), row(0.5, true)]))).toBeUndefined();
  });

  test('a thinned curve keeps its ends', () => {
    expect(thinned([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});

test('several relevant items share the ideal gain', () => {
  expect(ndcgOf({ ranking: ['a', 'b', 'c'], relevant: ['a', 'b'] }, 10)).toBe(1);
  expect(ndcgOf({ ranking: ['c', 'a', 'b'], relevant: ['a', 'b'] }, 10)).toBeLessThan(0.8);
  expect(ndcgOf({ ranking: [], relevant: ['a'] }, 10)).toBe(0);
  // Past the k-th place nothing counts, neither found nor missing.
  expect(ndcgOf({ ranking: ['b', 'c', 'a'], relevant: ['a'] }, 2)).toBe(0);
  expect(ndcgOf({ ranking: ['a', 'b'], relevant: ['a', 'b', 'c'] }, 2)).toBe(1);
});

test('a label that nothing was told, and one that nothing meant, have shares of 0', () => {
  const labels = labelFigures([
    { meant: 'a', said: 'b' },
    { meant: 'a', said: 'b' },
  ]);
  expect(labels).toMatchObject([
    { label: 'a', precision: 0, recall: 0, f1: 0 },
    { label: 'b', precision: 0, recall: 0, f1: 0 },
  ]);
});

test('confusions come most frequent first, then by name', () => {
  const pair = (meant: string, said: string) => ({ meant, said });
  expect(confusions([pair('b', 'a'), pair('a', 'b'), pair('a', 'c'), pair('a', 'c'), pair('a', 'a')])).toEqual([
    { meant: 'a', said: 'c', count: 2 },
    { meant: 'a', said: 'b', count: 1 },
    { meant: 'b', said: 'a', count: 1 },
  ]);
});

describe('bootstrap', () => {
  const mean = (values: readonly number[]) => (positions: Int32Array) =>
    positions.reduce((sum, at) => sum + (values[at] ?? 0), 0) / positions.length;

  test('the range of a share is close to the one of theory', async () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 300 ? 1 : 0));
    const { share } = await bootstrap({ share: mean(values) }, { rows: values.length });
    // sqrt(.75 · .25 / 400) = .02165
    expect(share.value).toBe(0.75);
    expect(share.low).toBeCloseTo(0.75 - 1.96 * 0.02165, 1.9);
    expect(share.high).toBeCloseTo(0.75 + 1.96 * 0.02165, 1.9);
  });

  test('is the same on every run, and another with another seed', async () => {
    const values = Array.from({ length: 50 }, (_, i) => i);
    const run = (seed: number) => bootstrap({ mean: mean(values) }, { rows: 50, resamples: 50, seed });
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  test('samples come in ascending order, as many rows as there are, with repeats', async () => {
    const seen: Int32Array[] = [];
    await bootstrap({ figure: (positions) => seen.push(positions) }, { rows: 30, resamples: 20 });
    for (const positions of seen) {
      expect(positions).toHaveLength(30);
      expect(positions).toEqual(positions.toSorted());
    }
    expect(seen.some((positions) => new Set(positions).size < 30)).toBe(true);
  });

  test('a figure has a range where half of the samples give a number', async () => {
    const every = (numbers: number) => {
      let calls = 0;
      return () => (calls++ % 10 < numbers ? 1 : Number.NaN);
    };
    const { low: few } = (await bootstrap({ figure: every(4) }, { rows: 5, resamples: 10 })).figure;
    const { low: enough } = (await bootstrap({ figure: every(5) }, { rows: 5, resamples: 10 })).figure;
    expect([few, enough]).toEqual([Number.NaN, 1]);
  });

  test('random numbers of small seeds are spread from the first on', () => {
    const firsts = Array.from({ length: 100 }, (_, seed) => seededNumbers(seed + 1)());
    expect(Math.min(...firsts)).toBeLessThan(0.1);
    expect(Math.max(...firsts)).toBeGreaterThan(0.9);
  });

  test('a figure that is no number in most samples has no range', async () => {
    const { figure } = await bootstrap({ figure: () => Number.NaN }, { rows: 10, resamples: 10 });
    expect(figure).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});

test('the range of a counted share is that of Wilson, and stays open where all of few are good', () => {
  // As scipy's binomtest(…).proportion_ci(method="wilson") gives them.
  const half = wilson(5, 10);
  expect([half.value, half.low, half.high].map((number) => number.toFixed(4))).toEqual(['0.5000', '0.2366', '0.7634']);
  const all = wilson(10, 10);
  expect([all.low, all.high].map((number) => number.toFixed(4))).toEqual(['0.7225', '1.0000']);
  expect(wilson(0, 10).low).toBe(0);
  for (let count = 1; count <= 60; count += 1) {
    for (let good = 0; good <= count; good += 1) {
      const { value, low, high } = wilson(good, count);
      expect(low >= 0 && low <= value && value <= high && high <= 1, `${good} of ${count}`).toBe(true);
    }
  }
  expect(wilson(0, 0)).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
});
