/**
 * How much the neighbour vote counts beside the ridge, learnt from honest rows. A choice between the weights would jump where one row more or
 * less decides it, and every confidence with it; so each weight counts as much as it is likely to be worth its while.
 */
import { sigmoid } from './calibrator.ts';
import type { NearQuestion } from './contract.ts';
import { bestTwo } from './features.ts';
import { addVote } from './neighbour-vote.ts';

/** Each is tried against the one before it. */
const WEIGHTS = [0, 0.1, 0.2] as const;
/** A larger vote is worth it where it finds the right intent for this share of rows more. */
const GAIN = 0.002;

/** A stored question as the ridge scores it without having learnt from it. */
export interface VoteSample {
  readonly intent: number;
  /** [intents] */
  readonly scores: Float32Array;
  readonly near: readonly NearQuestion[];
}

/** Cumulative normal distribution to .01, by the logistic (Bowling et al. 2009). */
function normalBelow(z: number): number {
  return sigmoid(1.702 * z);
}

/**
 * Probability that `after` is right for GAIN more of all utterances than `before`, given on which rows each was right: a normal
 * approximation over the rows where only one of them was (McNemar 1947).
 */
function likelyGain(before: readonly boolean[], after: readonly boolean[]): number {
  let won = 0;
  let lost = 0;
  after.forEach((right, i) => {
    if (right && before[i] === false) won += 1;
    else if (!right && before[i] === true) lost += 1;
  });
  return normalBelow((won - lost - GAIN * after.length) / Math.sqrt(Math.max(1, won + lost)));
}

/** @returns in [0, .2]; 0 where no rows tell. */
export function voteWeight(samples: readonly VoteSample[]): number {
  if (samples.length === 0) return 0;
  const right = WEIGHTS.map((weight) =>
    samples.map(({ scores, near, intent }) => bestTwo(addVote(scores.slice(), near, weight)).best === intent),
  );
  let weight = 0;
  let likely = 1;
  for (let i = 1; i < WEIGHTS.length; i += 1) {
    likely *= likelyGain(right[i - 1] as boolean[], right[i] as boolean[]);
    weight += likely * ((WEIGHTS[i] as number) - (WEIGHTS[i - 1] as number));
  }
  return weight;
}
