/**
 * Confidences to a decision. Rules in order: equality with a stored text (judge.ts), the threshold, closeness of the second.
 */
import type { Decision, DecisionRule, MatchSettings, ThresholdSource } from './contract.ts';
import type { DemandLevel } from './demands.ts';
import { clarifyCount, type PrecisionThreshold } from './learnt-decisions.ts';
import type { PrecisionProof } from './proven-precision.ts';

/** What deciding looks at. */
export interface DecisionInput {
  /** Confidences of the candidates, descending. */
  readonly confidences: readonly number[];
  readonly noneConfidence: number;
  /** Least confidence that is demanded. */
  readonly minConfidence: number | undefined;
  /** What the least precision that is demanded comes to; undefined where none is. */
  readonly precision?: PrecisionThreshold | undefined;
  /** Who demands these two; the request by default. */
  readonly level?: DemandLevel;
  /** In-scope share of probability that the intents to ask between hold together; 0, the default, leaves the close ones alone. */
  readonly clarifyMass?: number;
  readonly settings: MatchSettings;
}

/** What to do, and why. */
export interface Verdict {
  readonly decision: Decision;
  readonly rule: DecisionRule;
  readonly threshold: number;
  readonly thresholdSource: ThresholdSource;
  /** How many of the first candidates to ask between; 0 unless CLARIFY. */
  readonly clarify: number;
  /** What guarantees the threshold where it stands for a precision; left out where it is an estimate or stands for none. */
  readonly proof?: PrecisionProof;
}

const CONFIDENCE_SOURCES = { request: 'request', intent: 'intent', corpus: 'corpus' } as const satisfies Record<
  DemandLevel,
  ThresholdSource
>;
const PRECISION_SOURCES = {
  request: 'precision',
  intent: 'intent_precision',
  corpus: 'corpus_precision',
} as const satisfies Record<DemandLevel, ThresholdSource>;

/** The least confidence of an answer and where it came from: of two demands the stricter one. 1 where a precision cannot be reached. */
export function thresholdOf({
  minConfidence,
  precision,
  level = 'request',
  settings,
}: Pick<DecisionInput, 'minConfidence' | 'precision' | 'level' | 'settings'>): Pick<Verdict, 'threshold' | 'thresholdSource' | 'proof'> {
  if (precision !== undefined) {
    const wanted = precision.confidence ?? 1;
    const proof = precision.proof === undefined ? {} : { proof: precision.proof };
    if (minConfidence === undefined || wanted > minConfidence)
      return { threshold: wanted, thresholdSource: PRECISION_SOURCES[level], ...proof };
  }
  if (minConfidence !== undefined) return { threshold: minConfidence, thresholdSource: CONFIDENCE_SOURCES[level] };
  return { threshold: settings.answerConfidence, thresholdSource: 'default' };
}

/** How many of the candidates to ask between: the close ones, and more where these hold too little; 0 where no second is close. */
function askBetween({ confidences, noneConfidence, clarifyMass = 0, settings }: DecisionInput): number {
  const best = confidences[0] ?? 0;
  const near = confidences.filter((confidence) => confidence > 0 && confidence >= settings.clarifyRatio * best).length;
  if (near < 2) return 0;
  const inScope = Math.max(1e-12, 1 - noneConfidence);
  const shares = confidences.map((confidence) => confidence / inScope);
  return Math.max(clarifyCount(shares, clarifyMass), clarifyCount(shares.slice(0, near), 2));
}

/**
 * With a least confidence demanded: below it NO_MATCH, else CLARIFY where the second is close, else ANSWER.
 * Without: ANSWER from the threshold on (a wanted precision's or answerConfidence); from clarifyConfidence on CLARIFY where the second is
 * close and "none of these" is the less probable. A precision that cannot be reached never gives ANSWER.
 */
export function decide(input: DecisionInput): Verdict {
  const { confidences, minConfidence, precision, settings } = input;
  const best = confidences[0] ?? 0;
  const from = thresholdOf(input);
  const clarify = askBetween(input);
  const close = clarify > 0;
  const unreachable = precision !== undefined && precision.confidence === undefined;
  const asks = minConfidence === undefined && best >= settings.clarifyConfidence && input.noneConfidence < 0.5;
  const enough = confidences.length > 0 && best >= from.threshold && !unreachable;
  if (enough && !close) return { decision: 'answer', rule: 'confidence', ...from, clarify };
  if (close && (enough || asks)) return { decision: 'clarify', rule: 'close_candidates', ...from, clarify };
  return { decision: 'no_match', rule: unreachable ? 'precision_unreachable' : 'below_min_confidence', ...from, clarify: 0 };
}
