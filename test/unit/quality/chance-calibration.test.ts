import { describe, expect, test } from 'vitest';
import { reportLines } from '../../../src/cli/eval-print.ts';
import type { EvaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { bootstrap, seededNumbers } from '../../../src/quality/measures/bootstrap.ts';
import { chanceCalibration } from '../../../src/quality/measures/chance-calibration.ts';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import type { ReportSubject } from '../../../src/quality/report/evaluation-report.ts';
import { htmlReport } from '../../../src/quality/report/html-report.ts';

const subject: ReportSubject = {
  corpus: 'shop',
  version: 'v',
  model: 'm',
  entries: 2,
  questions: 9,
  intents: 2,
  settings: {},
  source: { kind: 'golden' },
};

/** Rows of a service that is right as often as it says, less `off`. */
function service(count: number, seed: number, off = 0): readonly EvaluatedRow[] {
  const random = seededNumbers(seed);
  return Array.from({ length: count }, (_, i) => {
    const confidence = random();
    const best = random() < confidence - off ? 'refund' : 'parcel';
    const rest = { clarifyIntents: [], ranking: [best], second: 0, nearest: undefined, meant: undefined };
    return { utterance: `u${i}`, intent: 'refund', decision: 'answer', best, confidence, relevant: ['refund'], ...rest };
  });
}
const reportOf = (rows: readonly EvaluatedRow[], resamples = 60) => buildReport({ subject, rows, resamples });

describe('a calibration error', () => {
  test('of a service that means what it says is told to be chance, and its range holds it and reaches down to none', async () => {
    const reports = await Promise.all(Array.from({ length: 40 }, (_, i) => reportOf(service(144, i + 1))));
    for (const { figures, eceByChance } of reports) {
      expect(figures.ece.low).toBeLessThanOrEqual(figures.ece.value);
      expect(figures.ece.high).toBeGreaterThanOrEqual(figures.ece.value);
      expect(eceByChance).toBeGreaterThan(0.05);
    }
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(mean(reports.map(({ figures }) => figures.ece.value))).toBeCloseTo(mean(reports.map(({ eceByChance }) => eceByChance)), 2);
    // No more than about one in forty by chance.
    expect(reports.filter(({ figures }) => figures.ece.low > 0).length).toBeLessThanOrEqual(3);
  });

  test('of a service that says too much keeps its range above none', async () => {
    const { figures, eceByChance } = await reportOf(service(1000, 3, 0.2), 200);
    expect(figures.ece.low).toBeGreaterThan(0.08);
    expect(figures.ece.low).toBeLessThan(figures.ece.value);
    expect(eceByChance).toBeLessThan(figures.ece.value / 2);
  });

  test('stands beside what chance makes of it in both reports', async () => {
    const report = await reportOf(service(144, 1));
    const told = `chance alone makes about ${report.eceByChance.toFixed(3)}`;
    expect(reportLines(report).join('\n')).toContain(told);
    expect(await htmlReport(report)).toContain(told);
  });
});

test('chance makes less of it on more rows, and nothing can be told of none', () => {
  const even = (count: number) => Array.from({ length: count }, (_, i) => ({ confidence: (i + 0.5) / count, weight: 1 / count }));
  expect(chanceCalibration(even(100)).mean).toBeGreaterThan(2 * chanceCalibration(even(1000)).mean);
  expect(chanceCalibration(even(100)).high).toBeGreaterThan(chanceCalibration(even(100)).mean);
  expect(chanceCalibration([])).toEqual({ mean: Number.NaN, high: Number.NaN });
});

test('a mirrored range lies on the other side of its value', async () => {
  const statistics = { far: (positions: Int32Array) => new Set(positions).size };
  const { far: plain } = await bootstrap(statistics, { rows: 100, resamples: 50 });
  const { far: mirrored } = await bootstrap(statistics, { rows: 100, resamples: 50, mirrored: ['far'] });
  expect(mirrored).toEqual({ value: 100, low: 200 - plain.high, high: 200 - plain.low });
});
