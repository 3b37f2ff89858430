/**
 * Honest rows for the calibrator, from the corpus alone: leave-one-out rows say when the best intent is right, counter-examples
 * and leave-one-intent-out rows say what an out-of-scope utterance looks like.
 */
import { bestAndInScope, type CalibrationRow, type Calibrator, confidences, fitLogistic, logit, type Weights } from './calibrator.ts';
import type { MatchSettings } from './contract.ts';
import { decide } from './decide.ts';
import { bestTwo, type Closeness, features } from './features.ts';
import { type ClarifyRow, type LearntDecisions, learnDecisions, MOST_CLARIFY } from './learnt-decisions.ts';
import { UNIVERSAL_SHARE } from './universal-prior.ts';

/** One honestly scored utterance. */
export interface HonestScore {
  readonly scores: Float32Array;
  /** Closeness to each intent (counter-examples.ts). */
  readonly closenessOf: (intent: number) => Closeness;
  /** The right intent; undefined for out of scope. */
  readonly intent: number | undefined;
}

/** A stored question as if its intent were not there. */
export interface SimulatedScore extends HonestScore {
  readonly intent: undefined;
  /** The intent that it is stored under. */
  readonly source: number;
}

/** Fewer rows in scope than this say little against the constants: two of them, from one intent, moved answers everywhere by 16 points. */
const HANDFUL = 20;

/**
 * So many counter-examples weigh as much as all simulated rows together: a few are of few topics, and that they are refused says little of what is
 * asked elsewhere.
 */
const DOZEN = 12;

/** Counter-examples that know as much of what answers are wrong as all simulated rows together. */
const KNOWN_OUT_OF_SCOPE = 50;

/**
 * Share of the rows in scope that is left out as outlying, times the questions an intent has. Few questions are worded apart on purpose, so one that is
 * left out is further from the others than what users ask; among many it is one of its kind.
 */
const OUTLYING = 0.1;
const MOST_OUTLYING = 0.02;

/**
 * Share of the simulated traffic from further off in what is learnt about precision, where it is half for the calibrator: it is easy to refuse, and a precision
 * that counts on it does not hold where out-of-scope traffic lies near the corpus.
 */
const FAR_IN_DECISIONS = 0.25;

const TEMPERATURES = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2];
/** Fewer wrong rows than this say nothing about the softmax. */
const ENOUGH_WRONG = 10;

function toRow(honest: HonestScore, weight: number, baseline: number): CalibrationRow {
  const found = features(honest.scores, honest.closenessOf);
  return {
    features: { ...found, score: found.score - baseline },
    right: honest.intent !== undefined && found.best === honest.intent,
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

function fitTemperature(inScope: readonly HonestScore[], prior: number): number {
  const wrong = inScope.filter((honest) => bestTwo(honest.scores).best !== honest.intent);
  if (wrong.length < ENOUGH_WRONG) return prior;
  const ranked = TEMPERATURES.map((temperature) => ({ temperature, value: likelihood(wrong, temperature) }));
  return ranked.reduce((best, next) => (next.value > best.value ? next : best)).temperature;
}

/** Honest rows by where they come from. */
export interface HonestRows {
  /** Leave-one-out. */
  readonly inScope: readonly HonestScore[];
  /** Leave-one-intent-out: what is asked near the corpus. */
  readonly simulated: readonly SimulatedScore[];
  /** The same without the intents most like the one left out: what is asked further off. Where there are any, half of the simulated traffic for the calibrator and FAR_IN_DECISIONS of it for decisions. */
  readonly far?: readonly SimulatedScore[];
  readonly counterExamples: readonly HonestScore[];
}

/** Weight of each kind of row, all rows of a kind together. */
function parts({ simulated, far = [], counterExamples }: HonestRows, share: number) {
  const real = simulated.length === 0 ? 1 : counterExamples.length / (counterExamples.length + DOZEN);
  const made = share * (1 - real);
  return { inScope: 1 - share, counterExamples: share * real, made, far: far.length === 0 ? 0 : made / 2 };
}

/** Whether a corpus's own rows can teach anything: some in scope, and some that are not right. */
function teaches({ inScope, simulated, counterExamples }: HonestRows): boolean {
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
function withoutOutlying(rows: readonly CalibrationRow[], inScope: Weights, share: number): readonly CalibrationRow[] {
  const likely = rows.filter((row) => row.inScope).sort((a, b) => logit(inScope, a.features) - logit(inScope, b.features));
  const gone = share * likely.length;
  const kept = likely.map((row, place) => ({ ...row, weight: (row.weight * Math.min(1, Math.max(0, place + 1 - gone))) / (1 - share) }));
  return [...kept, ...rows.filter((row) => !row.inScope)].filter((row) => row.weight > 0);
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
  const weighed = (list: readonly HonestScore[], weight: number) =>
    list.map((honest) => toRow(honest, (weight * total) / list.length, baseline));
  const all: readonly CalibrationRow[] = [
    ...weighed(rows.inScope, part.inScope),
    ...weighed(rows.counterExamples, part.counterExamples),
    ...weighed(rows.simulated, part.made - part.far),
    ...weighed(far, part.far),
  ].filter((row) => row.weight > 0);
  const fitInScope = (some: readonly CalibrationRow[]) =>
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

/** Confidences of one honest row, best first, with the intents they belong to. */
function ranked({ scores, closenessOf }: HonestScore, calibrator: Calibrator) {
  const { intents, none } = confidences(calibrator, { scores, found: features(scores, closenessOf), allowed: undefined });
  const order = Array.from(intents.keys()).sort(
    (a, b) => (intents[b] as number) - (intents[a] as number) || (scores[b] as number) - (scores[a] as number) || a - b,
  );
  return { order, intents, none };
}

/** An in-scope row that would be asked back, with what it could be asked between; none for any other. */
function clarifyRow(honest: HonestScore, calibrator: Calibrator, settings: MatchSettings): readonly ClarifyRow[] {
  const { order, intents, none } = ranked(honest, calibrator);
  if (honest.intent === undefined) return [];
  const descending = order.map((intent) => intents[intent] as number);
  const { decision } = decide({ confidences: descending, noneConfidence: none, minConfidence: undefined, settings });
  if (decision !== 'clarify') return [];
  const shares = descending.slice(0, MOST_CLARIFY).map((confidence) => confidence / Math.max(1e-12, 1 - none));
  return [{ shares, rank: order.indexOf(honest.intent) }];
}

/** Rows of one intent, those in scope and those simulated from it apart; counter-examples each alone. */
function groupOf(row: HonestScore | SimulatedScore): number | undefined {
  return 'source' in row ? -1 - row.source : row.intent;
}

/**
 * What the same rows teach about deciding. Counter-examples share with simulated rows here, however many there are: ten that are all refused say little
 * of what is not.
 * @returns undefined where the corpus's own rows teach nothing.
 */
export function fitDecisions(rows: HonestRows, calibrator: Calibrator, settings: MatchSettings): LearntDecisions | undefined {
  if (!teaches(rows)) return undefined;
  const { far = [], simulated, counterExamples, inScope } = rows;
  const { outOfScopeShare: share } = settings;
  const known = simulated.length === 0 ? 1 : counterExamples.length / (counterExamples.length + KNOWN_OUT_OF_SCOPE);
  const made = share * (1 - known);
  const further = far.length === 0 ? 0 : made * FAR_IN_DECISIONS;
  const weighed = (list: readonly (HonestScore | SimulatedScore)[], weight: number) =>
    list.map((honest) => {
      const found = features(honest.scores, honest.closenessOf);
      const right = honest.intent !== undefined && found.best === honest.intent;
      const [confidence] = bestAndInScope(calibrator, { scores: honest.scores, found, allowed: undefined });
      return { confidence, right, weight: weight / list.length, group: groupOf(honest) };
    });
  const all = [
    ...weighed(inScope, 1 - share),
    ...weighed(counterExamples, share * known),
    ...weighed(simulated, made - further),
    ...weighed(far, further),
  ];
  const asked = inScope.flatMap((honest) => clarifyRow(honest, calibrator, settings));
  return learnDecisions(all, asked);
}
