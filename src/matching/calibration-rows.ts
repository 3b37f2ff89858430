/**
 * Honest rows for the calibrator, from the corpus alone: leave-one-out rows say when the best intent is right, counter-examples
 * and leave-one-intent-out rows say what an out-of-scope utterance looks like.
 */
import { type CalibrationRow, type Calibrator, fitLogistic } from './calibrator.ts';
import { bestTwo, features } from './features.ts';
import { UNIVERSAL_CALIBRATOR } from './universal-prior.ts';

/** One honestly scored utterance. */
export interface HonestScore {
  readonly scores: Float32Array;
  /** [intents] greatest cosine to a question of each intent. */
  readonly nearest: (intent: number) => number;
  /** The right intent; undefined for out of scope. */
  readonly intent: number | undefined;
}

/** From this many counter-examples on, they alone stand for out-of-scope traffic; below it simulated rows fill up. */
const ENOUGH_COUNTER_EXAMPLES = 10;

const TEMPERATURES = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2];
/** Fewer wrong rows than this say nothing about the softmax. */
const ENOUGH_WRONG = 10;

function toRow(honest: HonestScore, weight: number): CalibrationRow {
  const found = features(honest.scores, honest.nearest);
  return {
    features: found,
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

function fitTemperature(inScope: readonly HonestScore[]): number {
  const wrong = inScope.filter((honest) => bestTwo(honest.scores).best !== honest.intent);
  if (wrong.length < ENOUGH_WRONG) return UNIVERSAL_CALIBRATOR.temperature;
  const ranked = TEMPERATURES.map((temperature) => ({ temperature, value: likelihood(wrong, temperature) }));
  return ranked.reduce((best, next) => (next.value > best.value ? next : best)).temperature;
}

/** Honest rows by where they come from. */
export interface HonestRows {
  /** Leave-one-out. */
  readonly inScope: readonly HonestScore[];
  /** Leave-one-intent-out. */
  readonly simulated: readonly HonestScore[];
  readonly counterExamples: readonly HonestScore[];
}

/**
 * Fits the calibrator. Rows of each side together weigh as the expected traffic does: 1 − π in scope, π out of scope.
 * Without in-scope rows (one question per intent) the universal constants stand; without out-of-scope rows too (one intent and no
 * counter-example), since rows that are all right would teach that everything is.
 * @param share π, the expected share of out-of-scope traffic.
 */
export function fitCalibrator(rows: HonestRows, share: number): Calibrator {
  const total = rows.inScope.length;
  if (total === 0 || rows.simulated.length + rows.counterExamples.length === 0) return UNIVERSAL_CALIBRATOR;
  const real = rows.simulated.length === 0 ? 1 : Math.min(1, rows.counterExamples.length / ENOUGH_COUNTER_EXAMPLES);
  const each = (part: number, count: number) => (count > 0 ? (part * total) / count : 0);
  const weighted: readonly CalibrationRow[] = [
    ...rows.inScope.map((honest) => toRow(honest, each(1 - share, rows.inScope.length))),
    ...rows.counterExamples.map((honest) => toRow(honest, each(share * real, rows.counterExamples.length))),
    ...rows.simulated.map((honest) => toRow(honest, each(share * (1 - real), rows.simulated.length))),
  ].filter((row) => row.weight > 0);
  return {
    right: fitLogistic(weighted, (row) => row.right, UNIVERSAL_CALIBRATOR.right),
    inScope: fitLogistic(weighted, (row) => row.inScope, UNIVERSAL_CALIBRATOR.inScope),
    temperature: fitTemperature(rows.inScope),
  };
}
