/** How far a figure could be chance: percentile bootstrap over rows, paired where two runs measured the same ones. Seeded. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { seededRandom } from '../../seeded-random.ts';

/** A figure of the rows at some positions, which come ascending, repeats among them. */
export type Statistic = (positions: Int32Array) => number;

/** A figure with the range that holds the figure of all such traffic in 95 of 100 measurements. */
export interface Estimate {
  readonly value: number;
  /** NaN where too few resamples gave a number. */
  readonly low: number;
  readonly high: number;
}

/** What a bootstrap draws. */
export interface Resampling {
  readonly rows: number;
  /** 1,000 by default: the ends of the range then move by about a twentieth of its width from seed to seed. */
  readonly resamples?: number;
  /** Not 0. */
  readonly seed?: number;
  /** Statistics that resampling itself moves up, such as distances to 0: their ranges are mirrored at the value (basic bootstrap). */
  readonly mirrored?: readonly string[];
}

/** Random numbers whose first are not near 0, as those of a small seed are. */
export function seededNumbers(seed: number): () => number {
  const next = seededRandom(seed);
  for (let i = 0; i < 16; i += 1) next();
  return next;
}

/** @param sorted ascending. @param share in [0, 1]. */
export function percentileOf(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Half of the resamples must give a number for a range to be told. */
const LEAST_NUMBERS = 0.5;

/** Longest work between two turns of the event loop, but for the length of one resample. */
const TURN_MS = 5;

function range(values: readonly number[]): Omit<Estimate, 'value'> {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  if (sorted.length < values.length * LEAST_NUMBERS) return { low: Number.NaN, high: Number.NaN };
  return { low: percentileOf(sorted, 0.025), high: percentileOf(sorted, 0.975) };
}

/**
 * Every statistic over all rows and its 95 % range (Efron and Tibshirani 1993, percentile method). All see the same resamples, so a
 * statistic that subtracts one run's figure from another's on the same positions is a paired comparison. Gives way to other work in between,
 * since it takes seconds on thousands of rows and may run beside matches.
 */
export async function bootstrap<Name extends string>(
  statistics: Readonly<Record<Name, Statistic>>,
  { rows, resamples = 1000, seed = 1, mirrored = [] }: Resampling,
): Promise<Readonly<Record<Name, Estimate>>> {
  const names = Object.keys(statistics) as Name[];
  const all = Int32Array.from({ length: rows }, (_, position) => position);
  const random = seededNumbers(seed);
  let turnBegan = performance.now();
  const drawn = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let sample = 0; sample < resamples && rows > 0; sample += 1) {
    const positions = all.map(() => Math.floor(random() * rows)).sort();
    for (const name of names) drawn.get(name)?.push(statistics[name](positions));
    if (performance.now() - turnBegan > TURN_MS) {
      await nextTurn();
      turnBegan = performance.now();
    }
  }
  const estimate = (name: Name): Estimate => {
    const value = statistics[name](all);
    const { low, high } = range(drawn.get(name) ?? []);
    return mirrored.includes(name) ? { value, low: 2 * value - high, high: 2 * value - low } : { value, low, high };
  };
  return Object.fromEntries(names.map((name) => [name, estimate(name)])) as Record<Name, Estimate>;
}
