/** One measured utterance with all that a report says of it, and the views of it that the measures take. Pure. */
import type { AnswerReason, MatchAnswer } from '../answering/match-answer.ts';
import type { LabelledPair } from './measures/confusion.ts';
import type { ScopedRow } from './measures/coverage.ts';
import type { RankedRow } from './measures/ranking-quality.ts';
import { isRight, type JudgedRow } from './metrics.ts';

/** A stored question that an answer rests on. */
export interface NearestQuestion {
  readonly question: string;
  readonly intent: string;
  readonly entryId: string;
  /** Cosine. */
  readonly similarity: number;
  readonly confidence: number;
}

/** An utterance with a label, as it is measured. */
export interface LabelledUtterance {
  readonly utterance: string;
  /** The right intent; null for "none of these". */
  readonly intent: string | null;
  /** Other intents that are as right; rare outside retrieval sets. */
  readonly alternatives?: readonly string[];
}

/** What came of a labelled utterance. */
export interface EvaluatedRow extends JudgedRow {
  /** All intents that are right; empty where none is. */
  readonly relevant: readonly string[];
  /** Intents of the candidates, best first, at most RANKED. */
  readonly ranking: readonly string[];
  /** Confidence of the second candidate; 0 where there is none. */
  readonly second: number;
  /** The best candidate's question; undefined where there is no candidate. */
  readonly nearest: NearestQuestion | undefined;
  /** The meant intent's best question where that intent is among the candidates and not the best. */
  readonly meant: NearestQuestion | undefined;
  /** Which rule did it, of rows that did not get what they should; the others need no reason. */
  readonly reason?: AnswerReason;
}

/** Candidates asked for: as many as nDCG@10 looks at. */
export const RANKED = 10;

/** What stands for "none of these" wherever a label is needed; no intent can be named so, since names are trimmed. */
export const NONE = ' none of these';

/** Ties a label and an answer together. Of several right intents the one that came first stands for all. */
export function evaluatedRow(label: LabelledUtterance, { decision, candidates, clarifyIntents, reason }: MatchAnswer): EvaluatedRow {
  const relevant = label.intent === null ? [] : [label.intent, ...(label.alternatives ?? [])];
  const questions = candidates.map(({ matchedQuestion, intent, entryId, similarity, confidence }) => ({
    question: matchedQuestion,
    intent,
    entryId,
    similarity,
    confidence,
  }));
  const [nearest] = questions;
  const meant = questions.find(({ intent }) => relevant.includes(intent));
  const row: EvaluatedRow = {
    utterance: label.utterance,
    intent: meant?.intent ?? label.intent,
    decision,
    best: nearest?.intent,
    confidence: nearest?.confidence ?? 0,
    clarifyIntents,
    relevant,
    ranking: questions.map(({ intent }) => intent),
    second: questions[1]?.confidence ?? 0,
    nearest,
    meant: meant === nearest ? undefined : meant,
  };
  return reason === undefined || isRight(row) ? row : { ...row, reason };
}

/** Whether the best candidate is right, whatever the decision: what a confidence speaks of. Never so out of scope. */
export function bestIsRight({ best, intent }: JudgedRow): boolean {
  return best === intent;
}

/** For calibration and coverage. */
export function scopedRow(row: JudgedRow): ScopedRow {
  return { confidence: row.confidence, right: bestIsRight(row), inScope: row.intent !== null };
}

/** For confusion and correlation: what was answered, where only ANSWER says an intent. */
export function answeredPair({ intent, decision, best }: JudgedRow): LabelledPair {
  return { meant: intent ?? NONE, said: decision === 'answer' ? (best ?? NONE) : NONE };
}

/** For confusion between intents, whatever the decision: what stood first. */
export function bestPair({ intent, best }: JudgedRow): LabelledPair {
  return { meant: intent ?? NONE, said: best ?? NONE };
}

/** For ranking figures; undefined out of scope. */
export function rankedRow({ ranking, relevant }: EvaluatedRow): RankedRow | undefined {
  return relevant.length === 0 ? undefined : { ranking, relevant };
}

/** Rows that did not get what they should, in their order. */
export function mistakesOf<Row extends JudgedRow>(rows: readonly Row[]): readonly Row[] {
  return rows.filter((row) => !isRight(row));
}
