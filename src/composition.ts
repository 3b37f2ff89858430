/**
 * Ties encoder, versions and matching together for reading: utterance in, answer out.
 * Knows nothing of transport; a match reads one version and keeps it to the end.
 */
import { decisionChanges, filterChange } from './decision-changes.ts';
import type { Encoder, Encoding } from './encoder/encoder.ts';
import { FaqError, throwIfAborted } from './errors.ts';
import type { Hit, SearchQuery, SearchResult } from './index/contract.ts';
import type { AnswerCandidate, AnswerChange, AnswerExplanation, Match, MatchCall } from './match-answer.ts';
import type { MatchSettings, NearQuestion } from './matching/contract.ts';
import { bestTwo } from './matching/features.ts';
import { type Equality, type JudgeInput, type Judgement, judge } from './matching/judge.ts';
import type { PreparedText, ScoreShares } from './matching/scorer.ts';
import { normaliseText } from './text/normalise.ts';
import type { Reading } from './text/spelling.ts';
import { wordTerms } from './text/terms.ts';
import type { LoadedVersion, Versions } from './versions/contract.ts';
import { type VersionView, viewVersion } from './versions/version-view.ts';
import { equalRows, likelyIntents } from './versions/wanted-rows.ts';

/** What a match needs. */
export interface MatchParts {
  readonly encoder: Pick<Encoder, 'encode' | 'info' | 'hasWord'>;
  readonly versions: Pick<Versions, 'acquire' | 'active'>;
  readonly settings: MatchSettings;
}

/** Hits asked of the index: enough for the vote, the evidence and most candidates' best questions. */
const HITS = 32;
/** The hit scorer was calibrated on this many. */
const HITS_FOR_HIT_SCORER = 128;
const EVIDENCE = 5;

/** One match on its way. */
interface MatchState {
  readonly call: MatchCall;
  /** As typed: what equality is decided on. */
  readonly text: string;
  /** As read: what is encoded and scored. */
  readonly reading: Reading;
  readonly terms: readonly string[];
  readonly view: VersionView;
  readonly prepared: PreparedText;
  readonly encoding: Encoding;
  /** The nearest by vector alone, closest first. */
  readonly dense: readonly NearQuestion[];
  /** Those and the best by terms. */
  readonly near: readonly NearQuestion[];
  /** The nearest of the intents that were asked for beside the hits. */
  readonly nearest: readonly NearQuestion[];
  /** First row of each intent that the utterance equals. */
  readonly equal: ReadonlyMap<number, number>;
  /** Cosines of the rows that it equals. */
  readonly cosines: ReadonlyMap<number, number>;
  /** Scores of intents as far as they are known without hits; used up when the hits are added. */
  readonly before: Float32Array;
}

/** What a search starts from. */
type SearchedFor = Pick<MatchState, 'call' | 'text' | 'reading' | 'terms' | 'view' | 'prepared' | 'encoding'>;

/** Hits of both sides, each row once, in matching's words. */
function mergeHits(version: LoadedVersion, hits: readonly (readonly Hit[])[]): readonly NearQuestion[] {
  const seen = new Set<number>();
  const near: NearQuestion[] = [];
  for (const hit of hits.flat()) {
    if (seen.has(hit.row)) continue;
    seen.add(hit.row);
    near.push({ row: hit.row, intent: version.intentOfRow[hit.row] as number, similarity: hit.similarity, lexical: hit.lexical });
  }
  return near;
}

function filterOf({ filter }: MatchCall): Pick<SearchQuery, 'filter'> {
  return filter === undefined ? {} : { filter };
}

/** What was found of groups, as questions of their intents. */
function nearQuestions(groups: readonly number[], found: SearchResult['nearest']): readonly NearQuestion[] {
  return found.flatMap((each, place) => (each === undefined ? [] : [{ ...each, intent: groups[place] as number, lexical: 0 }]));
}

/** Keeps the nearer of what is known of an intent and what comes. */
function keepNearer(best: Map<number, NearQuestion>, question: NearQuestion): void {
  const before = best.get(question.intent);
  if (before === undefined || question.similarity > before.similarity) best.set(question.intent, question);
}

type BestQuestions = ReadonlyMap<number, NearQuestion>;

/**
 * Nearest allowed question of each wanted intent: from the nearest by vector and what was asked beside them, else asked of the index. What
 * was found by terms alone need not be its intent's nearest, nor what a database's graph found, which may have missed a nearer one; what a
 * graph in this process found is taken, since a comparison would hold up the other matches.
 * @param known what an earlier call found.
 */
async function bestQuestions(state: MatchState, intents: readonly number[], known: BestQuestions = new Map()): Promise<BestQuestions> {
  const { call, view, encoding } = state;
  const { index } = view.version;
  const best = new Map(known);
  if (!index.remote || index.method.kind === 'exact') for (const hit of state.dense) keepNearer(best, hit);
  for (const question of state.nearest) keepNearer(best, question);
  const groups = intents.filter((intent) => !best.has(intent));
  if (groups.length === 0) return best;
  const asked = await index.nearestOfGroups({ vector: encoding.vector, groups, ...filterOf(call) });
  for (const question of nearQuestions(groups, asked)) keepNearer(best, question);
  return best;
}

/** The stored questions that the utterance equals, the first of each intent: they are named even where another lies as near. */
function equalQuestions({ equal, cosines }: MatchState): ReadonlyMap<number, NearQuestion> {
  return new Map([...equal].map(([intent, row]) => [intent, { row, intent, similarity: cosines.get(row) ?? 1, lexical: 0 }]));
}

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

function toCandidate(version: LoadedVersion, question: NearQuestion, confidence: number): AnswerCandidate {
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

/** What would have changed the decision; where a filter let nothing through, that is the filter. */
async function changesOf(state: MatchState, { judgement, judged }: Answered, settings: MatchSettings): Promise<readonly AnswerChange[]> {
  const { call, view, text, equal } = state;
  const { version } = view;
  if (judgement.ranked.length === 0 && call.filter !== undefined) {
    const unfiltered = { ...state, call: { ...call, filter: undefined }, view: viewVersion(version, undefined) };
    const without = await answer({ ...unfiltered, ...(await search(unfiltered)) }, settings);
    return filterChange(without.judgement, version.intents);
  }
  const { best, second } = judgement.features;
  const nearest = await bestQuestions(state, second < 0 ? [] : [best, second]);
  const nearestOf = (intent: number) => nearest.get(intent)?.similarity ?? judged.nearestOf(intent);
  return decisionChanges({ view, text, equal, judged: { ...judged, nearestOf }, judgement });
}

async function explain(state: MatchState, answered: Answered, settings: MatchSettings): Promise<AnswerExplanation> {
  const { judgement, candidates } = answered;
  const matched = candidates[0]?.matchedQuestion ?? '';
  const { version } = state.view;
  const { verdict, features } = judgement;
  const matchedTerms = new Set(wordTerms(matched));
  const nearest = [...state.near].sort((a, b) => b.similarity - a.similarity).slice(0, EVIDENCE);
  const { vector } = state.encoding;
  const noShares: ScoreShares = { dense: 0, lexical: 0, neighbours: 0 };
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

/** One trip to the index: hits, and the cosines of all rows that the answer will probably need. */
async function search({ call, text, terms, view, prepared, encoding }: SearchedFor) {
  const { index, scorer } = view.version;
  const { vector } = encoding;
  const onHits = scorer.kind === 'hits';
  const before = scorer.beforeHits(prepared, vector);
  const equal = equalRows(view, text);
  const rows = [...equal.values()];
  const groups = index.remote && !onHits ? likelyIntents(view, before, call.topK) : [];
  // Kernel ridge has its own lexical part; term hits would only fill an explanation then.
  const query = { vector, terms: onHits || call.explain ? terms : [], k: onHits ? HITS_FOR_HIT_SCORER : HITS, rows, groups };
  const found = await index.search({ ...query, ...filterOf(call) }, call.signal);
  const near = mergeHits(view.version, [found.dense, found.lexical]);
  const cosines = new Map(rows.map((row, i) => [row, found.similarities[i] as number]));
  return { dense: near.slice(0, found.dense.length), near, equal, cosines, before, nearest: nearQuestions(groups, found.nearest) };
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
interface Answered {
  readonly judgement: Judgement;
  readonly judged: JudgeInput;
  readonly candidates: readonly AnswerCandidate[];
}

/** Scores, judges and dresses the answer's candidates. */
async function answer(state: MatchState, settings: MatchSettings): Promise<Answered> {
  const { call, view } = state;
  const { version } = view;
  const { scores } = version.scorer.afterHits(state.before, state.near);
  const { best } = bestTwo(scores, view.allows);
  const nearestRows = await bestQuestions(state, best < 0 ? [] : [best]);
  const equal = equalQuestions(state);
  const judged: JudgeInput = {
    scorer: version.scorer,
    scores,
    nearestOf: (intent) => nearestRows.get(intent)?.similarity ?? -1,
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
    return question === undefined ? [] : [toCandidate(version, question, confidence)];
  });
  return { judgement, judged, candidates };
}

/** The utterance with its misspelt words read as the corpus writes them; as typed where that is switched off or the vocabulary is elsewhere. */
function readUtterance(text: string, { spelling }: LoadedVersion, { encoder, settings }: MatchParts): Reading {
  if (!settings.readMisspelt || encoder.hasWord === undefined) return { text, words: [] };
  return spelling.read(text, encoder.hasWord);
}

/** The match path over an encoder and the loaded versions. */
export function createMatch(parts: MatchParts): Match {
  return async (call) => {
    const started = performance.now();
    throwIfAborted(call.signal);
    const text = normaliseText(call.utterance);
    if (text === '') {
      const message = 'utterance: expected some text, got nothing but spaces and control characters; send what the user typed.';
      throw new FaqError('invalid_argument', message, { field: 'utterance' });
    }
    const active = call.version === undefined ? parts.versions.active(call.corpus) : undefined;
    const version = active ?? (await parts.versions.acquire(call.corpus, call.version));
    const reading = readUtterance(text, version, parts);
    const encodingComes = parts.encoder.encode(reading.text, call.signal === undefined ? {} : { signal: call.signal });
    // The text's own part is computed while the encoder works in its thread.
    const view = viewVersion(version, call.filter);
    const prepared = version.scorer.prepare(reading.text);
    const terms = wordTerms(reading.text);
    const encoding = await encodingComes;
    const searchStarted = performance.now();
    const searched: SearchedFor = { call, text, reading, terms, view, prepared, encoding };
    const state: MatchState = { ...searched, ...(await search(searched)) };
    const answered = await answer(state, parts.settings);
    const { judgement, candidates } = answered;
    const ended = performance.now();
    return {
      decision: judgement.verdict.decision,
      candidates,
      clarifyIntents: judgement.clarify.map((intent) => version.intents[intent] ?? ''),
      noneConfidence: judgement.none,
      versions: { corpus: version.version, model: version.modelDigest, calibrator: version.calibratorDigest },
      timings: { ...encoding.timings, searchMs: ended - searchStarted, totalMs: ended - started },
      explanation: call.explain ? await explain(state, answered, parts.settings) : undefined,
      truncated: encoding.truncated,
    };
  };
}
