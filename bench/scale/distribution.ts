/**
 * Distributions of times as shares on a grid, so that stages one after the other are added by convolution.
 * Adding stages takes them as independent; the simulation shows what that costs.
 */
import type { Waiting } from './queueing.ts';

/** Width of a cell in milliseconds. */
export const STEP_MS = 0.2;
const CELLS = 5000;
/** What lies beyond is cut off, so that convolutions stay short. */
const NEGLIGIBLE = 1e-7;

/** Shares by time: cell i is the time i × STEP_MS. Sums to 1. */
export type Distribution = Float64Array;

/** Times with their shares. */
export type Outcomes = readonly { readonly ms: number; readonly share: number }[];

function trimmed(cells: Float64Array): Distribution {
  let rest = 0;
  let end = cells.length;
  while (end > 1 && rest + (cells[end - 1] ?? 0) < NEGLIGIBLE) {
    end -= 1;
    rest += cells[end] ?? 0;
  }
  const kept = cells.slice(0, end);
  kept[end - 1] = (kept[end - 1] ?? 0) + rest;
  return kept;
}

/** From single times; one between two cells is split so that the mean stays. */
export function ofOutcomes(outcomes: Outcomes): Distribution {
  const total = outcomes.reduce((sum, { share }) => sum + share, 0);
  const longest = outcomes.reduce((most, { ms }) => Math.max(most, ms), 0);
  const cells = new Float64Array(Math.min(CELLS, Math.floor(longest / STEP_MS) + 2));
  for (const { ms, share } of outcomes) {
    const place = Math.min(ms / STEP_MS, CELLS - 2);
    const cell = Math.floor(place);
    const upper = ((place - cell) * share) / total;
    cells[cell] = (cells[cell] ?? 0) + share / total - upper;
    cells[cell + 1] = (cells[cell + 1] ?? 0) + upper;
  }
  return trimmed(cells);
}

/** A wait: none for some, exponential for the others. Exact for M/M/c, the usual approximation for M/G/c. */
export function ofWaiting({ probability, meanMs }: Waiting): Distribution {
  if (probability <= 0 || meanMs <= 0) return Float64Array.of(1);
  const mean = meanMs / probability;
  const cells = [1 - probability];
  let left = probability;
  for (let cell = 1; cell < CELLS && left > NEGLIGIBLE; cell += 1) {
    // The cell stands for the times half a step around it.
    const beyond = probability * Math.exp((-(cell + 0.5) * STEP_MS) / mean);
    cells.push(left - beyond);
    left = beyond;
  }
  cells[cells.length - 1] = (cells.at(-1) ?? 0) + left;
  return trimmed(Float64Array.from(cells));
}

/** The sum of two independent times. */
export function plus(left: Distribution, right: Distribution): Distribution {
  const cells = new Float64Array(Math.min(CELLS, left.length + right.length - 1));
  for (let i = 0; i < left.length; i += 1) {
    const share = left[i] ?? 0;
    if (share === 0) continue;
    for (let j = 0; j < right.length; j += 1) {
      const at = Math.min(i + j, cells.length - 1);
      cells[at] = (cells[at] ?? 0) + share * (right[j] ?? 0);
    }
  }
  return trimmed(cells);
}

/** A part of one distribution and the rest of another. */
export function mixed(left: Distribution, right: Distribution, rightShare: number): Distribution {
  return Float64Array.from({ length: Math.max(left.length, right.length) }, (_, cell) => {
    return (1 - rightShare) * (left[cell] ?? 0) + rightShare * (right[cell] ?? 0);
  });
}

/** The longest of several independent times that are distributed alike. */
export function longestOf(one: Distribution, count: number): Distribution {
  if (count === 1) return one;
  let below = 0;
  let before = 0;
  return trimmed(
    one.map((share) => {
      below = Math.min(1, below + share);
      const now = below ** count;
      const cell = now - before;
      before = now;
      return cell;
    }),
  );
}

/** The time that a share of all stays at or under. */
export function quantileOf(distribution: Distribution, share: number): number {
  let below = 0;
  for (const [cell, part] of distribution.entries()) {
    below += part;
    if (below >= share) return cell * STEP_MS;
  }
  return (distribution.length - 1) * STEP_MS;
}

/** Mean. */
export function meanOf(distribution: Distribution): number {
  return distribution.reduce((sum, share, cell) => sum + share * cell * STEP_MS, 0);
}
