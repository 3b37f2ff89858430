/**
 * One utterance's scores to confidences, ranking and verdict, with equality to stored texts taken first.
 */
import { confidences } from './calibrator.ts';
import { withContext } from './context-prior.ts';
import type { MatchSettings } from './contract.ts';
import { decide, thresholdOf, type Verdict } from './decide.ts';
import { NO_DEMANDS, rulingDemands, type StandingDemands } from './demands.ts';
import { type Closeness, type Features, features } from './features.ts';
import { precisionThreshold } from './learnt-decisions.ts';
import type { IntentScorer } from './scorer.ts';

/** What the utterance equals, if anything. */
export type Equality =
  | { readonly kind: 'none' }
  | { readonly kind: 'counter_example' }
  /** Distinct intents of the stored questions that the utterance equals. */
  | { readonly kind: 'question'; readonly intents: readonly number[] };

/** What a judgement is made from. */
export interface JudgeInput {
  readonly scorer: IntentScorer;
  readonly scores: Float32Array;
  /** Closeness to the best intent (counter-examples.ts). */
  readonly closenessOf: (intent: number) => Closeness;
  /** Which intents may be candidates; all where undefined. */
  readonly allowed: ((intent: number) => boolean) | undefined;
  readonly equality: Equality;
  readonly topK: number;
  readonly minConfidence: number | undefined;
  /** The request's least precision, in [0, 1]. */
  readonly minPrecision?: number | undefined;
  /** What the corpus and its intents demand of answers where the request demands nothing; nothing by default. */
  readonly demands?: StandingDemands;
  /** Intent of the turn before. */
  readonly previousIntent?: number | undefined;
  readonly settings: MatchSettings;
}

/** One intent with its confidence. */
export interface RankedIntent {
  readonly intent: number;
  readonly confidence: number;
}

/** What came of it. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Confidence descending, ties by score; at most topK. */
  readonly ranked: readonly RankedIntent[];
  /** The second of the whole ranking, whatever topK says; undefined where there is none. */
  readonly runnerUp: number | undefined;
  /** Intents to ask between; empty unless CLARIFY. */
  readonly clarify: readonly number[];
  readonly none: number;
  readonly features: Features;
}

/** Confidences are whole multiples of this: such numbers add without rounding, so no sum of them comes out above 1. */
const GRAIN = 2 ** -40;

/** Confidences rounded down to whole grains; what that takes from them goes to "none of these". */
function grained({ intents }: ReturnType<typeof confidences>): ReturnType<typeof confidences> {
  let sum = 0;
  const whole = intents.map((confidence) => {
    const grain = Math.floor(confidence / GRAIN) * GRAIN;
    sum += grain;
    return grain;
  });
  return { intents: whole, none: 1 - sum };
}

/** Confidence where text equality decides: certain for one intent, shared between several, nothing after a counter-example. */
function overrule(equality: Equality, fitted: ReturnType<typeof confidences>): ReturnType<typeof confidences> {
  if (equality.kind === 'none') return fitted;
  const intents = new Float64Array(fitted.intents.length);
  if (equality.kind === 'counter_example') return { intents, none: 1 };
  for (const intent of equality.intents) intents[intent] = 1 / equality.intents.length;
  return { intents, none: 0 };
}

/** @param ranked all candidates: how many the caller wants to see changes no decision. */
function verdictOf(input: JudgeInput, ranked: readonly RankedIntent[], none: number): Verdict {
  const { equality, settings, scorer, demands = NO_DEMANDS } = input;
  const { minConfidence, minPrecision, level } = rulingDemands(input, demands, ranked[0]?.intent);
  const precision = minPrecision === undefined ? undefined : precisionThreshold(scorer.decisions, minPrecision);
  const base = { ...thresholdOf({ minConfidence, precision, level, settings }), clarify: 0 };
  if (equality.kind === 'counter_example') return { ...base, decision: 'no_match', rule: 'counter_example' };
  if (equality.kind === 'question') {
    if (equality.intents.length === 1) return { ...base, decision: 'answer', rule: 'exact_question' };
    return { ...base, decision: 'clarify', rule: 'exact_question_ambiguous', clarify: equality.intents.length };
  }
  const clarifyMass = scorer.decisions?.clarifyMass ?? 0;
  return decide({
    confidences: ranked.map((item) => item.confidence),
    noneConfidence: none,
    minConfidence,
    precision,
    level,
    clarifyMass,
    settings,
  });
}

/** Intents by confidence, ties by score, then by number, so that the order never depends on anything else. */
function rank(input: JudgeInput, probabilities: Float64Array): readonly RankedIntent[] {
  const { scores, allowed } = input;
  const intents: number[] = [];
  for (let intent = 0; intent < scores.length; intent += 1) {
    // A stored question that the utterance equals is a candidate even where the scorer has nothing to say of its intent.
    const counts = scores[intent] !== -Infinity || (probabilities[intent] as number) > 0;
    if (counts && allowed?.(intent) !== false) intents.push(intent);
  }
  intents.sort(
    (a, b) => (probabilities[b] as number) - (probabilities[a] as number) || (scores[b] as number) - (scores[a] as number) || a - b,
  );
  return intents.map((intent) => ({ intent, confidence: probabilities[intent] as number }));
}

/** Judges one utterance. No allowed intent gives no candidates and NO_MATCH. */
export function judge(input: JudgeInput): Judgement {
  const found = features(input.scores, input.closenessOf, input.allowed);
  const fitted = withContext(confidences(input.scorer.calibrator, { ...input, found }), input.previousIntent);
  const { intents, none } = grained(overrule(input.equality, fitted));
  const order = rank(input, intents);
  const verdict = verdictOf(input, order, none);
  // A stored question under many intents is asked about in full.
  const clarify =
    verdict.rule === 'exact_question_ambiguous' && input.equality.kind === 'question'
      ? input.equality.intents
      : order.slice(0, verdict.clarify).map((item) => item.intent);
  return { verdict, ranked: order.slice(0, input.topK), runnerUp: order[1]?.intent, clarify, none, features: found };
}
