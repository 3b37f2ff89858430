/** What a version's scorer learnt about deciding, as a reload reports it. */
import type { Corpus } from '../corpus/corpus.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { Fault } from '../errors.ts';
import { precisionThreshold } from '../matching/learnt-decisions.ts';
import type { LearntSummary, LoadedVersion } from './contract.ts';

/** Precisions that people ask for. */
const REPORTED = [0.8, 0.9, 0.95];

type Deciding = Pick<LoadedVersion, 'scorer' | 'demands' | 'intents'>;

/** @param outOfScopeShare the share that the version was fitted for. */
export function learntSummary({ scorer: { decisions }, demands }: Deciding, outOfScopeShare: number): LearntSummary {
  const demanded = [demands.corpus, ...demands.ofIntent].flatMap((demand) => demand?.minPrecision ?? []);
  const precisions = [...new Set([...REPORTED, ...demanded])].sort((a, b) => a - b);
  const precisionThresholds = precisions.map((minPrecision) => {
    const { confidence, coverage, proof } = precisionThreshold(decisions, minPrecision);
    return {
      minPrecision,
      confidence: confidence ?? 1,
      expectedCoverage: coverage,
      reachable: confidence !== undefined,
      learnt: decisions !== undefined,
      proof,
    };
  });
  return { precisionThresholds, clarifyHolds: decisions?.clarifyHolds ?? 0, outOfScopeShare };
}

/** Fewer of the stored questions than this, and what the encoder learnt hardly shows. */
const HARDLY_LEARNT = 0.1;

/** A warning where the encoder was adapted to the stored questions: only the others tell how good it is. */
export function learntQuestions({ questions }: Pick<LoadedVersion, 'questions'>, hasLearnt: Encoder['hasLearnt']): readonly Fault[] {
  const learnt = hasLearnt === undefined ? 0 : questions.filter(hasLearnt).length;
  if (learnt < HARDLY_LEARNT * questions.length) return [];
  const message =
    `The encoder was adapted to ${learnt} of these ${questions.length} questions: confidences and precisions are learnt from the others alone, and ` +
    'cross-validation would flatter it. Measure with labelled utterances (faqmatch eval --golden).';
  return [{ file: '', line: 0, field: 'questions', code: 'learnt_questions', message }];
}

/** Calibration rows of one kind are no traffic: what they say of the other kind is guessed, and they guarantee nothing. */
function oneSided(count: number, missing: 'in' | 'out of'): Fault {
  const message =
    `Expected calibration rows in and out of scope, came ${count}, none of them ${missing} scope: they teach confidence by half and guarantee no precision. ` +
    `Add utterances ${missing} scope as users type them.`;
  return { file: '', line: 0, field: '', code: 'one_sided_calibration', message };
}

/** Fewer calibration rows say little of a share. */
const ENOUGH_FOR_SHARE = 50;
/** Standard deviations that chance hardly passes. */
const BEYOND_CHANCE = 3;

/** A warning where calibration rows are all of one kind, or have another share out of scope than is expected: then one of the two is no draw of this corpus's traffic. */
export function doubtfulCalibration({ calibration = [] }: Corpus, expected: number): readonly Fault[] {
  const outside = calibration.filter(({ intent }) => intent === null).length;
  const count = calibration.length;
  if (count === 0) return [];
  if (outside === 0 || outside === count) return [oneSided(count, outside === 0 ? 'out of' : 'in')];
  const chance = Math.sqrt(count * expected * (1 - expected));
  if (count < ENOUGH_FOR_SHARE || Math.abs(outside - count * expected) <= BEYOND_CHANCE * chance) return [];
  const message =
    `Expected ${expected} of the calibration rows out of scope, came ${outside} of ${count}. If they came as users typed them, write ` +
    `"settings: {out_of_scope_share: ${(outside / count).toFixed(2)}}" into the FAQ file; if they were chosen, all is well: they weigh as the expected share says.`;
  return [{ file: '', line: 0, field: 'out_of_scope_share', code: 'unexpected_share', message }];
}

/** A warning for each precision that the corpus demands and its own questions do not reach: such answers are never given. */
export function unreachableDemands({ scorer: { decisions }, demands, intents }: Deciding): readonly Fault[] {
  const warn = (minPrecision: number | undefined, whose: string): readonly Fault[] => {
    if (minPrecision === undefined || precisionThreshold(decisions, minPrecision).confidence !== undefined) return [];
    const message =
      `Expected a precision that can be reached, came min_precision ${minPrecision} of ${whose}: it is answered to the very words of its ` +
      'stored questions alone. Demand less, or add questions and counter-examples.';
    return [{ file: '', line: 0, field: 'min_precision', code: 'unreachable_precision', message }];
  };
  const ofIntents = demands.ofIntent.flatMap((demand, intent) => warn(demand?.minPrecision, `intent ${JSON.stringify(intents[intent])}`));
  return [...warn(demands.corpus.minPrecision, 'the corpus'), ...ofIntents];
}
