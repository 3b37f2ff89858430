/** Labelled utterances as the product answers them, each with what it says of "none of these". */
import type { Match } from '../../src/answering/match-answer.ts';
import { evaluateGolden } from '../../src/quality/evaluate-golden.ts';
import type { EvaluatedRow, LabelledUtterance } from '../../src/quality/evaluated-row.ts';

/** In the order of the utterances. */
export interface HeardRows {
  readonly rows: readonly EvaluatedRow[];
  /** Probability that none of the intents is meant. */
  readonly none: readonly number[];
}

/** Decided with a least confidence of 0. @throws FaqError of match. */
export async function heardRows(match: Match, corpus: string, labelled: readonly LabelledUtterance[]): Promise<HeardRows> {
  const none = new Map<string, number>();
  const listening: Match = async (call) => {
    const answer = await match(call);
    none.set(call.utterance, answer.noneConfidence);
    return answer;
  };
  const { rows } = await evaluateGolden({ match: listening, corpus, rows: labelled, minConfidence: 0 });
  return { rows, none: labelled.map(({ utterance }) => none.get(utterance) ?? Number.NaN) };
}
