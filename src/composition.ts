/**
 * Ties encoder, versions and matching together for reading: utterance in, answer out.
 * Knows nothing of transport; a match reads one version and keeps it to the end.
 */
import type { Encoder, Encoding } from './encoder/encoder.ts';
import { FaqError, throwIfAborted } from './errors.ts';
import type { Hit } from './index/contract.ts';
import type { AnswerCandidate, AnswerExplanation, Match, MatchCall } from './match-answer.ts';
import type { MatchSettings, NearQuestion } from './matching/contract.ts';
import { bestTwo } from './matching/features.ts';
import { type Equality, type Judgement, judge } from './matching/judge.ts';
import type { PreparedText, ScoreShares } from './matching/scorer.ts';
import { normaliseText } from './text/normalise.ts';
import type { Reading } from './text/spelling.ts';
import { wordTerms } from './text/terms.ts';
import type { LoadedVersion, Versions } from './versions/contract.ts';
import { type VersionView, viewVersion } from './versions/version-view.ts';
import { equalRows, rowsOfLikelyIntents } from './versions/wanted-rows.ts';

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
  /** First row of each intent that the utterance equals. */
  readonly equal: ReadonlyMap<number, number>;
  /** Cosines of the rows that were asked for beside the hits. */
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

/**
 * Nearest allowed question of each wanted intent: from the nearest by vector where they hold one, else from the rows whose cosine is known,
 * else asked of the index. What was found by terms alone need not be its intent's nearest.
 */
async function bestQuestions(state: MatchState, intents: readonly number[]): Promise<ReadonlyMap<number, NearQuestion>> {
  const best = new Map<number, NearQuestion>();
  for (const hit of state.dense) {
    const before = best.get(hit.intent);
    if (before === undefined || hit.similarity > before.similarity) best.set(hit.intent, hit);
  }
  const { version } = state.view;
  const rows = intents.filter((intent) => !best.has(intent)).flatMap((intent) => Array.from(version.rowsOfIntent[intent] ?? []));
  const passing = rows.filter(state.view.passes);
  const unknown = passing.filter((row) => !state.cosines.has(row));
  const asked = unknown.length === 0 ? new Float32Array() : await version.index.similarities(state.encoding.vector, unknown);
  const askedOf = new Map(unknown.map((row, i) => [row, asked[i] as number]));
  for (const row of passing) {
    const intent = version.intentOfRow[row] as number;
    const similarity = state.cosines.get(row) ?? askedOf.get(row) ?? -1;
    const before = best.get(intent);
    if (before === undefined || similarity > before.similarity) best.set(intent, { row, intent, similarity, lexical: 0 });
  }
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

function explain(state: MatchState, judgement: Judgement, matched: string): AnswerExplanation {
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
  };
}

/** One trip to the index: hits, and the cosines of all rows that the answer will probably need. */
async function search({ call, text, terms, view, prepared, encoding }: SearchedFor) {
  const { index, scorer } = view.version;
  const { vector } = encoding;
  const onHits = scorer.kind === 'hits';
  const before = scorer.beforeHits(prepared, vector);
  const equal = equalRows(view, text);
  const rows = [...equal.values(), ...(index.remote && !onHits ? rowsOfLikelyIntents(view, before, call.topK) : [])];
  // Kernel ridge has its own lexical part; term hits would only fill an explanation then.
  const query = { vector, terms: onHits || call.explain ? terms : [], k: onHits ? HITS_FOR_HIT_SCORER : HITS, rows };
  const found = await index.search({ ...query, ...(call.filter === undefined ? {} : { filter: call.filter }) }, call.signal);
  const near = mergeHits(view.version, [found.dense, found.lexical]);
  const cosines = new Map(rows.map((row, i) => [row, found.similarities[i] as number]));
  return { dense: near.slice(0, found.dense.length), near, equal, cosines, before };
}

/** Number of the intent of the turn before: as named, else that of the named entry. */
function previousIntent({ intents, content }: LoadedVersion, context: MatchCall['context']): number | undefined {
  if (context === undefined) return undefined;
  const { previousIntent: named, previousEntryId } = context;
  const name = named === '' ? content.entries.find(({ id }) => id === previousEntryId)?.intent : named;
  const intent = name === undefined ? -1 : intents.indexOf(name);
  return intent < 0 ? undefined : intent;
}

/** Scores, judges and dresses the answer's candidates. */
async function answer(state: MatchState, settings: MatchSettings) {
  const { call, view } = state;
  const { version } = view;
  const { scores } = version.scorer.afterHits(state.before, state.near);
  const { best } = bestTwo(scores, view.allows);
  const nearestRows = await bestQuestions(state, best < 0 ? [] : [best]);
  const equal = equalQuestions(state);
  const judgement = judge({
    scorer: version.scorer,
    scores,
    nearestOf: (intent) => nearestRows.get(intent)?.similarity ?? -1,
    allowed: view.allows,
    equality: equalityOf(state, equal),
    topK: call.topK,
    minConfidence: call.minConfidence,
    minPrecision: call.minPrecision,
    previousIntent: previousIntent(version, call.context),
    settings,
  });
  const questions = await bestQuestions(
    state,
    judgement.ranked.map((item) => item.intent),
  );
  const candidates = judgement.ranked.flatMap(({ intent, confidence }) => {
    const question = equal.get(intent) ?? questions.get(intent);
    return question === undefined ? [] : [toCandidate(version, question, confidence)];
  });
  return { judgement, candidates };
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
    const { judgement, candidates } = await answer(state, parts.settings);
    const ended = performance.now();
    return {
      decision: judgement.verdict.decision,
      candidates,
      clarifyIntents: judgement.clarify.map((intent) => version.intents[intent] ?? ''),
      versions: { corpus: version.version, model: version.modelDigest, calibrator: version.calibratorDigest },
      timings: { ...encoding.timings, searchMs: ended - searchStarted, totalMs: ended - started },
      explanation: call.explain ? explain(state, judgement, candidates[0]?.matchedQuestion ?? '') : undefined,
      truncated: encoding.truncated,
    };
  };
}
