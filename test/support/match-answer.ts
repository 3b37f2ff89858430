/** An answer of a match path that was not run. */
import type { MatchAnswer } from '../../src/answering/match-answer.ts';

/** NO_MATCH without a candidate, but for what is given. */
export function madeAnswer(given: Partial<MatchAnswer> = {}): MatchAnswer {
  return {
    decision: 'no_match',
    candidates: [],
    clarifyIntents: [],
    noneConfidence: 0,
    versions: { corpus: 'v', model: 'm', calibrator: 'c' },
    timings: { tokenizeMs: 0, queueMs: 0, encodeMs: 0, searchMs: 0, totalMs: 0 },
    explanation: undefined,
    truncated: false,
    ...given,
  };
}
