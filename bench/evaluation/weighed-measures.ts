/** Measures of confidence over rows that weigh differently, so that a set stands for traffic with another share out of scope. Pure. */
import { weighedCalibrationError } from '../../src/quality/measures/chance-calibration.ts';
import type { ScopedRow } from '../../src/quality/measures/coverage.ts';

/** A row with what it counts; weights of all rows sum to 1. */
export interface WeighedRow extends ScopedRow {
  readonly weight: number;
}

/** Weighs rows so that the out-of-scope ones together count `share`; alike where a kind of row is missing or no share is given. */
export function weighed<Row extends ScopedRow>(rows: readonly Row[], share: number | undefined): readonly (Row & WeighedRow)[] {
  const inside = rows.filter((row) => row.inScope).length;
  const outside = rows.length - inside;
  if (share === undefined || inside === 0 || outside === 0) return rows.map((row) => ({ ...row, weight: 1 / rows.length }));
  return rows.map((row) => ({ ...row, weight: row.inScope ? (1 - share) / inside : share / outside }));
}

/** Expected calibration error over 15 equal bins (Guo et al. 2017); that of src/quality where all rows weigh alike. */
export function calibrationError(rows: readonly WeighedRow[]): number {
  return weighedCalibrationError(rows, ({ right }) => right);
}

/** Chance that a right answer has more confidence than anything else, ties counting half. NaN where one of the two is missing. */
export function weighedAuroc(rows: readonly WeighedRow[]): number {
  const levels = [...Map.groupBy(rows, ({ confidence }) => confidence)].toSorted(([a], [b]) => a - b);
  let below = 0;
  let won = 0;
  let right = 0;
  for (const [, level] of levels) {
    const weightOf = (wanted: boolean): number => level.reduce((sum, row) => sum + (row.right === wanted ? row.weight : 0), 0);
    const [rightHere, wrongHere] = [weightOf(true), weightOf(false)];
    won += rightHere * (below + wrongHere / 2);
    below += wrongHere;
    right += rightHere;
  }
  return won / (right * below);
}

/** What came of asking for a precision. */
export interface AskedPrecision {
  readonly asked: number;
  /** Least confidence of an answer that the version learnt; null where it found the precision out of reach. */
  readonly threshold: number | null;
  /** Share of traffic that the version expects to answer; 0 where it does not know. */
  readonly expected: number;
  /** Share of the answers that are right; NaN where nothing is answered. */
  readonly reached: number;
  /** Share of traffic that is answered. */
  readonly answered: number;
  /** Greatest share of traffic that one threshold could answer on these very rows with the asked precision. */
  readonly oracle: number;
}

/** A row that knows whether it would be answered by any threshold: no second candidate is close. */
export interface AnswerableRow extends WeighedRow {
  readonly answerable: boolean;
}

function oracleShare(rows: readonly WeighedRow[], precision: number): number {
  const sorted = rows.filter(({ confidence }) => confidence > 0).toSorted((a, b) => b.confidence - a.confidence);
  let answered = 0;
  let right = 0;
  let most = 0;
  for (const [i, row] of sorted.entries()) {
    answered += row.weight;
    right += row.right ? row.weight : 0;
    if (sorted[i + 1]?.confidence !== row.confidence && right >= precision * answered - 1e-12) most = answered;
  }
  return most;
}

/** Answers rows as deciding does: from the threshold on, unless a second candidate is close. Equality to a stored question has confidence 1. */
export function askedPrecision(
  rows: readonly AnswerableRow[],
  { asked, threshold, expected }: Pick<AskedPrecision, 'asked' | 'threshold' | 'expected'>,
): AskedPrecision {
  const least = threshold ?? 1;
  const answers = rows.filter(({ answerable, confidence }) => answerable && confidence >= least);
  const answered = answers.reduce((sum, { weight }) => sum + weight, 0);
  const right = answers.reduce((sum, row) => sum + (row.right ? row.weight : 0), 0);
  return { asked, threshold, expected, reached: right / answered, answered, oracle: oracleShare(rows, asked) };
}
