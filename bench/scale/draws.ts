/** Draws that the simulation makes. */
import type { Chance } from '../support/random.ts';
import type { Outcomes } from './distribution.ts';

/** An exponential time. */
export function exponential(chance: Chance, mean: number): number {
  return -mean * Math.log(1 - chance());
}

/** One of several outcomes. Shares sum to 1. */
export function drawn(chance: Chance, outcomes: Outcomes): number {
  let left = chance();
  for (const { ms, share } of outcomes) {
    left -= share;
    if (left < 0) return ms;
  }
  return outcomes.at(-1)?.ms ?? 0;
}
