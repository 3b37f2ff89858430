/**
 * The out-of-scope share of unlabelled traffic, from what a calibrator says of each utterance: Saerens, Latinne and Decaestecker 2002,
 * "Adjusting the outputs of a classifier to new a priori probabilities", for two classes, in scope and none of these.
 */

/** Posteriors of 0 and 1 (text equality) stay certain, yet leave the likelihood finite. */
const CERTAIN = 1e-9;
const MOST_STEPS = 100;
const CLOSE_ENOUGH = 1e-10;
const FLAT = 1e-12;

/** Utterances that the expected share counts as: some tens of utterances tell little of a share, and least of one near 0. */
const EXPECTED_COUNTS = 10;

/** What an estimate is made from. */
export interface SharePosteriors {
  /** One for each utterance: probability that none of the intents is meant, in [0, 1], as a calibrator fitted for `fittedShare` says it. */
  readonly none: ArrayLike<number>;
  /** How many utterances each stands for; 1 by default. */
  readonly weights?: ArrayLike<number>;
  /** Out-of-scope share that the calibrator was fitted for, in (0, 1). */
  readonly fittedShare: number;
}

/** Likelihood of an utterance out of scope and in scope, but for a factor that the two share: posterior over prior. */
function likelihoods({ none, fittedShare }: SharePosteriors, at: number): readonly [number, number] {
  const posterior = Math.min(1 - CERTAIN, Math.max(CERTAIN, none[at] as number));
  return [posterior / fittedShare, (1 - posterior) / (1 - fittedShare)];
}

/** First and second derivative of the log-posterior of a share. @param positions utterances that count, repeats among them. */
function slope(posteriors: SharePosteriors, positions: ArrayLike<number>, share: number) {
  const { fittedShare } = posteriors;
  let first = EXPECTED_COUNTS * (fittedShare / share - (1 - fittedShare) / (1 - share));
  let second = -EXPECTED_COUNTS * (fittedShare / share ** 2 + (1 - fittedShare) / (1 - share) ** 2);
  for (let i = 0; i < positions.length; i += 1) {
    const [outside, inside] = likelihoods(posteriors, positions[i] as number);
    const term = (outside - inside) / (share * outside + (1 - share) * inside);
    const weight = posteriors.weights?.[positions[i] as number] ?? 1;
    first += weight * term;
    second -= weight * term * term;
  }
  return { first, second };
}

/**
 * The most probable share, in (0, 1), where the expected one counts as EXPECTED_COUNTS utterances (a Beta prior). It is where the EM steps of the
 * paper end with these among the utterances; since the log-posterior of one share is concave, Newton steps with halving find the same in a few, where
 * EM creeps if the posteriors tell little. NaN for no utterances.
 * @param positions which utterances count, repeats among them, for a bootstrap; all by default.
 */
export function estimateShare(posteriors: SharePosteriors, positions?: ArrayLike<number>): number {
  const counted = positions ?? Int32Array.from({ length: posteriors.none.length }, (_, at) => at);
  if (counted.length === 0) return Number.NaN;
  let low = 0;
  let high = 1;
  let share = posteriors.fittedShare;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { first, second } = slope(posteriors, counted, share);
    // Flat, but for rounding: posteriors that equal the prior tell nothing, and the share stays where it was.
    if (Math.abs(first) < FLAT * counted.length) return share;
    if (first > 0) low = share;
    else high = share;
    const newton = share - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - share) < CLOSE_ENOUGH) return next;
    share = next;
  }
  return share;
}

/** Tail that a range of 95 % leaves out on each side. */
const TAIL = 0.025;
/** Parts that a probability is added up in; a range then errs by less than a thousandth of its width. */
const PARTS = 256;
/** Logarithms of likelihoods this far below the greatest add nothing. */
const NOTHING = 25;
/** Half the 95 % quantile of χ² with one degree of freedom: a share whose log-likelihood is no further below the greatest is not ruled out. */
const NOT_RULED_OUT = 1.92;

/** A range of shares, in [0, 1]. */
export interface ShareRange {
  readonly low: number;
  readonly high: number;
}

function logLikelihood(posteriors: SharePosteriors, share: number): number {
  let sum = 0;
  for (let at = 0; at < posteriors.none.length; at += 1) {
    const [outside, inside] = likelihoods(posteriors, at);
    sum += (posteriors.weights?.[at] ?? 1) * Math.log(share * outside + (1 - share) * inside);
  }
  return sum;
}

/** Middles of equal parts between two angles, and how likely each is: 1 the likeliest. */
function parts(posteriors: SharePosteriors, from: number, to: number) {
  const width = (to - from) / PARTS;
  const logs = Float64Array.from({ length: PARTS }, (_, part) => logLikelihood(posteriors, Math.sin(from + (part + 0.5) * width) ** 2));
  const top = Math.max(...logs);
  return { width, top, mass: logs.map((log) => Math.exp(log - top)), likely: (part: number) => (logs[part] as number) > top - NOTHING };
}

/** The angle below which a share of the mass lies, as counted from the first part, in parts. */
function quantile(mass: Float64Array, share: number): number {
  const wanted = share * mass.reduce((sum, part) => sum + part, 0);
  let below = 0;
  for (const [part, here] of mass.entries()) {
    if (below + here >= wanted) return part + (wanted - below) / here;
    below += here;
  }
  return mass.length;
}

/**
 * Range that holds the true share in 95 of 100 measurements: equal tails of the posterior under Jeffreys' prior for a share, Beta(½, ½), which is
 * level over the angle whose squared sine is the share; where every utterance is certain it is the interval of Brown, Cai and DasGupta 2001
 * ("Interval Estimation for a Binomial Proportion"), who put 0 or 1 in place of an end that nothing speaks against, as is done here where the
 * likelihood ratio does not rule it out. The share that the version is fitted for counts for nothing, unlike in estimateShare, whose own scatter (a
 * bootstrap) held the true share of 20 utterances in as few as 0 of 100 simulations (docs/decisions/0014-demands-and-share.md). The log-likelihood
 * of an utterance has the square of its slope for curvature, so the range is as wide as draws of utterances scatter even where posteriors are off,
 * if around another share than the true one then. NaN for no utterances.
 */
export function shareRange(posteriors: SharePosteriors): ShareRange {
  if (posteriors.none.length === 0) return { low: Number.NaN, high: Number.NaN };
  const coarse = parts(posteriors, 0, Math.PI / 2);
  const likely = Array.from({ length: PARTS }, (_, part) => part).filter(coarse.likely);
  const first = Math.max(0, (likely[0] ?? 0) - 1);
  const last = Math.min(PARTS, (likely.at(-1) ?? PARTS) + 2);
  const fine = parts(posteriors, first * coarse.width, last * coarse.width);
  const end = (share: number): number => Math.sin(first * coarse.width + quantile(fine.mass, share) * fine.width) ** 2;
  const allows = (share: number): boolean => logLikelihood(posteriors, share) > fine.top - NOT_RULED_OUT;
  return { low: allows(0) ? 0 : end(TAIL), high: allows(1) ? 1 : end(1 - TAIL) };
}

/**
 * How far posteriors are taken to be off, in log-odds: with this much room, told ranges held the true share of 95 in 100 corpora made from training
 * questions, 1 to 10 of them an intent (bench/out-of-scope-doubt.ts; docs/decisions/0014-demands-and-share.md).
 */
const DOUBT = 0.75;

/** Every posterior moved by so much, in log-odds. */
function moved(posteriors: SharePosteriors, logOdds: number): SharePosteriors {
  const factor = Math.exp(logOdds);
  return { ...posteriors, none: Float64Array.from(posteriors.none, (none) => (none * factor) / (1 - none + none * factor)) };
}

/** A share that traffic tells, and the range of those that it does not rule out; all in [0, 1]. */
export interface ToldShare extends ShareRange {
  readonly value: number;
}

/**
 * The estimate with a range that is honest about both of its weaknesses: chance in the utterances (shareRange), and posteriors that are off by DOUBT
 * one way or the other, which no number of utterances makes up for. It holds the estimate too, which leans on the fitted share where utterances are few.
 */
export function toldShare(posteriors: SharePosteriors): ToldShare {
  const value = estimateShare(posteriors);
  const { low } = shareRange(moved(posteriors, -DOUBT));
  const { high } = shareRange(moved(posteriors, DOUBT));
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}
