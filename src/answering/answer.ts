/**
 * What was found for one utterance, judged and dressed as candidates.
 */
import { FaqError } from '../errors.ts';
import { localeDistance } from '../index/row-filter.ts';
import type { MatchSettings, NearQuestion } from '../matching/contract.ts';
import { closeness } from '../matching/counter-examples.ts';
import { bestTwo } from '../matching/features.ts';
import { type Equality, type JudgeInput, type Judgement, judge } from '../matching/judge.ts';
import type { LoadedVersion } from '../versions/contract.ts';
import { likelyIntents } from '../versions/wanted-rows.ts';
import type { AnswerCandidate, MatchCall } from './match-answer.ts';
import { bestQuestions, equalQuestions, intentCosines, type MatchState } from './search.ts';

/**
 * What the utterance equals. A counter-example weighs more than a stored question: one of the corpus refuses everything, one of an entry
 * refuses its own intent and leaves the question to another that has it.
 */
function equalityOf(state: MatchState, equal: ReadonlyMap<number, NearQuestion>): Equality {
  const refusal = state.view.version.exact.refusal(state.text);
  const intents = [...equal.keys()].filter((intent) => refusal?.intents.has(intent) !== true);
  if (refusal !== undefined && (refusal.everything || intents.length === 0)) return { kind: 'counter_example' };
  return intents.length === 0 ? { kind: 'none' } : { kind: 'question', intents };
}

/** The same question of the same intent in the entry whose locale fits best what the filter asks for; the entry that was found where none fits better. */
function inBestLocale({ call, view: { version, passes } }: MatchState, question: NearQuestion): NearQuestion {
  const asked = call.filter?.locales ?? [];
  if (asked.length === 0) return question;
  const alike = version.exact
    .rows(version.questions[question.row] ?? '', passes)
    .filter((row) => version.intentOfRow[row] === question.intent);
  if (alike.length < 2) return question;
  const distanceTo = localeDistance(asked);
  const distance = (row: number): number =>
    distanceTo(version.content.entries[version.entryOfRow[row] as number]?.locale ?? '') ?? Number.POSITIVE_INFINITY;
  const row = alike.reduce((best, next) => (distance(next) < distance(best) ? next : best), question.row);
  return { ...question, row };
}

/** A question as a candidate of its entry. @throws FaqError internal where the version holds no such entry. */
export function toCandidate(version: LoadedVersion, question: NearQuestion, confidence: number): AnswerCandidate {
  const entry = version.content.entries[version.entryOfRow[question.row] as number];
  if (entry === undefined) throw new FaqError('internal', `Row ${question.row} of version ${version.version} has no entry.`);
  return {
    intent: version.intents[question.intent] ?? entry.intent,
    entryId: entry.id,
    confidence,
    similarity: question.similarity,
    matchedQuestion: version.questions[question.row] ?? '',
    answer: entry.answer,
    metadata: entry.metadata,
  };
}

/** Number of the intent of the turn before: as named, else that of the named entry. */
function previousIntent({ intents, content }: LoadedVersion, context: MatchCall['context']): number | undefined {
  if (context === undefined) return undefined;
  const { previousIntent: named, previousEntryId } = context;
  const name = named === '' ? content.entries.find(({ id }) => id === previousEntryId)?.intent : named;
  const intent = name === undefined ? -1 : intents.indexOf(name);
  return intent < 0 ? undefined : intent;
}

/** A judgement, what it was made from, and its candidates. */
export interface Answered {
  readonly judgement: Judgement;
  readonly judged: JudgeInput;
  readonly candidates: readonly AnswerCandidate[];
}

/** Scores, judges and dresses the answer's candidates. */
export async function answer(state: MatchState, settings: MatchSettings): Promise<Answered> {
  const { call, view } = state;
  const { version } = view;
  const { scores } = version.scorer.afterHits(state.before, state.near, state.refusals);
  const { best } = bestTwo(scores, view.allows);
  // To judge takes the best intent's question, to answer the candidates' too: a database is asked for all of them at once.
  const foremost = best < 0 ? [] : [best];
  const nearestRows = await bestQuestions(state, version.index.remote ? likelyIntents(view, scores, call.topK) : foremost);
  const cosines = await intentCosines(state, foremost, nearestRows);
  const equal = equalQuestions(state);
  const judged: JudgeInput = {
    scorer: version.scorer,
    scores,
    closenessOf: (intent) => closeness(cosines.get(intent) ?? -1, state.refusals, intent),
    allowed: view.allows,
    equality: equalityOf(state, equal),
    topK: call.topK,
    minConfidence: call.minConfidence,
    minPrecision: call.minPrecision,
    demands: version.demands,
    previousIntent: previousIntent(version, call.context),
    settings,
  };
  const judgement = judge(judged);
  const questions = await bestQuestions(
    state,
    judgement.ranked.map((item) => item.intent),
    nearestRows,
  );
  const candidates = judgement.ranked.flatMap(({ intent, confidence }) => {
    const question = equal.get(intent) ?? questions.get(intent);
    return question === undefined ? [] : [toCandidate(version, inBestLocale(state, question), confidence)];
  });
  return { judgement, judged, candidates };
}
