/**
 * A version in Qdrant as an index: one request a search. Qdrant gives rows and cosines; BM25 is summed here from the rows' own terms, with the
 * weights that Qdrant's sparse vectors were written with, so that both indexes give the same numbers.
 */
import { FaqError, throwIfAborted } from '../../errors.ts';
import { type Bm25, openBm25 } from '../bm25.ts';
import { type TermWeights, termCounts, termWeights } from '../bm25-weights.ts';
import { checkGroupQuery, checkQuery } from '../check-query.ts';
import type { GroupQuery, Hit, QuestionIndex, QuestionRow, RowFilter, SearchQuery, SearchResult } from '../contract.ts';
import { isOpenFilter, rowsThatPass, withStoredLocales } from '../row-filter.ts';
import { bestFirst, type ScoredRow, topRows } from '../top-rows.ts';
import type { QdrantConnection } from './connection.ts';
import { type AskQueries, createSearchBatcher } from './search-batcher.ts';
import {
  type BatchQuery,
  denseQuery,
  groupQuery,
  type QueryTerms,
  rowsQuery,
  type SearchPlan,
  scoredRows,
  termsQuery,
} from './search-requests.ts';

/** What is searched. */
export interface QdrantIndexSource {
  readonly connection: QdrantConnection;
  readonly collection: string;
  readonly rows: readonly QuestionRow[];
  readonly dimension: number;
  readonly plan: SearchPlan;
}

/** Equal vectors get equal scores; rows whose scores differ by less than this count as tied when more of them are asked for. */
const TIE = 1e-7;

/** BM25 of single rows for one query. */
function bm25Of(weights: TermWeights, { termNumbers, counts }: QueryTerms): (row: number) => number {
  const countOf = new Map(termNumbers.map((number, place) => [number, counts[place] ?? 0]));
  return (row) => {
    let sum = 0;
    for (let place = weights.rowStart[row] ?? 0; place < (weights.rowStart[row + 1] ?? 0); place += 1) {
      sum += (countOf.get(weights.termNumbers[place] ?? 0) ?? 0) * (weights.weights[place] ?? 0);
    }
    return sum;
  };
}

/** Whether a row beyond the last wanted one ties with it: Qdrant may then have left out a row with a smaller number. */
function tiedAtEnd(scores: readonly number[], k: number): boolean {
  const last = scores[k - 1];
  const beyond = scores[scores.length - 1];
  return scores.length > k && last !== undefined && beyond !== undefined && last - beyond <= TIE;
}

function descending(scores: readonly number[]): readonly number[] {
  return scores.toSorted((left, right) => right - left);
}

/** A deleted collection is no bad request: whoever asks a second time, after a reload or a rollback, is answered. */
function lost(error: unknown): unknown {
  if (!(error instanceof FaqError) || error.code !== 'not_found') return error;
  const message = 'The version that answers is not in Qdrant any more: its collection was deleted. Reload the corpus or roll back.';
  return new FaqError('unavailable', message, { cause: error.cause, reason: 'VERSION_GONE', retryAfterMs: 1_000 });
}

function sender({ connection, collection }: QdrantIndexSource): AskQueries {
  return createSearchBatcher(async (queries) => {
    try {
      return await connection.call({ what: 'search', urgent: true, run: (api, init) => api.searchBatch(collection, queries, init) });
    } catch (error) {
      throw lost(error);
    }
  });
}

/** Asks for more rows until the last wanted place has no tie beyond it, or no more rows come; almost always not once. */
async function settle(
  first: readonly ScoredRow[],
  k: number,
  again: (k: number) => Promise<readonly ScoredRow[]>,
): Promise<readonly ScoredRow[]> {
  let found = first;
  for (let wanted = 4 * k; tiedAtEnd(descending(found.map(({ score }) => score)), k); wanted *= 4) {
    found = await again(wanted);
    if (found.length <= wanted) break;
  }
  return found;
}

function cosinesOf(...found: readonly (readonly ScoredRow[])[]): ReadonlyMap<number, number> {
  return new Map(found.flat().map(({ row, score }) => [row, score]));
}

/**
 * The rows best by terms where Qdrant's choice of them is not the only one: questions of the same words tie, by the thousand in some corpora.
 * Chosen from the terms in memory, so that no tie costs more than one further request for cosines. Made when it is first needed.
 */
function createTermRanking(rows: readonly QuestionRow[]): (query: SearchQuery) => readonly number[] {
  let bm25: Bm25 | undefined;
  return ({ terms, k, filter }) => {
    bm25 ??= openBm25(rows.map((row) => row.terms));
    const passing = filter === undefined || isOpenFilter(filter) ? undefined : new Set(rowsThatPass(rows, filter));
    return bm25.scored(terms, ({ byRow, touched }) =>
      topRows(passing === undefined ? touched : touched.filter((row) => passing.has(row)), (row) => byRow[row] ?? 0, k).map(
        ({ row }) => row,
      ),
    );
  };
}

/** Queries whose filter names locales as the rows have them: Qdrant compares words alone. */
function storedLocales(rows: readonly QuestionRow[]): <Q extends { readonly filter?: RowFilter }>(query: Q) => Q {
  const stored = new Set(rows.map(({ locale }) => locale));
  return (query) => (query.filter === undefined ? query : { ...query, filter: withStoredLocales(query.filter, stored) });
}

type AskOne = (query: BatchQuery, signal: AbortSignal | undefined) => Promise<readonly ScoredRow[]>;

/** The nearest rows of groups: what to ask, and what came of it. */
interface NearestRows {
  queries(query: GroupQuery): readonly BatchQuery[];
  /** Asks again only where rows tie for being the nearest. */
  read(query: GroupQuery, found: readonly (readonly ScoredRow[])[]): Promise<SearchResult['nearest']>;
}

function nearestRows({ rows, plan }: QdrantIndexSource, one: AskOne): NearestRows {
  const sizes = new Map<number, number>();
  for (const { group } of rows) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const asStored = storedLocales(rows);
  const queryOf = (query: GroupQuery, group: number, k = 1) =>
    groupQuery({ ...asStored(query), k }, { group, size: sizes.get(group) ?? 0 }, plan);
  return {
    queries: (query) => query.groups.map((group) => queryOf(query, group)),
    async read(query, found) {
      const settled = query.groups.map((group, place) =>
        settle(found[place] ?? [], 1, (more) => one(queryOf(query, group, more), undefined)),
      );
      return (await Promise.all(settled)).map((near) => {
        const [best] = near.toSorted(bestFirst);
        return best === undefined ? undefined : { row: best.row, similarity: best.score };
      });
    },
  };
}

/** How a version's index asks: many queries at once, one, and the nearest rows of groups. */
interface Asking {
  readonly ask: AskQueries;
  readonly one: AskOne;
  readonly near: NearestRows;
}

/** The searcher of one version. */
function createSearch(
  source: QdrantIndexSource,
  { ask, one, near }: Asking,
): (query: SearchQuery, signal: AbortSignal | undefined) => Promise<SearchResult> {
  const { plan } = source;
  const asStored = storedLocales(source.rows);
  const weights = termWeights(source.rows.map(({ terms }) => terms));
  const rankedByTerms = createTermRanking(source.rows);

  return async (asked, signal) => {
    const query = asStored(asked);
    const { vector, k, rows: wanted = [], groups = [] } = query;
    const terms = termCounts(query.terms, weights.vocabulary);
    const lexicalOf = bm25Of(weights, terms);
    const named = wanted.length > 0 ? [rowsQuery(vector, wanted)] : [];
    const byTerms = terms.termNumbers.length > 0 ? [termsQuery(query, terms)] : [];
    const grouped = near.queries({ ...asked, groups });
    const answers = (await ask([denseQuery(query, plan), ...grouped, ...named, ...byTerms], signal)).map(scoredRows);
    const ofGroups = answers.slice(1, 1 + grouped.length);
    const [nearest = []] = answers;
    const others = answers.slice(1 + grouped.length);
    const dense = await settle(nearest, k, (more) => one(denseQuery({ ...query, k: more }, plan), signal));
    const found = byTerms.length > 0 ? (others.at(-1) ?? []).map(({ row }) => row) : [];
    const lexical = tiedAtEnd(descending(found.map(lexicalOf)), k) ? rankedByTerms(asked) : found;
    const cosines = cosinesOf(...others, dense);
    const unknown = lexical.filter((row) => !cosines.has(row));
    const all = unknown.length === 0 ? cosines : cosinesOf(...others, dense, await one(rowsQuery(vector, unknown), signal));
    const cosineOf = (row: number): number => all.get(row) ?? 0;
    const hits = (rows: readonly number[], score: (row: number) => number): readonly Hit[] =>
      topRows(rows, score, k).map(({ row }) => ({ row, similarity: cosineOf(row), lexical: lexicalOf(row) }));
    return {
      dense: hits(
        dense.map(({ row }) => row),
        cosineOf,
      ),
      lexical: hits(lexical, lexicalOf),
      similarities: Float32Array.from(wanted, cosineOf),
      nearest: await near.read({ ...asked, groups }, ofGroups),
    };
  };
}

/** Opens an index over a collection; the rows are kept, not copied, and must not change. */
export function openQdrantIndex(source: QdrantIndexSource): QuestionIndex {
  const { dimension, plan } = source;
  const size = source.rows.length;
  const ask = sender(source);
  const one: AskOne = async (query, signal) => (await ask([query], signal)).flatMap(scoredRows);
  const near = nearestRows(source, one);
  const search = createSearch(source, { ask, one, near });
  return {
    size,
    dimension,
    method: { kind: plan.method.kind, recallAt10: plan.method.recallAt10 },
    remote: true,
    async search(query, signal) {
      throwIfAborted(signal);
      checkQuery(query, { dimension, size });
      if (size === 0)
        return { dense: [], lexical: [], similarities: new Float32Array(), nearest: (query.groups ?? []).map(() => undefined) };
      return search(query, signal);
    },
    async nearestOfGroups(query) {
      checkGroupQuery(query, dimension);
      if (size === 0 || query.groups.length === 0) return query.groups.map(() => undefined);
      return near.read(query, (await ask(near.queries(query), undefined)).map(scoredRows));
    },
  };
}
