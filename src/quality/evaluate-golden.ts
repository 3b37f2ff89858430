/** Runs labelled utterances through the match path and judges the answers. Golden rows measure; nothing here fits anything. */
import pLimit from 'p-limit';
import type { Match } from '../composition.ts';
import type { GoldenRow } from '../corpus/corpus.ts';
import { throwIfAborted } from '../errors.ts';
import type { GoldenMetrics, JudgedRow } from './metrics.ts';
import { goldenMetrics, isRight } from './metrics.ts';

/** What to measure. */
export interface GoldenEvaluation {
  readonly match: Match;
  readonly corpus: string;
  readonly rows: readonly GoldenRow[];
  /** As a chatbot would send it; the version's default where undefined. */
  readonly minConfidence?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Shares, and the rows that went wrong, in the file's order. */
export interface GoldenResult {
  readonly metrics: GoldenMetrics;
  readonly mistakes: readonly JudgedRow[];
}

/** Keeps the encoder's workers busy without filling its queue. */
const AT_ONCE = 16;

async function judge(row: GoldenRow, evaluation: GoldenEvaluation): Promise<JudgedRow> {
  const { match, corpus, minConfidence, signal } = evaluation;
  throwIfAborted(signal);
  const answer = await match({
    corpus,
    utterance: row.utterance,
    topK: 1,
    minConfidence,
    filter: undefined,
    explain: false,
    version: undefined,
    ...(signal === undefined ? {} : { signal }),
  });
  const best = answer.candidates[0];
  const { decision, clarifyIntents } = answer;
  return { utterance: row.utterance, intent: row.intent, decision, best: best?.intent, confidence: best?.confidence ?? 0, clarifyIntents };
}

/** @throws FaqError of the match path; cancelled. */
export async function evaluateGolden(evaluation: GoldenEvaluation): Promise<GoldenResult> {
  const limit = pLimit(AT_ONCE);
  let done = 0;
  const judged = await Promise.all(
    evaluation.rows.map((row) =>
      limit(async () => {
        const result = await judge(row, evaluation);
        done += 1;
        evaluation.onProgress?.(done);
        return result;
      }),
    ),
  );
  return { metrics: goldenMetrics(judged), mistakes: judged.filter((row) => !isRight(row)) };
}
