/**
 * From which confidence on answers are right as often as asked, with a stated certainty, by labelled utterances that the scorer never saw:
 * selective risk control by fixed sequence testing (Angelopoulos, Bates et al. 2021, "Learn then Test"; Geifman and El-Yaniv 2017 for the
 * aim). Holds for traffic that the utterances were drawn from, at the out-of-scope share that they have. Pure.
 */
import { createHash } from 'node:crypto';

/** An utterance that would be answered from some threshold down. */
export interface Answerable {
  readonly confidence: number;
  readonly right: boolean;
  /** Its intent's own least confidence, which rules instead of any threshold that is tried. */
  readonly demand?: number | undefined;
}

/** What must hold. */
export interface RiskWish {
  /** Least share of answers that are right, in (0, 1). */
  readonly precision: number;
  /** Probability that the promise holds, in (0, 1). */
  readonly certainty: number;
}

/** A threshold that keeps the promise. */
export interface ControlledRisk {
  readonly confidence: number;
  readonly answers: number;
  readonly right: number;
}

/** Thresholds that are tried are multiples of this. */
const STEP = 0.05;

/** Probability of at most `errors` among `count` where each comes with probability `rate`, in (0, 1): the binomial distribution. */
export function binomialAtMost(errors: number, count: number, rate: number): number {
  // In logarithms, since the first term of a long sum is smaller than a double can be.
  let term = count * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let k = 1; k <= errors; k += 1) {
    term += Math.log((count - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** Least number of answers that could prove it, none of them wrong. */
export function fewestAnswers(precision: number, certainty: number): number {
  return Math.ceil(Math.log1p(-certainty) / Math.log(precision));
}

/**
 * The least threshold that is proven: from one that is passed by about twice as many answers as a proof takes (by fewer where rows are few), down for as long as each step is
 * proven by itself. Confidences alone settle which thresholds are tried and in what order, so the first that is not proven ends it and none
 * pays for the others. Rows whose intent has a demand of its own are answered by that at every step.
 * @returns undefined where none is proven.
 */
export function controlRisk(rows: readonly Answerable[], { precision, certainty }: RiskWish): ControlledRisk | undefined {
  const sorted = rows.filter(({ demand }) => demand === undefined).toSorted((a, b) => b.confidence - a.confidence);
  const always = rows.filter(({ demand, confidence }) => demand !== undefined && confidence >= demand);
  const fewest = fewestAnswers(precision, certainty);
  // Where rows are few, from half of them or what a proof takes: the least sure of all are out of scope, and a test that begins with them ends there.
  const passed = Math.min(2 * fewest, Math.max(fewest, Math.floor(sorted.length / 2)));
  const start = sorted[Math.min(passed, sorted.length) - 1]?.confidence ?? 0;
  let least: ControlledRisk | undefined;
  for (let step = Math.floor(start / STEP); step > 0; step -= 1) {
    // A quotient, so that .15 is .15.
    const confidence = step / (1 / STEP);
    const answered = [...always, ...sorted.filter((row) => row.confidence >= confidence)];
    const right = answered.filter((row) => row.right).length;
    if (binomialAtMost(answered.length - right, answered.length, 1 - precision) > 1 - certainty) break;
    least = { confidence, answers: answered.length, right };
  }
  return least;
}

/** Rows in an order that has nothing to do with their labels, nor with how they came; each copy of a text draws a lot of its own. */
function shuffled<Row extends { readonly utterance: string }>(rows: readonly Row[]): readonly Row[] {
  const seen = new Map<string, number>();
  const lots = rows.map((row) => {
    const copy = seen.get(row.utterance) ?? 0;
    seen.set(row.utterance, copy + 1);
    return {
      row,
      lot: createHash('sha256')
        .update(copy === 0 ? row.utterance : `${row.utterance}\0${copy}`)
        .digest(),
    };
  });
  return lots.sort((a, b) => Buffer.compare(a.lot, b.lot)).map(({ row }) => row);
}

/**
 * Rows of which a share is out of scope, as many as there can be: of the kind that there is too much of some are left out, the same ones
 * every time. @returns undefined where a kind that the share needs is missing.
 */
export function atShare<Row extends { readonly utterance: string; readonly intent: string | number | null }>(
  rows: readonly Row[],
  share: number,
): readonly Row[] | undefined {
  const drawn = shuffled(rows);
  const inside = drawn.filter(({ intent }) => intent !== null);
  const outside = drawn.filter(({ intent }) => intent === null);
  if ((inside.length === 0 && share < 1) || (outside.length === 0 && share > 0)) return undefined;
  const total = Math.min(share < 1 ? inside.length / (1 - share) : Infinity, share > 0 ? outside.length / share : Infinity);
  // Whole rows whatever the division left behind the point.
  const count = (part: number): number => Math.floor(total * part + 1e-9);
  return [...inside.slice(0, count(1 - share)), ...outside.slice(0, count(share))];
}
