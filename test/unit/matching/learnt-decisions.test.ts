import { describe, expect, test } from 'vitest';
import {
  blendPrecision,
  type ClarifyRow,
  clarifyCount,
  type DecisionRow,
  learnClarify,
  learnPrecision,
  MOST_CLARIFY,
  precisionThreshold,
} from '../../../src/matching/learnt-decisions.ts';
import { PROVEN_NUMBERS } from '../../../src/matching/proven-precision.ts';
import { seededRandom } from '../../support/index-oracle.ts';

/** Rows whose confidence is true: right as often as it says. */
function trueRows(count: number, seed = 7): readonly DecisionRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const confidence = random();
    return { confidence, right: random() < confidence, weight: 1 / count };
  });
}

describe('a wanted precision', () => {
  test('is reached on new rows from the learnt confidence on, and answers as much as it said', () => {
    const learnt = learnPrecision(trueRows(4000));
    for (const wanted of [0.7, 0.8, 0.9, 0.95]) {
      const { confidence, coverage } = precisionThreshold(learnt, wanted);
      const answered = trueRows(4000, 8).filter((row) => row.confidence >= (confidence ?? 2));
      const right = answered.filter((row) => row.right).length / answered.length;
      expect(right).toBeGreaterThanOrEqual(wanted - 0.01);
      expect(right).toBeLessThan(wanted + 0.03);
      expect(answered.length / 4000).toBeCloseTo(coverage, 1);
    }
  });

  test('asks for more confidence the higher it is, and the fewer rows speak for it', () => {
    const many = learnPrecision(trueRows(4000));
    const wanted = [0.5, 0.7, 0.8, 0.9, 0.95].map((precision) => precisionThreshold(many, precision).confidence ?? 2);
    expect(wanted).toEqual(wanted.toSorted((a, b) => a - b));
    const few = learnPrecision(trueRows(100));
    expect(precisionThreshold(few, 0.9).confidence ?? 2).toBeGreaterThan(precisionThreshold(many, 0.9).confidence ?? 2);
  });

  test('that no row supports cannot be reached', () => {
    const wrong = trueRows(500).map((row) => ({ ...row, right: row.right && row.confidence < 0.5 }));
    expect(precisionThreshold(learnPrecision(wrong), 0.9)).toEqual({ confidence: undefined, coverage: 0 });
    // A thousand rows that are all right still do not prove that every answer is.
    const right = trueRows(1000).map((row) => ({ ...row, right: true }));
    expect(precisionThreshold(learnPrecision(right), 1).confidence).toBeUndefined();
  });

  test('is no surer than the few rows that stand for much of the traffic make it', () => {
    // Ten rows stand for the quarter that is out of scope; none of them was taken for an answer.
    const rows = (outside: number) => [
      ...Array.from({ length: 900 }, (_, at) => ({ confidence: 0.9, right: at % 20 !== 0, weight: 0.75 / 900 })),
      ...Array.from({ length: outside }, () => ({ confidence: 0.1, right: false, weight: 0.25 / outside })),
    ];
    const at = (outside: number) => learnPrecision(rows(outside)).precision[100] ?? 0;
    expect(at(10)).toBeLessThan(0.925);
    expect(at(10)).toBeGreaterThan(0.85);
    expect(at(500)).toBeGreaterThan(0.935);
  });

  test('is no surer than the intents that the rows come from make it', () => {
    const grouped = (groups: number) => trueRows(1000).map((row, at) => ({ ...row, group: at % groups }));
    // One intent of ten is always wrong: of ten intents one, not of a thousand rows a hundred.
    const wrongGroup = (groups: number) => grouped(groups).map((row) => ({ ...row, right: row.group !== 0 }));
    const at = (rows: readonly DecisionRow[]) => learnPrecision(rows).precision[100] ?? 0;
    expect(at(wrongGroup(10))).toBeLessThan(0.9 - 0.08);
    expect(at(wrongGroup(10).map(({ group: _, ...row }) => row))).toBeGreaterThan(0.9 - 0.03);
    // A group of one row is a row.
    expect(at(trueRows(1000).map((row, group) => ({ ...row, group })))).toBeCloseTo(at(trueRows(1000)), 12);
  });

  test('has the standard error of a ratio of sums over the groups', () => {
    const rows = trueRows(300).map((row, at) => ({ ...row, weight: (1 + (at % 3)) / 600, group: at % 7 }));
    const chosen = rows.filter(({ confidence }) => confidence >= 0.4);
    const sum = (some: readonly DecisionRow[]) => some.reduce((total, { weight }) => total + weight, 0);
    const unseen = 3 / 600 / 2;
    const all = sum(chosen) + unseen;
    const precision = sum(chosen.filter(({ right }) => right)) / all;
    const residuals = Array.from({ length: 7 }, (_, group) =>
      chosen.filter((row) => row.group === group).reduce((total, { right, weight }) => total + weight * ((right ? 1 : 0) - precision), 0),
    );
    const squares = residuals.reduce((total, residual) => total + residual ** 2, 2 * unseen ** 2 * precision ** 2);
    expect(learnPrecision(rows).precision[80]).toBeCloseTo(precision - Math.sqrt(squares) / all, 12);
  });

  test('that a confidence has to the digit is reached there', () => {
    const learnt = learnPrecision(Array.from({ length: 50 }, () => ({ confidence: 0.9, right: true, weight: 1 / 50 })));
    const reached = learnt.precision[180] ?? 2;
    expect(precisionThreshold(learnt, reached)).toEqual({ confidence: Math.ceil(100 * reached) / 200, coverage: learnt.coverage[180] });
    expect(precisionThreshold(learnt, reached + 1e-9).confidence).toBeUndefined();
  });

  test('is never told of below 0, nor where no row speaks', () => {
    const one = { confidence: 0.9, right: false, weight: 0.9, group: 1 };
    const { precision } = learnPrecision([one, { ...one, right: true, weight: 0.1, group: 2 }]);
    expect(precision[100]).toBe(0);
    expect(precision[200]).toBe(0);
    expect(learnPrecision([]).precision.every((value) => value === 0)).toBe(true);
  });

  test('never counts on answers less sure than half of it', () => {
    const right = trueRows(1000).map((row) => ({ ...row, right: true }));
    expect(precisionThreshold(learnPrecision(right), 0.9).confidence).toBe(0.45);
    expect(precisionThreshold(learnPrecision(right), 0.905).confidence).toBe(0.455);
  });

  test('takes confidences at their word where a corpus taught nothing: those from 2p - 1 on have a mean of p', () => {
    expect(precisionThreshold(undefined, 0.9).confidence).toBeCloseTo(0.8, 12);
    expect(precisionThreshold(undefined, 1).confidence).toBe(1);
    expect(precisionThreshold(undefined, 0.5).confidence).toBe(0.25);
    expect(precisionThreshold(undefined, 0).confidence).toBe(0);
  });
});

describe('labelled utterances beside what the corpus expects', () => {
  const sure = (count: number, wrong: number, confidence = 0.9): readonly DecisionRow[] =>
    Array.from({ length: count }, (_, i) => ({ confidence, right: i >= wrong, weight: 1 / count }));

  /** A corpus that expects the same at every confidence. */
  const expecting = (mean: number, error: number) => {
    const all = (value: number) => new Float64Array(201).fill(value);
    return { mean: all(mean), error: all(error), precision: all(mean - error), coverage: all(0.5) };
  };

  test('change nothing where there are none', () => {
    const { precision, coverage } = learnPrecision(sure(50, 5));
    expect(blendPrecision(learnPrecision(sure(50, 5)), [])).toEqual({ precision, coverage });
    expect(blendPrecision(undefined, [])).toBeUndefined();
  });

  test('count as answers beside fifty of the expected precision, less one standard error of both', () => {
    const rows = sure(100, 2);
    const seen = learnPrecision(rows);
    const { precision, coverage } = blendPrecision(expecting(0.9, 0.03), rows) ?? expecting(0, 0);
    const [mean = 0, error = 0] = [seen.mean[100], seen.error[100]];
    const told = (mean * (1 - mean)) / error ** 2;
    // Half an answer that was not seen counts as wrong.
    expect(mean).toBeCloseTo(98 / 100.5, 12);
    expect(told).toBeGreaterThan(90);
    expect(told).toBeLessThan(101);
    const all = 50 + told;
    expect(precision[100]).toBeCloseTo((50 * 0.9 + told * mean) / all - Math.hypot(50 * 0.03, told * error) / all, 12);
    // Of 100 utterances all are answered, where the corpus expects half.
    expect(coverage[100]).toBeCloseTo((50 * 0.5 + 100) / 150, 12);
    // None of them is as sure as .95: what is expected stands, and nothing is answered of what was seen.
    expect(precision[190]).toBeCloseTo(0.87, 12);
    expect(coverage[190]).toBeCloseTo((50 * 0.5) / 150, 12);
  });

  test('outweigh what a corpus of few questions expects, which counts as no more answers than would tell it as well', () => {
    const seen = learnPrecision(sure(100, 2));
    const [mean = 0, error = 0] = [seen.mean[100], seen.error[100]];
    const told = (mean * (1 - mean)) / error ** 2;
    // A mean of .8 with a standard error of .1 is what 16 answers tell.
    const expected = (16 * 0.8 + told * mean) / (16 + told) - Math.hypot(16 * 0.1, told * error) / (16 + told);
    expect(blendPrecision(expecting(0.8, 0.1), sure(100, 2))?.precision[100]).toBeCloseTo(expected, 12);
  });

  test('too few to allow what is expected leave it as it is, unless they speak against it', () => {
    const at = (count: number, wrong: number) => blendPrecision(expecting(0.95, 0.02), sure(count, wrong))?.precision[100] ?? 0;
    // Three answers that are right allow little by themselves.
    expect(at(3, 0)).toBeCloseTo(0.93, 12);
    // The greatest that these allow is not below what is expected, nor is it for long.
    expect(at(20, 2)).toBeCloseTo(0.93, 12);
    expect(at(20, 6)).toBeLessThan(0.9);
    expect(at(400, 2)).toBeGreaterThan(0.96);
  });

  test('that are all wrong are told of in numbers, too', () => {
    const all = [
      blendPrecision(undefined, sure(5, 5)),
      blendPrecision(learnPrecision(sure(5, 5)), sure(5, 5)),
      blendPrecision(learnPrecision([]), sure(5, 5)),
    ];
    for (const curve of all) expect(curve?.precision.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(all[1]?.precision[100]).toBe(0);
    expect(all[0]?.precision[100]).toBeLessThan(0.5);
  });

  test('that stand for much traffic are few, however many others there are', () => {
    // Ten of them stand for a quarter, as out-of-scope utterances may; one more that had been wrong would have cost much.
    const rows = (heavy: number) => [
      ...Array.from({ length: 200 }, () => ({ confidence: 0.9, right: true, weight: 0.75 / 200 })),
      ...Array.from({ length: heavy }, () => ({ confidence: 0.1, right: false, weight: 0.25 / heavy })),
    ];
    const at = (heavy: number) => blendPrecision(expecting(0.9, 0.03), rows(heavy))?.precision[100] ?? 0;
    expect(at(100)).toBeGreaterThan(at(10) + 0.01);
  });

  test('stand beside confidences that are taken at their word where the corpus expects nothing', () => {
    const { precision, coverage } = blendPrecision(undefined, sure(1, 0, 0.3)) ?? { precision: [], coverage: [] };
    // From .5 on confidences have a mean of .75 if they are evenly spread; no utterance is there.
    expect(precision[100]).toBe(0.75);
    expect(coverage[100]).toBe(0);
    expect(coverage[60]).toBe(1);
    // The rule that stands without any, and nearly so with one.
    expect(precisionThreshold({ precision: Float64Array.from(precision), coverage: Float64Array.from(coverage) }, 0.9).confidence).toBe(
      0.8,
    );
    const zeros = new Float64Array(201);
    const nowhere = { precision: zeros, coverage: zeros, mean: zeros, error: zeros };
    expect(blendPrecision(nowhere, sure(1, 0, 0.3))?.precision[100]).toBe(0.75);
  });
});

describe('a precision that labelled utterances prove', () => {
  const proven = new Float64Array(PROVEN_NUMBERS);
  proven.set([0.6, 40, 39], 3 * 40);
  const curve = (from: number) => ({
    precision: Float64Array.from({ length: 201 }, (_, step) => (step >= from ? 0.95 : 0.5)),
    coverage: Float64Array.from({ length: 201 }, (_, step) => 1 - step / 200),
    proven,
  });

  test('rules where it reaches as far down as what is expected, and says what proves it', () => {
    const proof = { certainty: 0.95, answers: 40, right: 39 };
    expect(precisionThreshold(curve(160), 0.9)).toEqual({ confidence: 0.6, coverage: 0.4, proof });
    expect(precisionThreshold(curve(120), 0.9)).toEqual({ confidence: 0.6, coverage: 0.4, proof });
    expect(precisionThreshold(curve(300), 0.9)).toMatchObject({ confidence: 0.6, proof });
  });

  test('gives way to an estimate that answers more, which is called one', () => {
    expect(precisionThreshold(curve(110), 0.9)).toEqual({ confidence: 0.55, coverage: 1 - 0.55 });
    expect(precisionThreshold(curve(110), 0.91)).not.toHaveProperty('proof');
  });
});

describe('the intents to ask between', () => {
  test('are two at least and four at most, as many as hold the mass', () => {
    expect(clarifyCount([0.5, 0.45, 0.05], 0.9)).toBe(2);
    expect(clarifyCount([0.4, 0.35, 0.2, 0.05], 0.9)).toBe(3);
    expect(clarifyCount([0.2, 0.2, 0.2, 0.2, 0.2], 0.98)).toBe(MOST_CLARIFY);
    expect(clarifyCount([0.5, 0.4], 0)).toBe(2);
    expect(clarifyCount([0.5, 0.25, 0.25], 0.75)).toBe(2);
  });

  test('are past the second none that has less than a twentieth of what is in scope, though the mass is not reached', () => {
    expect(clarifyCount([0.5, 0.4, 0.05, 0.05], 0.98)).toBe(4);
    expect(clarifyCount([0.5, 0.4, 0.06, 0.04], 0.98)).toBe(3);
    expect(clarifyCount([0.5, 0.4, 0.04, 0.04], 0.98)).toBe(2);
    expect(clarifyCount([0.97, 0.03], 0.98)).toBe(2);
  });

  test('hold the least mass at which the next utterance finds its intent among them nine times in ten', () => {
    const shares = [0.5, 0.2, 0.15, 0.15];
    const ranks = (...counts: readonly number[]): readonly ClarifyRow[] =>
      counts.flatMap((count, rank) => Array.from({ length: count }, () => ({ shares, rank })));
    // Of 20 rows and the next one, 21, nine in ten are 18.9: the 18 of the first two do not do, the 19 of the first three do.
    expect(learnClarify(ranks(10, 8, 1, 1))).toMatchObject({ clarifyMass: 0.8, clarifyHolds: 19 / 21 });
    expect(learnClarify(ranks(10, 9, 0, 1))).toMatchObject({ clarifyMass: 0.5, clarifyHolds: 19 / 21 });
    // Where not even four hold it that often, it is as many as there may be.
    expect(learnClarify(ranks(10, 4, 2, 1, 3))).toMatchObject({ clarifyMass: 0.98, clarifyHolds: 17 / 21 });
    // Too few rows tell.
    expect(learnClarify(ranks(10, 9))).toMatchObject({ clarifyMass: 0.9, clarifyHolds: 0 });
  });

  test('hold the right one on new rows as often as they say', () => {
    const random = seededRandom(11);
    const draw = (): ClarifyRow => {
      const raw = Array.from({ length: 4 }, () => 0.1 + random()).toSorted((a, b) => b - a);
      const sum = raw.reduce((total, value) => total + value, 0);
      const shares = raw.map((value) => value / sum);
      let left = random();
      const rank = shares.findIndex((share) => {
        left -= share;
        return left < 0;
      });
      return { shares, rank: rank < 0 ? 3 : rank };
    };
    const { clarifyMass, clarifyHolds } = learnClarify(Array.from({ length: 2000 }, draw));
    const fresh = Array.from({ length: 2000 }, draw);
    const holds = fresh.filter(({ shares, rank }) => rank < clarifyCount(shares, clarifyMass)).length / fresh.length;
    expect(clarifyHolds).toBeGreaterThanOrEqual(0.9);
    expect(Math.abs(holds - clarifyHolds)).toBeLessThan(0.03);
  });

  test('follow a default where too few rows tell, and say nothing of how often they hold', () => {
    const row: ClarifyRow = { shares: [0.5, 0.4], rank: 0 };
    expect(learnClarify([row])).toMatchObject({ clarifyMass: 0.9, clarifyHolds: 0 });
  });
});
