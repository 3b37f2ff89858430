/** What a threshold on confidence buys: precision of what is answered against the share of in-scope utterances that get their answer. Pure. */
import type { ConfidentRow } from './reliability.ts';

/** A confident row that knows whether any stored intent was meant. An out-of-scope row is never right. */
export interface ScopedRow extends ConfidentRow {
  readonly inScope: boolean;
}

/** Answering every row whose best candidate has at least this confidence. */
export interface CoveragePoint {
  readonly threshold: number;
  /** Share of answered rows that are right. */
  readonly precision: number;
  /** Share of in-scope rows that are answered rightly. */
  readonly coverage: number;
  /** Rows answered. */
  readonly answered: number;
}

/** One point for each distinct confidence above 0, from the strictest down. */
export function coverageCurve(rows: readonly ScopedRow[]): readonly CoveragePoint[] {
  const sorted = rows.filter((row) => row.confidence > 0).toSorted((a, b) => b.confidence - a.confidence);
  const inScope = rows.filter((row) => row.inScope).length;
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [index, row] of sorted.entries()) {
    right += row.right ? 1 : 0;
    if (sorted[index + 1]?.confidence === row.confidence) continue;
    const answered = index + 1;
    points.push({ threshold: row.confidence, precision: right / answered, coverage: right / inScope, answered });
  }
  return points;
}

/**
 * The point of greatest coverage whose precision is at least the wanted one, the strictest of several: they differ in wrong answers alone.
 * Undefined where there is none. The threshold is chosen on the measured rows themselves, so it is the best that any threshold could do on
 * them, not a promise for others.
 */
export function coverageAt(precision: number, curve: readonly CoveragePoint[]): CoveragePoint | undefined {
  const widest = curve.findLast((point) => point.precision >= precision);
  return curve.find((point) => point.coverage === widest?.coverage);
}

/** Coverage of that point: 0 where no threshold reaches the precision, NaN where no row is in scope, since nothing could be covered. */
export function bestCoverage(precision: number, rows: readonly ScopedRow[]): number {
  return rows.some((row) => row.inScope) ? (coverageAt(precision, coverageCurve(rows))?.coverage ?? 0) : Number.NaN;
}

/** At most `count` points of a curve, evenly spread, first and last among them: enough for a picture. */
export function thinned<T>(points: readonly T[], count: number): readonly T[] {
  if (points.length <= count) return points;
  return Array.from({ length: count }, (_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]).filter(
    (point) => point !== undefined,
  );
}
