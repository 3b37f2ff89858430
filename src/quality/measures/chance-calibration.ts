/** How much calibration error chance alone makes: on few rows confidences that mean exactly what they say look off by it. Pure. */
import { percentileOf, seededNumbers } from './bootstrap.ts';
import { RELIABILITY_BINS } from './reliability.ts';

/** A confidence with what its row counts; weights of all rows sum to 1. */
export interface WeighedConfidence {
  /** In [0, 1]. */
  readonly confidence: number;
  readonly weight: number;
}

function binOf(confidence: number): number {
  return Math.max(0, Math.ceil(confidence * RELIABILITY_BINS) - 1);
}

/** Expected calibration error over 15 equal bins (Guo et al. 2017) of rows that weigh differently. */
export function weighedCalibrationError<Row extends WeighedConfidence>(rows: readonly Row[], cameTrue: (row: Row) => boolean): number {
  const gaps = new Float64Array(RELIABILITY_BINS);
  for (const row of rows) {
    const bin = binOf(row.confidence);
    gaps[bin] = (gaps[bin] ?? 0) + row.weight * (row.confidence - (cameTrue(row) ? 1 : 0));
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
}

const DRAWS = 200;
const FEWEST_DRAWS = 10;
/** Rows drawn in all: past 10,000 rows fewer draws are as exact, and hold nobody up. */
const MOST_DRAWN = 2_000_000;

/** What rows would show whose confidences mean exactly what they say. */
export interface ChanceCalibration {
  /** Mean of seeded draws. */
  readonly mean: number;
  /** What 39 of 40 draws stay below. */
  readonly high: number;
}

/** NaN without rows. */
export function chanceCalibration(rows: readonly WeighedConfidence[]): ChanceCalibration {
  if (rows.length === 0) return { mean: Number.NaN, high: Number.NaN };
  const random = seededNumbers(1);
  const draws = Math.max(FEWEST_DRAWS, Math.min(DRAWS, Math.floor(MOST_DRAWN / rows.length)));
  const errors = Array.from({ length: draws }, () => weighedCalibrationError(rows, ({ confidence }) => random() < confidence));
  const sum = errors.reduce((total, error) => total + error, 0);
  return {
    mean: sum / draws,
    high: percentileOf(
      errors.toSorted((a, b) => a - b),
      0.975,
    ),
  };
}
