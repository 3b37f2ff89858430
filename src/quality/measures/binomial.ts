/** How far a share that was counted could be chance. Pure. */
import type { Estimate } from './bootstrap.ts';

/** Standard deviations on each side that hold 95 of 100. */
const DEVIATIONS = 1.959964;

/**
 * Share of `count` that are `good`, with Wilson's 95 % range (Wilson 1927). Unlike a bootstrap's, it stays honest where all or none are good:
 * 10 of 10 range from .72 to 1. NaN throughout where `count` is 0.
 */
export function wilson(good: number, count: number): Estimate {
  const share = good / count;
  const square = DEVIATIONS ** 2;
  const middle = (share + square / (2 * count)) / (1 + square / count);
  const half = (DEVIATIONS / (1 + square / count)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2));
  // The range of none and of all ends at the share itself, but for rounding.
  return { value: share, low: Math.max(0, Math.min(share, middle - half)), high: Math.min(1, Math.max(share, middle + half)) };
}
