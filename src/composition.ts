/**
 * Ties encoder, versions and matching together for reading: utterance in, answer out.
 * Knows nothing of transport; a match reads one version and keeps it to the end.
 */
import type { RowFilter } from './index/contract.ts';
import type { Decision, DecisionRule } from './matching/contract.ts';
import type { ScoreShares } from './matching/scorer.ts';

/** One utterance to match. Fields are in range: the caller's border has checked them. */
export interface MatchCall {
  readonly corpus: string;
  /** Normalised here; must not be blank. */
  readonly utterance: string;
  /** 1 to the configured maximum. */
  readonly topK: number;
  readonly minConfidence: number | undefined;
  readonly filter: RowFilter | undefined;
  readonly explain: boolean;
  /** undefined: the active version. */
  readonly version: string | undefined;
  readonly signal?: AbortSignal;
}

export interface AnswerCandidate {
  readonly intent: string;
  readonly entryId: string;
  readonly confidence: number;
  readonly similarity: number;
  readonly matchedQuestion: string;
  readonly answer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Evidence {
  readonly question: string;
  readonly intent: string;
  readonly entryId: string;
  readonly similarity: number;
  readonly lexical: number;
}

export interface AnswerExplanation {
  readonly rule: DecisionRule;
  readonly evidence: readonly Evidence[];
  readonly score: number;
  readonly margin: number;
  readonly noneConfidence: number;
  readonly threshold: number;
  readonly thresholdSource: 'request' | 'default';
  readonly matchedTerms: readonly string[];
  readonly shares: ScoreShares;
  readonly runnerUp: string;
}

export interface MatchAnswer {
  readonly decision: Decision;
  readonly candidates: readonly AnswerCandidate[];
  readonly clarifyIntents: readonly string[];
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
  readonly truncated: boolean;
}

/** @throws FaqError invalid_argument (blank, too long), not_found, failed_precondition, resource_exhausted, deadline_exceeded, cancelled. */
export type Match = (call: MatchCall) => Promise<MatchAnswer>;
