/**
 * Fits scorer and calibrator from a corpus alone, in closed form. Meant for a worker thread: it computes for seconds on 10,000 questions.
 */
import { fitCalibrator, fitDecisions, type HonestRows, type HonestScore } from './calibration-rows.ts';
import type { FitInput, Multiply, Probe } from './contract.ts';
import type { FittedHits, FittedRidge } from './fitted-scorer.ts';
import { hitScores } from './hit-scorer.ts';
import { nearScored, type Sample, sampleHonestly } from './honest-samples.ts';
import { fitKernelRidge } from './kernel-ridge.ts';
import { rowsByIntent } from './landmarks.ts';
import { addVote, voteWeight } from './neighbour-vote.ts';
import { type Neighbourhood, neighbourhoods } from './neighbourhoods.ts';
import { ridgeScorer } from './ridge-scorer.ts';
import { HITS_CALIBRATOR, ridgeConstants } from './universal-prior.ts';

/** Whether a corpus is past the size up to which kernel ridge is fitted. */
export function usesHitScorer(input: Pick<FitInput, 'texts' | 'intentCount' | 'settings'>): boolean {
  return input.texts.length > input.settings.maxRidgeQuestions || input.intentCount > input.settings.maxRidgeIntents;
}

async function scoreCounterExamples(fitted: FittedRidge, input: FitInput, multiply: Multiply): Promise<readonly HonestScore[]> {
  const scorer = ridgeScorer(fitted);
  const outside = input.counterTexts.map(() => ({ row: -1, intent: -1 }));
  const around = await neighbourhoods(input.counterVectors, outside, { input, multiply });
  return input.counterTexts.map((text, i) => {
    const { near, nearest } = around[i] as Neighbourhood;
    const vector = input.counterVectors.subarray(i * input.dimension, (i + 1) * input.dimension);
    return {
      scores: scorer.score(scorer.prepare(text), vector, near).scores,
      nearest: (intent) => nearest[intent] as number,
      intent: undefined,
    };
  });
}

/** Leave-one-intent-out rows of one kind. */
function simulated(samples: readonly Sample[], weight: number, pick: (sample: Sample) => Float32Array | undefined): readonly HonestScore[] {
  return samples.flatMap((sample) => {
    const scores = pick(sample);
    if (scores === undefined) return [];
    const near = nearScored(sample.around.nearOthers, scores);
    return [
      {
        scores: addVote(scores.slice(), near, weight),
        nearest: (intent: number) => sample.around.nearest[intent] as number,
        intent: undefined,
      },
    ];
  });
}

function honestRows(samples: readonly Sample[], weight: number, counterExamples: readonly HonestScore[]): HonestRows {
  const nearestIn = (sample: Sample) => (intent: number) => sample.around.nearest[intent] as number;
  return {
    inScope: samples.flatMap((sample) =>
      sample.alone === undefined
        ? []
        : [{ scores: addVote(sample.alone.slice(), sample.around.near, weight), nearest: nearestIn(sample), intent: sample.intent }],
    ),
    simulated: simulated(samples, weight, ({ without }) => without),
    far: simulated(samples, weight, ({ far }) => far),
    counterExamples,
  };
}

/** Stages that fitScorer reports. */
const STAGES = 6;

/**
 * Kernel ridge and calibrator.
 * @param input at least one question and one intent. @param multiply matrix products. @param options progress in stages.
 */
export async function fitScorer(
  input: FitInput,
  multiply: Multiply,
  options: { readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<FittedRidge> {
  let done = 0;
  const step = () => {
    done += 1;
    options.onProgress?.(done, STAGES);
  };
  const fit = await fitKernelRidge(input, multiply, step);
  const samples = await sampleHonestly(fit, input, multiply);
  step();
  const weight = voteWeight(input.intents, input.intentCount);
  const constants = ridgeConstants(input.intentCount);
  const uncalibrated: FittedRidge = { kind: 'kernel_ridge', model: fit.model, voteWeight: weight, calibrator: constants };
  const counterExamples = await scoreCounterExamples(uncalibrated, input, multiply);
  const rows = honestRows(samples, weight, counterExamples);
  const calibrator = fitCalibrator(rows, {
    share: input.settings.outOfScopeShare,
    prior: constants,
    baseline: input.intentCount === 1 ? 0 : 1 / input.intentCount,
  });
  step();
  return { ...uncalibrated, calibrator, decisions: fitDecisions(rows, calibrator, input.settings) };
}

function honestProbe(near: Probe['near'], intent: number | undefined, intentCount: number): HonestScore {
  const nearest = new Map<number, number>();
  for (const hit of near) nearest.set(hit.intent, Math.max(nearest.get(hit.intent) ?? -1, hit.similarity));
  return { scores: hitScores(near, intentCount), nearest: (wanted) => nearest.get(wanted) ?? -1, intent };
}

/**
 * The hit scorer's calibrator, from probes of the corpus by itself. The only question of an intent, itself left out, can find no
 * right answer: it is no in-scope row.
 */
export function fitHitScorer(input: Pick<FitInput, 'intents' | 'intentCount' | 'settings'>, probes: readonly Probe[]): FittedHits {
  const stored = probes.filter((probe) => probe.intent !== undefined);
  const questions = rowsByIntent(input.intents, input.intentCount);
  const answerable = stored.filter((probe) => probe.intent !== undefined && (questions[probe.intent]?.length ?? 0) > 1);
  const rows: HonestRows = {
    inScope: answerable.map((probe) => honestProbe(probe.near, probe.intent, input.intentCount)),
    simulated: stored.map((probe) => honestProbe(probe.nearOthers, undefined, input.intentCount)),
    counterExamples: probes
      .filter((probe) => probe.intent === undefined)
      .map((probe) => honestProbe(probe.near, undefined, input.intentCount)),
  };
  const calibrator = fitCalibrator(rows, { share: input.settings.outOfScopeShare, prior: HITS_CALIBRATOR, baseline: 0 });
  return { kind: 'hits', intentCount: input.intentCount, calibrator, decisions: fitDecisions(rows, calibrator, input.settings) };
}
