/**
 * One trip to the index for one utterance, and the nearest question of each intent from what it brought. Knows rows and cosines, no decisions.
 */
import type { Encoding } from '../encoder/encoder.ts';
import type { Hit, SearchQuery, SearchResult } from '../index/contract.ts';
import { isOpenFilter } from '../index/row-filter.ts';
import type { NearQuestion, Refusals } from '../matching/contract.ts';
import { refusals } from '../matching/counter-examples.ts';
import type { PreparedText } from '../matching/scorer.ts';
import type { Reading } from '../text/spelling.ts';
import type { LoadedVersion } from '../versions/contract.ts';
import type { VersionView } from '../versions/version-view.ts';
import { equalRows, likelyIntents } from '../versions/wanted-rows.ts';
import type { MatchCall } from './match-answer.ts';

/** Hits asked of the index: enough for the vote, the evidence and most candidates' best questions. */
const HITS = 32;
/** The hit scorer was calibrated on this many. */
const HITS_FOR_HIT_SCORER = 128;

/** Intents foretold beyond the candidates asked for: the neighbours' vote, which is not known yet, moves an intent by a place or two. */
const INTENTS_BEYOND = 2;

/** One match on its way. */
export interface MatchState {
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
  /** How near the counter-examples are. */
  readonly refusals: Refusals;
  /** Scores of intents as far as they are known without hits; used up when the hits are added. */
  readonly before: Float32Array;
}

/** What a search starts from. */
export type SearchedFor = Pick<MatchState, 'call' | 'text' | 'reading' | 'terms' | 'view' | 'prepared' | 'encoding'>;

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

/** By intent. */
export type BestQuestions = ReadonlyMap<number, NearQuestion>;

/**
 * Nearest allowed question of each wanted intent: from the nearest by vector and what was asked beside them, else asked of the index. What
 * was found by terms alone need not be its intent's nearest, nor what a database's graph found, which may have missed a nearer one; what a
 * graph in this process found is taken, since a comparison would hold up the other matches.
 * @param known what an earlier call found.
 */
export async function bestQuestions(
  state: MatchState,
  intents: readonly number[],
  known: BestQuestions = new Map(),
): Promise<BestQuestions> {
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

/**
 * Cosine to the nearest stored question of each intent, for its closeness. A filter says which entries may be shown, not what is meant: an intent that it
 * lets through counts by all of its questions, as its score does. (The hit scorer's scores are of what the filter lets through, and so is this.)
 * @param allowed what bestQuestions found of the same intents.
 */
export async function intentCosines(
  { call, view, encoding }: MatchState,
  intents: readonly number[],
  allowed: BestQuestions,
): Promise<ReadonlyMap<number, number>> {
  const { index, scorer } = view.version;
  const known = new Map([...allowed].map(([intent, { similarity }]) => [intent, similarity]));
  if (isOpenFilter(call.filter) || scorer.kind === 'hits' || intents.length === 0) return known;
  const asked = await index.nearestOfGroups({ vector: encoding.vector, groups: intents });
  for (const { intent, similarity } of nearQuestions(intents, asked)) known.set(intent, similarity);
  return known;
}

/** The stored questions that the utterance equals, the first of each intent: they are named even where another lies as near. */
export function equalQuestions({ equal, cosines }: MatchState): ReadonlyMap<number, NearQuestion> {
  return new Map([...equal].map(([intent, row]) => [intent, { row, intent, similarity: cosines.get(row) ?? 1, lexical: 0 }]));
}

/** One trip to the index: hits, and the cosines of all rows that the answer will probably need. */
export async function search(searched: SearchedFor): Promise<MatchState> {
  const { call, text, terms, view, prepared, encoding } = searched;
  const { index, scorer } = view.version;
  const { vector } = encoding;
  const onHits = scorer.kind === 'hits';
  const before = scorer.beforeHits(prepared, vector);
  const equal = equalRows(view, text);
  const rows = [...equal.values()];
  const groups = index.remote && !onHits ? likelyIntents(view, before, call.topK + INTENTS_BEYOND) : [];
  // Kernel ridge has its own lexical part; term hits would only fill an explanation then.
  const query = { vector, terms: onHits || call.explain ? terms : [], k: onHits ? HITS_FOR_HIT_SCORER : HITS, rows, groups };
  const found = await index.search({ ...query, ...filterOf(call) }, call.signal);
  const near = mergeHits(view.version, [found.dense, found.lexical]);
  const cosines = new Map(rows.map((row, i) => [row, found.similarities[i] as number]));
  const dense = near.slice(0, found.dense.length);
  const held = refusals(scorer.counterExamples.intents, scorer.counterCosines(vector));
  return { ...searched, dense, near, equal, cosines, before, refusals: held, nearest: nearQuestions(groups, found.nearest) };
}
