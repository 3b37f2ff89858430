/**
 * Scores to probabilities. Two logistic regressions on the same three features: is the utterance in scope at all, and is the best
 * intent right if it is. The best intent has the product; what else is in scope goes to the other intents by a softmax of their scores.
 * Each is fitted by Newton's method with a Gaussian prior around constants fitted on other corpora, so that a corpus with few
 * honest rows keeps sensible confidences (ridge-to-prior; Bishop 2006, 4.3.3 and 4.5).
 */
import type { Features } from './features.ts';
import { cholesky, solveCholesky } from './linear-algebra.ts';

/** Weights for [1, score, lead, nearest]. */
export type Weights = readonly [number, number, number, number];

/** A fitted calibrator; plain data. */
export interface Calibrator {
  /** Log-odds that the best intent is right, if the utterance is in scope. */
  readonly right: Weights;
  /** Log-odds that the utterance is in scope. */
  readonly inScope: Weights;
  /** Temperature of the softmax that shares what is left among the other intents. */
  readonly temperature: number;
  /**
   * How many times as likely as in the traffic that the weights were fitted on "none of these" is here, against any intent; 1 where they were
   * fitted on the expected traffic itself.
   */
  readonly noneOdds: number;
  /** Score of an utterance that is like nothing stored; taken from scores before the weights see them. */
  readonly baseline: number;
}

/** One honest row: features of an utterance the scorer was not fitted on, with what is true of it. */
export interface CalibratorRow {
  readonly features: Pick<Features, 'score' | 'lead' | 'nearest'>;
  readonly right: boolean;
  readonly inScope: boolean;
  readonly weight: number;
}

/** Features are centred and scaled by these before the logistic, so that one prior strength fits all of them. */
const SHIFT: Weights = [0, 0.6, 0.45, 0.7];
const SCALE: Weights = [1, 0.25, 0.3, 0.15];

/** @returns [1, score, lead, nearest], shifted and scaled. */
function design(row: Pick<Features, 'score' | 'lead' | 'nearest'>): Weights {
  const scaled = [row.score, row.lead, row.nearest].map((value, i) => (value - (SHIFT[i + 1] as number)) / (SCALE[i + 1] as number));
  return [1, scaled[0] as number, scaled[1] as number, scaled[2] as number];
}

/**
 * Log-odds of being in scope that an utterance loses for each unit of cosine that a counter-example is nearer than any question: .05 nearer makes
 * "none of these" e times as likely. Fixed, and no part of what is learnt: counter-examples lie near one another, so their own rows would be
 * explained by it alone and teach nothing of other traffic (docs/decisions/0028-nearer-counter-examples.md).
 */
const REFUSAL = 20;

/** Log-odds; finite for finite features. */
export function logit(weights: Weights, row: Pick<Features, 'score' | 'lead' | 'nearest'>): number {
  return design(row).reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
}

/** Logistic function, in (0, 1). */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** A Gaussian prior on the weights. */
export interface Prior {
  readonly mean: Weights;
  /** Precision of each weight; scikit-learn's C is its inverse. */
  readonly strength: number;
}

/** One Newton step's gradient and Hessian at the given weights. */
function derivatives(
  rows: readonly CalibratorRow[],
  label: (row: CalibratorRow) => boolean,
  { at, prior }: { readonly at: Weights; readonly prior: Prior },
) {
  const gradient = new Float64Array(4);
  const hessian = new Float64Array(16);
  for (let i = 0; i < 4; i += 1) {
    gradient[i] = prior.strength * ((at[i] as number) - (prior.mean[i] as number));
    hessian[i * 4 + i] = prior.strength;
  }
  for (const row of rows) {
    const x = design(row.features);
    const p = sigmoid(x.reduce((sum, value, i) => sum + value * (at[i] as number), 0));
    for (let i = 0; i < 4; i += 1) {
      gradient[i] = (gradient[i] as number) + row.weight * (p - (label(row) ? 1 : 0)) * (x[i] as number);
      for (let j = 0; j < 4; j += 1) {
        hessian[i * 4 + j] = (hessian[i * 4 + j] as number) + row.weight * p * (1 - p) * (x[i] as number) * (x[j] as number);
      }
    }
  }
  return { gradient, hessian };
}

/** Minus the log-posterior at the given weights, but for a constant: what Newton's method makes small. */
function loss(
  rows: readonly CalibratorRow[],
  label: (row: CalibratorRow) => boolean,
  { at, prior }: { readonly at: Weights; readonly prior: Prior },
): number {
  const distance = at.reduce((sum, value, i) => sum + (value - (prior.mean[i] as number)) ** 2, 0);
  return rows.reduce(
    (sum, row) => {
      const x = logit(at, row.features) * (label(row) ? 1 : -1);
      // ln(1 + exp(−x)), without overflow.
      return sum + row.weight * (Math.max(0, -x) + Math.log1p(Math.exp(-Math.abs(x))));
    },
    (prior.strength * distance) / 2,
  );
}

/** Weights less a part of a Newton step. */
function moved(weights: Weights, step: Float64Array, part: number): Weights {
  const [a, b, c, d] = weights;
  return [a - part * (step[0] as number), b - part * (step[1] as number), c - part * (step[2] as number), d - part * (step[3] as number)];
}

/** Logistic regression with a Gaussian prior: the weights of greatest posterior. No rows give the prior's mean. */
export function fitLogistic(rows: readonly CalibratorRow[], label: (row: CalibratorRow) => boolean, prior: Prior): Weights {
  let weights = prior.mean;
  let least = loss(rows, label, { at: weights, prior });
  for (let iteration = 0; iteration < 50; iteration += 1) {
    const { gradient: step, hessian } = derivatives(rows, label, { at: weights, prior });
    solveCholesky(cholesky(hessian, 4, 1e-9), 4, step);
    if (Math.hypot(...step) < 1e-9) break;
    // On separable or far-off rows a whole step overshoots: it is halved until it leads down.
    let part = 1;
    while (part > 1e-6 && !(loss(rows, label, { at: moved(weights, step, part), prior }) < least)) part /= 2;
    if (part <= 1e-6) break;
    weights = moved(weights, step, part);
    least = loss(rows, label, { at: weights, prior });
  }
  return weights;
}

/** Probabilities of one answer. */
export interface Confidences {
  /** [intents] in [0, 1]; 0 where not allowed; with `none` they sum to 1. */
  readonly intents: Float64Array;
  /** Probability that none of the stored intents is meant. */
  readonly none: number;
}

/** What one utterance's confidences are computed from. */
export interface ScoredUtterance {
  /** [intents] −Infinity where the scorer has nothing to say. */
  readonly scores: Float32Array;
  /** Features of the same scores among the same allowed intents. */
  readonly found: Features;
  /** Which intents may be meant; all where undefined. */
  readonly allowed: ((intent: number) => boolean) | undefined;
}

/** Scores closer than this could as well have come out in another order. */
const INDISTINCT = 0.02;

/** The most that the best of intents can hold of what is in scope: equal scores, equal shares. In (0, 1]. */
function greatestShare({ scores, found, allowed }: ScoredUtterance): number {
  let total = 0;
  for (let intent = 0; intent < scores.length; intent += 1) {
    const score = scores[intent] as number;
    if (allowed?.(intent) !== false) total += Math.exp((score - found.score) / INDISTINCT);
  }
  return 1 / total;
}

/** Softmax weights of the allowed intents but the best, the second's being 1, and their sum. */
function weightsBehindBest({ scores, found, allowed }: ScoredUtterance, temperature: number) {
  const weights = new Float64Array(scores.length);
  let total = 0;
  if (found.second >= 0) {
    const top = scores[found.second] as number;
    for (let intent = 0; intent < scores.length; intent += 1) {
      const score = scores[intent] as number;
      if (intent === found.best || allowed?.(intent) === false) continue;
      const weight = Math.exp((score - top) / temperature);
      weights[intent] = weight;
      total += weight;
    }
  }
  return { weights, total };
}

/**
 * Probabilities that the best intent is right and that any is meant, after the shift of the prior: what is in scope keeps its proportions, and
 * "none of these" weighs `noneOdds` times as much (Saerens, Latinne and Decaestecker 2002, equation 2.4). No other intent may be more probable than
 * the best one: where the second's share of what is in scope would be, both have the same.
 * @param behind what the intents behind the best one weigh together, the second being 1.
 */
function probabilities(
  { right, inScope, noneOdds, baseline }: Calibrator,
  scored: ScoredUtterance,
  behind: number,
): readonly [number, number] {
  const found = { ...scored.found, score: scored.found.score - baseline };
  const any = sigmoid(logit(inScope, found) - REFUSAL * found.refused);
  const sure = any * sigmoid(logit(right, found));
  const best = Math.max(Math.min(sure, any * greatestShare(scored)), behind === 0 ? 0 : any / (1 + behind));
  const all = any + (1 - any) * noneOdds;
  return [best / all, any / all];
}

/** Probabilities that the best intent is right and that any is meant. */
export function bestAndInScope(calibrator: Calibrator, scored: ScoredUtterance): readonly [number, number] {
  return probabilities(calibrator, scored, weightsBehindBest(scored, calibrator.temperature).total);
}

/** Spreads probability over the intents. The best intent's is the greatest; order follows the scores. */
export function confidences(calibrator: Calibrator, scored: ScoredUtterance): Confidences {
  const { scores, found } = scored;
  if (found.best < 0) return { intents: new Float64Array(scores.length), none: 1 };
  const { weights, total } = weightsBehindBest(scored, calibrator.temperature);
  const [best, inScope] = probabilities(calibrator, scored, total);
  const share = total === 0 ? 0 : Math.min(best, (inScope - best) / total);
  const intents = weights.map((weight) => weight * share);
  const rest = intents.reduce((sum, confidence) => sum + confidence, 0);
  intents[found.best] = best;
  return { intents, none: Math.max(0, 1 - best - rest) };
}
