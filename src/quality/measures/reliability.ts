/** Whether confidences mean what they say: reliability bins, expected calibration error and Brier score. Pure. */

/** One confidence with what came true. */
export interface ConfidentRow {
  /** In [0, 1]. */
  readonly confidence: number;
  /** Whether what the confidence speaks of is so: the best candidate is the intent that was meant. */
  readonly right: boolean;
}

/** Rows whose confidence lies in (from, to]; the first bin holds 0 too. Means are NaN in an empty bin. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanConfidence: number;
  /** Share of rows that are right. */
  readonly shareRight: number;
}

/** Bins of equal width, as the published figures of chatbots on HINT3 use. */
export const RELIABILITY_BINS = 15;

/** Reliability over equal-width bins; edges as numpy's linspace puts them, so that scikit-learn's calibration_curve bins alike. */
export function reliabilityBins(rows: readonly ConfidentRow[], bins = RELIABILITY_BINS): readonly ReliabilityBin[] {
  const width = 1 / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? 1 : i * width));
  const sums = Array.from({ length: bins }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of rows) {
    const sum = sums[edges.findIndex((edge, i) => i > 0 && confidence <= edge) - 1];
    if (sum === undefined) continue;
    sum.rows += 1;
    sum.confidence += confidence;
    sum.right += right ? 1 : 0;
  }
  return sums.map((sum, i) => ({
    from: edges[i] ?? 0,
    to: edges[i + 1] ?? 1,
    rows: sum.rows,
    meanConfidence: sum.confidence / sum.rows,
    shareRight: sum.right / sum.rows,
  }));
}

/**
 * Expected calibration error: the gap between confidence and share of right, averaged over bins by their rows (Guo et al. 2017).
 * 0 is perfect; NaN without rows.
 */
export function expectedCalibrationError(rows: readonly ConfidentRow[], bins = RELIABILITY_BINS): number {
  const filled = reliabilityBins(rows, bins).filter((bin) => bin.rows > 0);
  const gaps = filled.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.meanConfidence - bin.shareRight), 0);
  return gaps / rows.length;
}

/** Mean squared distance of confidence to what came true; 0 is perfect, NaN without rows. */
export function brierScore(rows: readonly ConfidentRow[]): number {
  return rows.reduce((sum, { confidence, right }) => sum + (confidence - (right ? 1 : 0)) ** 2, 0) / rows.length;
}
