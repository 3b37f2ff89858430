import { percentile } from '../../src/quality/latency.ts';

/** Of values in any order; NaN where there are none. */
export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).toSorted(), 0.5);
}
