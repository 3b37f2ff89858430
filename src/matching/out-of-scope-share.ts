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
