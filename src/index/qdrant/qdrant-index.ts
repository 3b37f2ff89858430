/**
 * A version in Qdrant as an index: one request a search. Qdrant gives rows and cosines; BM25 is summed here from the rows' own terms, with the
 * weights that Qdrant's sparse vectors were written with, so that both indexes give the same numbers.
 */
import { FaqError, throwIfAborted } from '../../errors.ts';
import { type Bm25, openBm25 } from '../bm25.ts';
import { type TermWeights, termCounts, termWeights } from '../bm25-weights.ts';
import { checkQuery, checkRows, checkVector } from '../check-query.ts';
import type { Hit, QuestionIndex, QuestionRow, SearchQuery, SearchResult } from '../contract.ts';
import { isOpenFilter, rowsThatPass } from '../row-filter.ts';
import { type ScoredRow, topRows } from '../top-rows.ts';
import type { QdrantConnection } from './connection.ts';
import { type AskQueries, createSearchBatcher } from './search-batcher.ts';
import { type BatchQuery, denseQuery, type QueryTerms, rowsQuery, type SearchPlan, scoredRows, termsQuery } from './search-requests.ts';

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

/** The searcher of one version. */
function createSearch(
  source: QdrantIndexSource,
  ask: AskQueries,
): (query: SearchQuery, signal: AbortSignal | undefined) => Promise<SearchResult> {
  const { plan } = source;
  const weights = termWeights(source.rows.map(({ terms }) => terms));
  const rankedByTerms = createTermRanking(source.rows);
  const one = async (query: BatchQuery, signal: AbortSignal | undefined) => (await ask([query], signal)).flatMap(scoredRows);

  return async (query, signal) => {
    const { vector, k, rows: wanted = [] } = query;
    const terms = termCounts(query.terms, weights.vocabulary);
    const lexicalOf = bm25Of(weights, terms);
    const named = wanted.length > 0 ? [rowsQuery(vector, wanted)] : [];
    const byTerms = terms.termNumbers.length > 0 ? [termsQuery(query, terms)] : [];
    const answers = (await ask([denseQuery(query, plan), ...named, ...byTerms], signal)).map(scoredRows);
    const [nearest = [], ...others] = answers;
    const dense = await settle(nearest, k, (more) => one(denseQuery({ ...query, k: more }, plan), signal));
    const found = byTerms.length > 0 ? (others.at(-1) ?? []).map(({ row }) => row) : [];
    const lexical = tiedAtEnd(descending(found.map(lexicalOf)), k) ? rankedByTerms(query) : found;
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
    };
  };
}

/** Opens an index over a collection; the rows are kept, not copied, and must not change. */
export function openQdrantIndex(source: QdrantIndexSource): QuestionIndex {
  const { dimension, plan } = source;
  const size = source.rows.length;
  const ask = sender(source);
  const search = createSearch(source, ask);
  return {
    size,
    dimension,
    method: { kind: plan.method.kind, recallAt10: plan.method.recallAt10 },
    remote: true,
    async search(query, signal) {
      throwIfAborted(signal);
      checkQuery(query, { dimension, size });
      if (size === 0) return { dense: [], lexical: [], similarities: new Float32Array() };
      return search(query, signal);
    },
    async similarities(vector, wanted) {
      checkVector(vector, dimension);
      checkRows(wanted, size);
      if (wanted.length === 0) return new Float32Array();
      const [answer] = await ask([rowsQuery(vector, wanted)], undefined);
      const cosines = cosinesOf(answer === undefined ? [] : scoredRows(answer));
      return Float32Array.from(wanted, (row) => cosines.get(row) ?? 0);
    },
  };
}
