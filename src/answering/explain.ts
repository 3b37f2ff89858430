/**
 * Why an utterance was answered as it was, and what would have changed it.
 */
import type { MatchSettings } from '../matching/contract.ts';
import type { ScoreShares } from '../matching/scorer.ts';
import { wordTerms } from '../text/terms.ts';
import { viewVersion } from '../versions/version-view.ts';
import { type Answered, answer, toCandidate } from './answer.ts';
import { decisionChanges, filterChange } from './decision-changes.ts';
import type { AnswerChange, AnswerExplanation } from './match-answer.ts';
import { bestQuestions, type MatchState, search } from './search.ts';

/** Stored questions shown. */
const EVIDENCE = 5;

/** What would have changed the decision; where a filter let nothing through, that is the filter. */
async function changesOf(state: MatchState, { judgement, judged }: Answered, settings: MatchSettings): Promise<readonly AnswerChange[]> {
  const { call, view, text, equal } = state;
  const { version } = view;
  if (judgement.ranked.length === 0 && call.filter !== undefined) {
    const unfiltered = { ...state, call: { ...call, filter: undefined }, view: viewVersion(version, undefined) };
    const without = await answer(await search(unfiltered), settings);
    return filterChange(without.judgement, version.intents);
  }
  const { best, second } = judgement.features;
  const nearest = await bestQuestions(state, second < 0 ? [] : [best, second]);
  const nearestOf = (intent: number) => nearest.get(intent)?.similarity ?? judged.nearestOf(intent);
  return decisionChanges({ view, text, equal, judged: { ...judged, nearestOf }, judgement });
}

/** For calls that ask for it: it costs more than the answer. */
export async function explain(state: MatchState, answered: Answered, settings: MatchSettings): Promise<AnswerExplanation> {
  const { judgement, candidates } = answered;
  const matched = candidates[0]?.matchedQuestion ?? '';
  const { version } = state.view;
  const { verdict, features } = judgement;
  const matchedTerms = new Set(wordTerms(matched));
  const nearest = [...state.near].sort((a, b) => b.similarity - a.similarity).slice(0, EVIDENCE);
  const { vector } = state.encoding;
  const noShares: ScoreShares = { dense: 0, lexical: 0, neighbours: 0, namesAndAnswers: 0 };
  return {
    rule: judgement.ranked.length === 0 && verdict.rule !== 'counter_example' ? 'no_entry_passes_filter' : verdict.rule,
    evidence: nearest.map((hit) => {
      const { matchedQuestion, intent, entryId } = toCandidate(version, hit, 0);
      return { question: matchedQuestion, intent, entryId, similarity: hit.similarity, lexical: hit.lexical };
    }),
    score: features.score,
    margin: features.lead,
    noneConfidence: judgement.none,
    threshold: verdict.threshold,
    thresholdSource: verdict.thresholdSource,
    matchedTerms: [...new Set(state.terms)].filter((term) => matchedTerms.has(term)),
    shares: features.best < 0 ? noShares : version.scorer.shares(state.prepared, { ...state, vector, intent: features.best }),
    readWords: state.reading.words,
    runnerUp: judgement.runnerUp === undefined ? '' : (version.intents[judgement.runnerUp] ?? ''),
    changes: await changesOf(state, answered, settings),
  };
}
