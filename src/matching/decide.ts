/**
 * Confidences to a decision. Rules in order: equality with a stored text, the request's or the default threshold, closeness of the second.
 */
import type { Decision, DecisionRule, MatchSettings } from './contract.ts';

/** What deciding looks at. */
export interface DecisionInput {
  /** Confidences of the candidates, descending. */
  readonly confidences: readonly number[];
  readonly noneConfidence: number;
  /** The request's least confidence. */
  readonly minConfidence: number | undefined;
  readonly settings: MatchSettings;
}

/** What to do, and why. */
export interface Verdict {
  readonly decision: Decision;
  readonly rule: DecisionRule;
  readonly threshold: number;
  readonly thresholdSource: 'request' | 'default';
  /** How many of the first candidates to ask between; 0 unless CLARIFY. */
  readonly clarify: number;
}

/** At most this many intents are worth asking between. */
const MOST_CLARIFY = 4;

/**
 * With the request's minimum: below it NO_MATCH, else CLARIFY where the second is close, else ANSWER.
 * Without: ANSWER from answerConfidence on; from clarifyConfidence on CLARIFY where the second is close and "none of these" is the less probable.
 */
export function decide(input: DecisionInput): Verdict {
  const { confidences, settings } = input;
  const best = confidences[0] ?? 0;
  const thresholdSource = input.minConfidence === undefined ? 'default' : 'request';
  const threshold = input.minConfidence ?? settings.answerConfidence;
  const near = confidences.filter((confidence) => confidence > 0 && confidence >= settings.clarifyRatio * best).length;
  const close = near >= 2;
  const clarify = close ? Math.min(near, MOST_CLARIFY) : 0;
  const asks = input.minConfidence === undefined && best >= settings.clarifyConfidence && input.noneConfidence < 0.5;
  if (confidences.length > 0 && best >= threshold) {
    return close
      ? { decision: 'clarify', rule: 'close_candidates', threshold, thresholdSource, clarify }
      : { decision: 'answer', rule: 'confidence', threshold, thresholdSource, clarify };
  }
  if (close && asks) return { decision: 'clarify', rule: 'close_candidates', threshold, thresholdSource, clarify };
  return { decision: 'no_match', rule: 'below_min_confidence', threshold, thresholdSource, clarify: 0 };
}
