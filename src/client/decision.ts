/** The decision of an answer as a word. */
import type { MatchResponse } from '../generated/faqmatch/v1/match.ts';
import { Decision } from '../generated/faqmatch/v1/match.ts';

/** What a chatbot should do; UNKNOWN is a decision that only a newer server knows. */
export type DecisionWord = 'ANSWER' | 'CLARIFY' | 'NO_MATCH' | 'UNKNOWN';

const WORDS: ReadonlyMap<number, DecisionWord> = new Map([
  [Decision.DECISION_ANSWER, 'ANSWER'],
  [Decision.DECISION_CLARIFY, 'CLARIFY'],
  [Decision.DECISION_NO_MATCH, 'NO_MATCH'],
]);

/** Treat UNKNOWN like NO_MATCH. */
export function decisionOf(response: Pick<MatchResponse, 'decision'>): DecisionWord {
  return WORDS.get(response.decision) ?? 'UNKNOWN';
}
