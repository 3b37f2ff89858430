/**
 * Why an utterance was answered as it was, and what would have changed it.
 */
import type { MatchSettings } from '../matching/contract.ts';
import { closeness, refusals, scoresWithout } from '../matching/counter-examples.ts';
import { bestTwo } from '../matching/features.ts';
import type { JudgeInput } from '../matching/judge.ts';
import { NO_SHARES } from '../matching/scorer.ts';
import { exactKey } from '../text/normalise.ts';
import { wordTerms } from '../text/terms.ts';
import { viewVersion } from '../versions/version-view.ts';
import { type Answered, answer, toCandidate } from './answer.ts';
import { decisionChanges, filterChange } from './decision-changes.ts';
import type { AnswerChange, AnswerExplanation } from './match-answer.ts';
import { nearestCounterExample, reasonOf } from './reason.ts';
import { bestQuestions, intentCosines, type MatchState, search } from './search.ts';

/** Stored questions shown. */
const EVIDENCE = 5;

async function cosinesOf(state: MatchState, intents: readonly number[]): Promise<ReadonlyMap<number, number>> {
  return intentCosines(state, intents, await bestQuestions(state, intents));
}

/** What would be judged if the counter-examples that the utterance equals were not stored. */
async function withoutEqualCounterExamples(state: MatchState, judged: JudgeInput): Promise<JudgeInput> {
  const { view, text, prepared, encoding, near, equal } = state;
  const { scorer, counterTexts } = view.version;
  const key = exactKey(text);
  const numbers = counterTexts.flatMap((counter, number) => (exactKey(counter) === key ? [number] : []));
  if (numbers.length === 0) return judged;
  const { counterExamples } = scorer;
  const held = refusals(counterExamples.intents, scorer.counterCosines(encoding.vector), new Set(numbers));
  const before = scoresWithout(scorer.beforeHits(prepared, encoding.vector), counterExamples, numbers);
  const { scores } = scorer.afterHits(before, near, held);
  const { best } = bestTwo(scores, view.allows);
  const cosines = await cosinesOf(state, best < 0 ? [] : [best]);
  return {
    ...judged,
    scores,
    closenessOf: (intent) => closeness(cosines.get(intent) ?? -1, held, intent),
    equality: equal.size === 0 ? { kind: 'none' } : { kind: 'question', intents: [...equal.keys()] },
  };
}

/** What would have changed the decision; where a filter let nothing through, that is the filter. */
async function changesOf(state: MatchState, { judgement, judged }: Answered, settings: MatchSettings): Promise<readonly AnswerChange[]> {
  const { call, view, text } = state;
  const { version } = view;
  if (judgement.ranked.length === 0 && call.filter !== undefined) {
    const unfiltered = { ...state, call: { ...call, filter: undefined }, view: viewVersion(version, undefined) };
    const without = await answer(await search(unfiltered), settings);
    return filterChange(without.judgement, version.intents);
  }
  const { best, second } = judgement.features;
  const cosines = await cosinesOf(state, second < 0 ? [] : [best, second]);
  const closenessOf = (intent: number) => {
    const cosine = cosines.get(intent);
    return cosine === undefined ? judged.closenessOf(intent) : closeness(cosine, state.refusals, intent);
  };
  const remaining = await withoutEqualCounterExamples(state, judged);
  return decisionChanges({ view, text, judged: { ...judged, closenessOf }, judgement, remaining });
}

/** For calls that ask for it: it costs more than the answer. */
export async function explain(state: MatchState, answered: Answered, settings: MatchSettings): Promise<AnswerExplanation> {
  const { judgement, candidates } = answered;
  const matched = candidates[0]?.matchedQuestion ?? '';
  const { version } = state.view;
  const { features } = judgement;
  const { rule, threshold, thresholdSource } = reasonOf(state, answered);
  const matchedTerms = new Set(wordTerms(matched));
  const nearest = [...state.near].sort((a, b) => b.similarity - a.similarity).slice(0, EVIDENCE);
  const { vector } = state.encoding;
  return {
    rule,
    evidence: nearest.map((hit) => {
      const { matchedQuestion, intent, entryId } = toCandidate(version, hit, 0);
      return { question: matchedQuestion, intent, entryId, similarity: hit.similarity, lexical: hit.lexical };
    }),
    score: features.score,
    margin: features.lead,
    noneConfidence: judgement.none,
    threshold,
    thresholdSource,
    precisionProof: judgement.verdict.proof,
    matchedTerms: [...new Set(state.terms)].filter((term) => matchedTerms.has(term)),
    shares: features.best < 0 ? NO_SHARES : version.scorer.shares(state.prepared, { ...state, vector, intent: features.best }),
    nearestCounterExample: nearestCounterExample(state, features.best),
    readWords: state.reading.words,
    runnerUp: judgement.runnerUp === undefined ? '' : (version.intents[judgement.runnerUp] ?? ''),
    changes: await changesOf(state, answered, settings),
  };
}
