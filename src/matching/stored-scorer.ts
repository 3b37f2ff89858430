/**
 * A fitted scorer as bytes and back. The bytes are V8's structured serialisation (stable across Node versions, typed arrays kept as
 * they are); whoever stores them checks their digest.
 */
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { FaqError } from '../errors.ts';
import type { Weights } from './calibrator.ts';
import type { CounterExamples } from './counter-examples.ts';
import type { FittedScorer } from './fitted-scorer.ts';
import { hitScorer } from './hit-scorer.ts';
import { type LearntDecisions, STEPS } from './learnt-decisions.ts';
import { PROVEN_NUMBERS } from './proven-precision.ts';
import { ridgeScorer } from './ridge-scorer.ts';
import type { IntentScorer } from './scorer.ts';

/** Raised whenever the same corpus would score differently or stored bytes could not be read; part of a version's identity. */
export const SCORER_FORMAT = 10;

/**
 * Vote weight, temperature, the two logistics' weights, odds of none and baseline in one Float64Array: V8 writes plain numbers in one form or another after what
 * the process has seen before, and the same scorer must give the same bytes.
 */
const numbers = z.instanceof(Float64Array).refine((values) => values.length === 12 && values.every(Number.isFinite));
/** Precision and coverage by step, then the mass and the hold of what is asked back; empty where nothing was learnt. */
const decisions = z
  .instanceof(Float64Array)
  .refine((values) => (values.length === 0 || values.length === 2 * (STEPS + 1) + 2) && values.every((value) => value >= 0 && value <= 2));
/** proven-precision.ts; missing where no utterances were labelled. */
const proven = z.instanceof(Float64Array).refine((values) => values.length === PROVEN_NUMBERS && values.every((value) => value >= 0));
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
const integers = z.custom<Int32Array>((value) => value instanceof Int32Array);
const characters = z.object({
  vocabulary: z.string(),
  idf: floats,
  offsets: integers,
  landmarks: integers,
  weights: floats,
  landmarkCount: z.int().nonnegative(),
});
const model = z.object({
  dimension: z.int().positive(),
  intentCount: z.int().positive(),
  mean: floats,
  landmarks: floats,
  questionLandmarks: z.int().nonnegative(),
  counterLandmarks: z.int().nonnegative(),
  coordinates: z.int().nonnegative(),
  weights: floats,
  base: floats,
  characters,
});
type Model = z.infer<typeof model>;

/** Whether every matrix has the size that the counts beside it say: a damaged count would read beyond a matrix in silence. */
function sizesFit({
  dimension,
  intentCount,
  mean,
  landmarks,
  questionLandmarks,
  counterLandmarks,
  coordinates,
  weights: matrix,
  base,
  characters: kernel,
}: Model): boolean {
  return (
    questionLandmarks + counterLandmarks <= kernel.landmarkCount &&
    mean.length === dimension &&
    base.length === intentCount &&
    landmarks.length === kernel.landmarkCount * dimension &&
    (coordinates === 0 || coordinates === dimension) &&
    matrix.length === (kernel.landmarkCount + coordinates) * intentCount &&
    kernel.offsets.length === kernel.idf.length + 1 &&
    kernel.offsets.at(-1) === kernel.landmarks.length &&
    kernel.weights.length === kernel.landmarks.length
  );
}

/** Counts are checked here too; the dimension is the encoder's. */
function counterExamplesFit({ intents, vectors, leverages }: CounterExamples): boolean {
  if (leverages.length !== intents.length) return false;
  return intents.length === 0 ? vectors.length === 0 : vectors.length > 0 && vectors.length % intents.length === 0;
}

const counterExamples = z.object({ intents: integers, vectors: floats, leverages: floats }).refine(counterExamplesFit);

const stored = z.object({
  format: z.literal(SCORER_FORMAT),
  fitted: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('kernel_ridge'),
      model: model.refine(sizesFit),
      numbers,
      counterExamples,
      decisions,
      proven: proven.optional(),
    }),
    z.object({ kind: z.literal('hits'), intentCount: z.int().positive(), numbers, counterExamples, decisions, proven: proven.optional() }),
  ]),
});

/** As many as `numbers` has been checked to hold. */
type PackedNumbers = [number, number, number, number, number, number, number, number, number, number, number, number];

function packDecisions(learnt: LearntDecisions | undefined): Float64Array<ArrayBuffer> {
  if (learnt === undefined) return new Float64Array(0);
  return Float64Array.of(...learnt.precision, ...learnt.coverage, learnt.clarifyMass, learnt.clarifyHolds);
}

/** Nothing for nothing, so that a scorer without labelled utterances keeps its bytes. */
function packProven(learnt: LearntDecisions | undefined): { readonly proven?: Float64Array<ArrayBuffer> } {
  return learnt?.proven === undefined ? {} : { proven: Float64Array.from(learnt.proven) };
}

function unpackDecisions(values: Float64Array, proven: Float64Array | undefined): LearntDecisions | undefined {
  if (values.length === 0) return undefined;
  const count = STEPS + 1;
  return {
    precision: values.slice(0, count),
    coverage: values.slice(count, 2 * count),
    clarifyMass: values[2 * count] as number,
    clarifyHolds: values[2 * count + 1] as number,
    ...(proven === undefined ? {} : { proven }),
  };
}

function pack(fitted: FittedScorer): z.infer<typeof stored>['fitted'] {
  const { right, inScope, temperature, noneOdds, baseline } = fitted.calibrator;
  const packed = Float64Array.of(fitted.kind === 'hits' ? 0 : fitted.voteWeight, temperature, ...right, ...inScope, noneOdds, baseline);
  const common = {
    numbers: packed,
    counterExamples: fitted.counterExamples,
    decisions: packDecisions(fitted.decisions),
    ...packProven(fitted.decisions),
  };
  return fitted.kind === 'hits'
    ? { kind: 'hits', intentCount: fitted.intentCount, ...common }
    : { kind: 'kernel_ridge', model: fitted.model, ...common };
}

function unpack(packed: z.infer<typeof stored>['fitted']): FittedScorer {
  const [voteWeight, temperature, r0, r1, r2, r3, s0, s1, s2, s3, noneOdds, baseline] = Array.from(packed.numbers) as PackedNumbers;
  if (voteWeight < 0 || temperature <= 0 || noneOdds < 0) {
    throw new RangeError(`vote weight ${voteWeight}, temperature ${temperature}, odds of none ${noneOdds}`);
  }
  const right: Weights = [r0, r1, r2, r3];
  const inScope: Weights = [s0, s1, s2, s3];
  const calibrator = { right, inScope, temperature, noneOdds, baseline };
  const common = { calibrator, counterExamples: packed.counterExamples, decisions: unpackDecisions(packed.decisions, packed.proven) };
  return packed.kind === 'hits'
    ? { kind: 'hits', intentCount: packed.intentCount, ...common }
    : { kind: 'kernel_ridge', model: packed.model, voteWeight, ...common };
}

/** Bytes of a fitted scorer; equal scorers give equal bytes. */
export function serialiseScorer(fitted: FittedScorer): Uint8Array {
  return serialize({ format: SCORER_FORMAT, fitted: pack(fitted) });
}

/** @throws FaqError data_loss where the bytes are no fitted scorer of this format. */
export function loadScorer(bytes: Uint8Array): IntentScorer {
  try {
    const fitted = unpack(stored.parse(deserialize(bytes)).fitted);
    return fitted.kind === 'kernel_ridge' ? ridgeScorer(fitted) : hitScorer(fitted);
  } catch (cause) {
    throw new FaqError('data_loss', `The stored scorer is not readable as format ${SCORER_FORMAT}; reload the corpus to fit a new one.`, {
      cause,
    });
  }
}
