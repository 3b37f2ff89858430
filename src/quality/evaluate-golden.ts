/** Runs labelled utterances through the match path and judges the answers. Golden rows measure; nothing here fits anything. */
import pLimit from 'p-limit';
import type { Match } from '../answering/match-answer.ts';
import { throwIfAborted } from '../errors.ts';
import { type EvaluatedRow, evaluatedRow, type LabelledUtterance, mistakesOf, RANKED } from './evaluated-row.ts';
import type { GoldenMetrics } from './metrics.ts';
import { goldenMetrics } from './metrics.ts';

/** What to measure. */
export interface GoldenEvaluation {
  readonly match: Match;
  readonly corpus: string;
  readonly rows: readonly LabelledUtterance[];
  /** The active version where undefined. */
  readonly version?: string | undefined;
  /** As a chatbot would send it; the version's default where undefined. */
  readonly minConfidence?: number;
  /** Least precision of answers, as a chatbot would send it. */
  readonly minPrecision?: number;
  /** Utterances on their way at a time; 16 by default. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Shares, all rows, and those that went wrong, in the file's order. */
export interface GoldenResult {
  readonly metrics: GoldenMetrics;
  readonly rows: readonly EvaluatedRow[];
  readonly mistakes: readonly EvaluatedRow[];
}

/** Keeps the encoder's workers busy without filling its queue. */
const AT_ONCE = 16;

async function evaluate(label: LabelledUtterance, evaluation: GoldenEvaluation): Promise<EvaluatedRow> {
  const { match, corpus, version, minConfidence, minPrecision, signal } = evaluation;
  throwIfAborted(signal);
  const answer = await match({
    corpus,
    utterance: label.utterance,
    topK: RANKED,
    minConfidence,
    minPrecision,
    filter: undefined,
    explain: false,
    reason: true,
    version,
    ...(signal === undefined ? {} : { signal }),
  });
  return evaluatedRow(label, answer);
}

/** @throws FaqError of the match path; cancelled. Once one row fails, the rest is dropped. */
export async function evaluateGolden(evaluation: GoldenEvaluation): Promise<GoldenResult> {
  const limit = pLimit(evaluation.atOnce ?? AT_ONCE);
  let done = 0;
  const one = (label: LabelledUtterance) =>
    limit(async () => {
      const result = await evaluate(label, evaluation);
      done += 1;
      evaluation.onProgress?.(done);
      return result;
    });
  try {
    const rows = await Promise.all(evaluation.rows.map(one));
    return { metrics: goldenMetrics(rows), rows, mistakes: mistakesOf(rows) };
  } finally {
    limit.clearQueue();
  }
}
