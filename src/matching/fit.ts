/**
 * Fits scorer and calibrator from a corpus alone, in closed form. Meant for a worker thread: it computes for seconds on 10,000 questions.
 */
import { type FitInput, type Multiply, NO_INTENT, type Probe, type Refusals } from './contract.ts';
import { closeness, type Held, heldAgainst } from './counter-examples.ts';
import { countFairly } from './fair-counts.ts';
import type { Closeness } from './features.ts';
import { type CalibratorTask, fitCalibrator } from './fit-calibrator.ts';
import { fitDecisions } from './fit-decisions.ts';
import type { FittedHits, FittedRidge } from './fitted-scorer.ts';
import { hitScores } from './hit-scorer.ts';
import type { HonestRows, HonestScore, SimulatedScore } from './honest-rows.ts';
import { nearScored, type Sample, sampleHonestly } from './honest-samples.ts';
import { leaveGroupOut } from './honest-scores.ts';
import { fitKernelRidge, type RidgeFit } from './kernel-ridge.ts';
import { provesPrecision, scoreLabelled } from './labelled-scores.ts';
import { takeRows } from './linear-algebra.ts';
import { addVote, voteWeight } from './neighbour-vote.ts';
import { type Neighbourhood, neighbourhoods } from './neighbourhoods.ts';
import { refineCalibrator } from './refine-calibrator.ts';
import { rowsByIntent } from './rows-by-intent.ts';
import { HITS_CALIBRATOR, ridgeConstants } from './universal-prior.ts';

/** Whether a corpus is past the size up to which kernel ridge is fitted: counter-examples are rows of it, as questions are. */
export function usesHitScorer(input: Pick<FitInput, 'texts' | 'counterTexts' | 'intentCount' | 'settings'>): boolean {
  return (
    input.texts.length + input.counterTexts.length > input.settings.maxRidgeQuestions || input.intentCount > input.settings.maxRidgeIntents
  );
}

/** Most counter-examples that teach the calibrator; all of them refuse. */
const TEACHING_COUNTER_EXAMPLES = 1000;

/** Numbers of the counter-examples that teach what is out of scope: those that refuse all, evenly drawn. What another intent may answer teaches nothing. */
function teachingCounterExamples({ counterIntents }: FitInput): readonly number[] {
  const all = Array.from(counterIntents.keys()).filter((number) => counterIntents[number] === NO_INTENT);
  const step = Math.max(1, Math.ceil(all.length / TEACHING_COUNTER_EXAMPLES));
  return all.filter((_, place) => place % step === 0);
}

/** Counter-examples as if they, and those that say nearly the same, were not there. */
async function scoreCounterExamples(fit: RidgeFit, input: FitInput, multiply: Multiply): Promise<readonly HonestScore[]> {
  const numbers = teachingCounterExamples(input);
  const vectors = takeRows(input.counterVectors, input.dimension, Int32Array.from(numbers));
  const outside = numbers.map(() => ({ row: -1, intent: NO_INTENT }));
  const around = await neighbourhoods(vectors, outside, { input, multiply });
  const held = await heldAgainst(vectors, input, { twins: 'leave', multiply });
  const weight = voteWeight(input.intents, input.intentCount);
  return numbers.map((number, i) => {
    const { near, nearest } = around[i] as Neighbourhood;
    const { twins, refusals } = held[i] as Held;
    const group = [...new Set([number, ...twins])].map((twin) => fit.counterStart + twin);
    return {
      scores: addVote(leaveGroupOut(fit, fit.counterStart + number, group), near, weight),
      closenessOf: (intent) => closeness(nearest[intent] as number, refusals, intent),
      intent: undefined,
    };
  });
}

function closenessOf({ around, refusals }: Sample): (intent: number) => Closeness {
  return (intent) => closeness(around.nearest[intent] as number, refusals, intent);
}

/** Leave-one-intent-out rows of one kind. */
function simulated(
  samples: readonly Sample[],
  weight: number,
  pick: (sample: Sample) => Float32Array | undefined,
): readonly SimulatedScore[] {
  return samples.flatMap((sample) => {
    const scores = pick(sample);
    if (scores === undefined) return [];
    const near = nearScored(sample.around.nearOthers, scores);
    return [
      {
        scores: addVote(scores.slice(), near, weight),
        closenessOf: closenessOf(sample),
        intent: undefined,
        source: sample.intent,
      },
    ];
  });
}

function honestRows(samples: readonly Sample[], weight: number, counterExamples: readonly HonestScore[]): HonestRows {
  return {
    inScope: samples.flatMap((sample) =>
      sample.alone === undefined
        ? []
        : [{ scores: addVote(sample.alone.slice(), sample.around.near, weight), closenessOf: closenessOf(sample), intent: sample.intent }],
    ),
    simulated: simulated(samples, weight, ({ without }) => without),
    far: simulated(samples, weight, ({ far }) => far),
    counterExamples,
  };
}

/** Calibrator and what is learnt about deciding, from all honest rows. */
function calibrate(
  rows: HonestRows,
  { settings, intents, intentCount }: Pick<FitInput, 'settings' | 'intents' | 'intentCount'>,
  constants: Pick<CalibratorTask, 'prior' | 'baseline'>,
) {
  const task = { ...constants, share: settings.outOfScopeShare, questionsPerIntent: intents.length / intentCount };
  const calibrator = refineCalibrator(fitCalibrator(rows, task), rows, task);
  return { calibrator, decisions: fitDecisions(rows, calibrator, settings) };
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
  const counterExamples = await scoreCounterExamples(fit, input, multiply);
  const baseline = input.intentCount === 1 ? 0 : 1 / input.intentCount;
  const own = countFairly(honestRows(samples, weight, counterExamples), { prior: constants, baseline });
  const scorer = {
    kind: 'kernel_ridge',
    model: fit.model,
    voteWeight: weight,
    counterExamples: { intents: input.counterIntents, vectors: input.counterVectors, leverages: fit.counterLeverages },
  } as const;
  const labelled = await scoreLabelled(scorer, input, multiply);
  const taught = calibrate({ ...own, labelled }, input, { prior: constants, baseline });
  step();
  return { ...scorer, ...taught };
}

function honestProbe(near: Probe['near'], intent: number | undefined, { refusals, intentCount }: HonestProbeContext): HonestScore {
  const nearest = new Map<number, number>();
  for (const hit of near) nearest.set(hit.intent, Math.max(nearest.get(hit.intent) ?? -1, hit.similarity));
  return {
    scores: hitScores(near, refusals, intentCount),
    closenessOf: (wanted) => closeness(nearest.get(wanted) ?? -1, refusals, wanted),
    intent,
  };
}

interface HonestProbeContext {
  readonly refusals: Refusals;
  readonly intentCount: number;
}

/**
 * The hit scorer's calibrator, from probes of the corpus by itself. The only question of an intent, itself left out, can find no
 * right answer: it is no in-scope row.
 */
export function fitHitScorer(
  input: Pick<FitInput, 'intents' | 'intentCount' | 'counterIntents' | 'counterVectors' | 'settings'>,
  probes: readonly Probe[],
): FittedHits {
  const { intentCount } = input;
  const stored = probes.filter((probe): probe is Probe & { readonly intent: number } => probe.kind === 'question');
  const questions = rowsByIntent(input.intents, input.intentCount);
  const answerable = stored.filter((probe) => (questions[probe.intent]?.length ?? 0) > 1);
  const honest: HonestRows = {
    inScope: answerable.map(({ near, intent, refusals }) => honestProbe(near, intent, { refusals, intentCount })),
    simulated: stored.map(({ nearOthers, refusals, intent }) => ({
      ...honestProbe(nearOthers, undefined, { refusals, intentCount }),
      intent: undefined,
      source: intent,
    })),
    counterExamples: probes
      .filter(({ kind }) => kind === 'counter_example')
      .map(({ near, refusals }) => honestProbe(near, undefined, { refusals, intentCount })),
    labelled: probes
      .filter(({ kind }) => kind === 'labelled')
      .map(({ near, intent, refusals, text }) => ({
        ...honestProbe(near, intent, { refusals, intentCount }),
        utterance: text,
        proves: provesPrecision(text),
      })),
  };
  const baseline = 0;
  const rows = countFairly(honest, { prior: HITS_CALIBRATOR, baseline });
  const leverages = new Float32Array(input.counterIntents.length);
  const counterExamples = { intents: input.counterIntents, vectors: input.counterVectors, leverages };
  return { kind: 'hits', intentCount, counterExamples, ...calibrate(rows, input, { prior: HITS_CALIBRATOR, baseline }) };
}
