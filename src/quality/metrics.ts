/**
 * What labelled utterances say about answers: counts and shares. Pure.
 * Knows nothing of how answers come about; CLARIFY counts as wrong wherever "right" is measured, since the user was not answered.
 */
import type { Decision } from '../matching/contract.ts';

/** One labelled utterance with what came of it. */
export interface JudgedRow {
  readonly utterance: string;
  /** The right intent; null for "none of these". */
  readonly intent: string | null;
  readonly decision: Decision;
  /** Intent of the best candidate, whatever the decision; undefined where there is none. */
  readonly best: string | undefined;
  /** Confidence of the best candidate, 0 where there is none. */
  readonly confidence: number;
  readonly clarifyIntents: readonly string[];
}

/** Rows by decision. */
export type DecisionCounts = Readonly<Record<Decision, number>>;

/** Shares are NaN where there is nothing to divide by. */
export interface GoldenMetrics {
  readonly rows: number;
  readonly inScope: {
    readonly rows: number;
    readonly decisions: DecisionCounts;
    /** ANSWER with the right intent. */
    readonly right: number;
    /** ANSWER with a wrong intent. */
    readonly wrong: number;
    /** CLARIFY that offers the right intent. */
    readonly clarifiedRight: number;
    /** right / rows. */
    readonly accuracy: number;
    /** Share of rows whose best candidate is right, whatever the decision. */
    readonly intentAccuracy: number;
  };
  readonly outOfScope: {
    readonly rows: number;
    readonly decisions: DecisionCounts;
    /** Share of NO_MATCH. */
    readonly refused: number;
  };
  /** Share of all ANSWERs that are right; an answer to an out-of-scope utterance is wrong. */
  readonly precision: number;
}

function countDecisions(rows: readonly JudgedRow[]): DecisionCounts {
  const counts = { answer: 0, clarify: 0, no_match: 0 };
  for (const { decision } of rows) counts[decision] += 1;
  return counts;
}

/** Whether a row got what it should: its intent as ANSWER, or NO_MATCH where none is meant. */
export function isRight({ intent, decision, best }: JudgedRow): boolean {
  return intent === null ? decision === 'no_match' : decision === 'answer' && best === intent;
}

/** Counts and shares over any number of rows. */
export function goldenMetrics(rows: readonly JudgedRow[]): GoldenMetrics {
  const inside = rows.filter((row) => row.intent !== null);
  const outside = rows.filter((row) => row.intent === null);
  const right = inside.filter(isRight).length;
  const insideDecisions = countDecisions(inside);
  const outsideDecisions = countDecisions(outside);
  const answers = insideDecisions.answer + outsideDecisions.answer;
  const clarified = inside.filter((row) => row.decision === 'clarify' && row.intent !== null && row.clarifyIntents.includes(row.intent));
  return {
    rows: rows.length,
    inScope: {
      rows: inside.length,
      decisions: insideDecisions,
      right,
      wrong: insideDecisions.answer - right,
      clarifiedRight: clarified.length,
      accuracy: right / inside.length,
      intentAccuracy: inside.filter((row) => row.best === row.intent).length / inside.length,
    },
    outOfScope: { rows: outside.length, decisions: outsideDecisions, refused: outsideDecisions.no_match / outside.length },
    precision: right / answers,
  };
}
