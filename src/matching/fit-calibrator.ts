/**
 * Fits the calibrator to a corpus's own rows: leave-one-out rows say when the best intent is right, counter-examples
 * and leave-one-intent-out rows say what an out-of-scope utterance looks like.
 */
import { type Calibrator, type CalibratorRow, fitLogistic, logit, type Weights } from './calibrator.ts';
import { bestTwo, features } from './features.ts';
import type { CounterScore, HonestRows, HonestScore } from './honest-rows.ts';
import { UNIVERSAL_SHARE } from './universal-prior.ts';

/** Fewer rows in scope than this say little against the constants: two of them, from one intent, moved answers everywhere by 16 points. */
export const HANDFUL = 20;

/**
 * So many counter-examples weigh as much as all simulated rows together: a few are of few topics, and that they are refused says little of what is
 * asked elsewhere.
 */
const DOZEN = 12;

/**
 * Share of the rows in scope that is left out as outlying, times the questions an intent has. Few questions are worded apart on purpose, so one that is
 * left out is further from the others than what users ask; among many it is one of its kind.
 */
const OUTLYING = 0.1;
const MOST_OUTLYING = 0.02;

const TEMPERATURES = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2];
/** Fewer wrong rows than this say nothing about the softmax. */
const ENOUGH_WRONG = 10;

/** A row as the logistics take it. */
export function toRow(honest: HonestScore, weight: number, baseline: number): CalibratorRow {
  const found = features(honest.scores, honest.closenessOf);
  return {
    features: { ...found, score: found.score - baseline },
    right: found.best === honest.intent,
    inScope: honest.intent !== undefined,
    weight,
  };
}

/** Log-likelihood of the right intent among those behind the best one. */
function likelihood(wrong: readonly HonestScore[], temperature: number): number {
  return wrong.reduce((sum, { scores, intent }) => {
    const { best, second } = bestTwo(scores);
    if (intent === undefined || second < 0 || scores[intent] === -Infinity) return sum;
    const top = scores[second] as number;
    let total = 0;
    scores.forEach((score, other) => {
      if (other !== best && score !== -Infinity) total += Math.exp((score - top) / temperature);
    });
    return sum + ((scores[intent] as number) - top) / temperature - Math.log(total);
  }, 0);
}

/** @param inScope rows in scope. @param prior stands where few of them are wrong. */
export function fitTemperature(inScope: readonly HonestScore[], prior: number): number {
  const wrong = inScope.filter((honest) => bestTwo(honest.scores).best !== honest.intent);
  if (wrong.length < ENOUGH_WRONG) return prior;
  const ranked = TEMPERATURES.map((temperature) => ({ temperature, value: likelihood(wrong, temperature) }));
  return ranked.reduce((best, next) => (next.value > best.value ? next : best)).temperature;
}

/** How much of a row of traffic a counter-example is. */
export function countsOf({ counts = 1 }: CounterScore): number {
  return counts;
}

/** Share of the out-of-scope part that counter-examples stand for, where so many weigh as much as all simulated rows together. */
export function knownShare({ simulated, counterExamples }: HonestRows, asMuch: number): number {
  if (simulated.length === 0) return 1;
  const count = counterExamples.reduce((sum, row) => sum + countsOf(row), 0);
  return count / (count + asMuch);
}

/** Each row with its part of a weight, all parts even or as given. */
export function shared<Row>(rows: readonly Row[], weight: number, partOf: (row: Row) => number = () => 1) {
  const all = rows.reduce((sum, row) => sum + partOf(row), 0);
  return rows.map((row) => ({ row, weight: (weight * partOf(row)) / all }));
}

/** Weight of each kind of row, all rows of a kind together. */
function parts(rows: HonestRows, share: number) {
  const real = knownShare(rows, DOZEN);
  const made = share * (1 - real);
  return { inScope: 1 - share, counterExamples: share * real, made, far: (rows.far ?? []).length === 0 ? 0 : made / 2 };
}

/** Whether a corpus's own rows can teach anything: some in scope, and some that are not right. */
export function teaches({ inScope, simulated, counterExamples }: HonestRows): boolean {
  return inScope.length > 0 && simulated.length + counterExamples.length > 0;
}

function odds(share: number): number {
  return share / (1 - share);
}

/** How many times as many odds "none of these" has at a share as in the traffic of the universal constants. */
function noneOddsAt(share: number): number {
  return odds(share) / odds(UNIVERSAL_SHARE);
}

/** Weights of `inScope` for traffic of another share, which moves the constant alone. */
function shifted([constant, ...rest]: Weights, share: number): Weights {
  return [constant - Math.log(noneOddsAt(share)), ...rest];
}

/** A calibrator with its shift to another share in the constant of `inScope`: the same confidences. */
export function noneShifted({ noneOdds, inScope: [constant, ...rest], ...others }: Calibrator): Calibrator {
  return { ...others, inScope: [constant - Math.log(noneOdds), ...rest], noneOdds: 1 };
}

/** The corpus's own out-of-scope rows, each with its part of their weight. */
export function outOfScopeRows(rows: HonestRows): readonly { readonly row: HonestScore; readonly part: number }[] {
  const { counterExamples, made, far } = parts(rows, 1);
  return [
    ...shared(rows.counterExamples, counterExamples, countsOf),
    ...shared(rows.simulated, made - far),
    ...shared(rows.far ?? [], far),
  ].map(({ row, weight }) => ({ row, part: weight }));
}

/** What a calibrator is fitted for. */
export interface CalibratorTask {
  /** π, the expected share of out-of-scope traffic. */
  readonly share: number;
  /** Constants of the scorer at hand; they stand in for the corpus's own rows, and few rows are drawn towards them. */
  readonly prior: Calibrator;
  /** Score of an utterance that is like nothing stored. */
  readonly baseline: number;
  /** Mean number of questions of an intent. */
  readonly questionsPerIntent: number;
}

/**
 * The rows without the share of those in scope that look least like it, which weigh together as before; the last of them goes in part. A few questions
 * that are like no other would flatten both regressions, and what is far from everything stored would get some of their confidence (one step towards
 * maximum trimmed likelihood, Hadi & Luceño 1997).
 */
function withoutOutlying(rows: readonly CalibratorRow[], inScope: Weights, share: number): readonly CalibratorRow[] {
  const likely = rows.filter((row) => row.inScope).sort((a, b) => logit(inScope, a.features) - logit(inScope, b.features));
  const gone = share * likely.length;
  const kept = likely.map((row, place) => ({ ...row, weight: (row.weight * Math.min(1, Math.max(0, place + 1 - gone))) / (1 - share) }));
  return [...kept, ...rows.filter((row) => !row.inScope)];
}

/**
 * Fits the calibrator. Rows of each side together weigh as the expected traffic does: 1 − π in scope, π out of scope.
 * Without in-scope rows (one question per intent) the universal constants stand, shifted to the share; so they do without out-of-scope rows (one
 * intent and no counter-example), since rows that are all right would teach that everything is.
 */
export function fitCalibrator(rows: HonestRows, { share, prior, baseline, questionsPerIntent }: CalibratorTask): Calibrator {
  if (!teaches(rows)) return { ...prior, noneOdds: noneOddsAt(share), baseline };
  const { far = [] } = rows;
  const total = rows.inScope.length;
  const part = parts(rows, share);
  const strength = 1 + HANDFUL / total;
  const all: readonly CalibratorRow[] = [
    ...shared(rows.inScope, part.inScope * total),
    ...shared(rows.counterExamples, part.counterExamples * total, countsOf),
    ...shared(rows.simulated, (part.made - part.far) * total),
    ...shared(far, part.far * total),
  ].map(({ row, weight }) => toRow(row, weight, baseline));
  const fitInScope = (some: readonly CalibratorRow[]) =>
    fitLogistic(some, (row) => row.inScope, { mean: shifted(prior.inScope, share), strength });
  const kept = withoutOutlying(all, fitInScope(all), Math.min(MOST_OUTLYING, OUTLYING / questionsPerIntent));
  return {
    right: fitLogistic(
      kept.filter((row) => row.inScope),
      (row) => row.right,
      { mean: prior.right, strength },
    ),
    inScope: fitInScope(kept),
    temperature: fitTemperature(rows.inScope, prior.temperature),
    noneOdds: 1,
    baseline,
  };
}
