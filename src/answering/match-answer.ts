/** What a match takes and what it answers. Knows nothing of how it is computed, nor of transport. */
import type { RowFilter } from '../index/contract.ts';
import type { Decision, DecisionRule, ThresholdSource } from '../matching/contract.ts';
import type { PrecisionProof } from '../matching/proven-precision.ts';
import type { ScoreShares } from '../matching/scorer.ts';
import type { ChangeKind } from '../matching/what-would-change.ts';
import type { ReadWord } from '../text/spelling.ts';

/** One utterance to match. Fields are in range: the caller's border has checked them. */
export interface MatchCall {
  readonly corpus: string;
  /** Normalised here; must not be blank. */
  readonly utterance: string;
  /** 1 to the configured maximum. */
  readonly topK: number;
  readonly minConfidence: number | undefined;
  /** Least expected precision of answers, in [0, 1]. */
  readonly minPrecision?: number | undefined;
  /** What came before in the conversation; names that the version does not hold count as nothing. */
  readonly context?: { readonly previousIntent: string; readonly previousEntryId: string } | undefined;
  readonly filter: RowFilter | undefined;
  readonly explain: boolean;
  /** Tell the reason, which an explanation holds too and much more cheaply; not told by default. */
  readonly reason?: boolean;
  /** undefined: the active version. */
  readonly version: string | undefined;
  readonly signal?: AbortSignal;
}

/** One intent with its confidence and its best question. */
export interface AnswerCandidate {
  readonly intent: string;
  readonly entryId: string;
  readonly confidence: number;
  readonly similarity: number;
  readonly matchedQuestion: string;
  readonly answer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One stored question near the utterance. */
export interface Evidence {
  readonly question: string;
  readonly intent: string;
  readonly entryId: string;
  readonly similarity: number;
  readonly lexical: number;
}

/** A counter-example near the utterance. */
export interface CounterEvidence {
  readonly text: string;
  /** The intent that it refuses; empty where it refuses all. */
  readonly intent: string;
  readonly similarity: number;
}

/** What, changed alone, would have given another decision; matching/what-would-change.ts says what each kind means. */
export interface AnswerChange {
  readonly what: ChangeKind;
  readonly decision: Decision;
  /** Answered then; empty unless ANSWER. */
  readonly intent: string;
  readonly value: number;
  /** Counter-examples or stored questions that would go or come; empty for other kinds. */
  readonly texts: readonly string[];
}

/** Which rule decided and what it went by. */
export interface AnswerReason {
  readonly rule: DecisionRule;
  /** Least confidence of an answer, in [0, 1]. */
  readonly threshold: number;
  readonly thresholdSource: ThresholdSource;
  /** The counter-example that the utterance equals, or that is nearer than any question of the best intent, with both cosines; undefined where there is none. */
  readonly refusing:
    | { readonly text: string; readonly equal: true }
    | { readonly text: string; readonly equal: false; readonly similarity: number; readonly questionSimilarity: number }
    | undefined;
}

/** Why the answer came out as it did; proto/faqmatch/v1/match.proto says what each field means. */
export interface AnswerExplanation {
  readonly rule: DecisionRule;
  readonly evidence: readonly Evidence[];
  readonly score: number;
  readonly margin: number;
  readonly noneConfidence: number;
  readonly threshold: number;
  readonly thresholdSource: ThresholdSource;
  /** What guarantees the threshold where it stands for a precision; undefined where it is an estimate or stands for none. */
  readonly precisionProof: PrecisionProof | undefined;
  readonly matchedTerms: readonly string[];
  readonly shares: ScoreShares;
  readonly runnerUp: string;
  readonly nearestCounterExample: CounterEvidence | undefined;
  readonly changes: readonly AnswerChange[];
  readonly readWords: readonly ReadWord[];
}

/** What to do with an utterance, and what made it so. */
export interface MatchAnswer {
  readonly decision: Decision;
  readonly candidates: readonly AnswerCandidate[];
  readonly clarifyIntents: readonly string[];
  /** Probability that none of the intents is meant. */
  readonly noneConfidence: number;
  readonly versions: { readonly corpus: string; readonly model: string; readonly calibrator: string };
  /** Milliseconds. */
  readonly timings: {
    readonly tokenizeMs: number;
    readonly queueMs: number;
    readonly encodeMs: number;
    readonly searchMs: number;
    readonly totalMs: number;
  };
  readonly explanation: AnswerExplanation | undefined;
  /** Where the call asked for it. */
  readonly reason?: AnswerReason;
  readonly truncated: boolean;
}

/** @throws FaqError invalid_argument (blank, too long), not_found, failed_precondition, resource_exhausted, deadline_exceeded, cancelled. */
export type Match = (call: MatchCall) => Promise<MatchAnswer>;
