/**
 * One search in Qdrant's words: the nearest by vector, the best by terms with their cosine, and the cosines of named rows, as queries of one
 * batch; and what came back as rows with cosines.
 */
import type { Schemas } from '@qdrant/js-client-rest';
import type { RowFilter, SearchQuery } from '../contract.ts';
import { isOpenFilter } from '../row-filter.ts';
import type { ScoredRow } from '../top-rows.ts';
import { DENSE, FILTERS, groupWord, localeWord, TERMS, tagWord } from './version-collection.ts';
import type { StoredMethod } from './version-record.ts';

/** One query of a batch. */
export type BatchQuery = Schemas['QueryRequest'];

/** How a version is searched. */
export interface SearchPlan {
  readonly method: StoredMethod;
  /** Whether int8 copies are searched first: then the originals must have the last word. */
  readonly quantised: boolean;
}

/** Rows more than asked for, so that a tie at the last place is seen. */
const LOOK_BEYOND = 1;
/** Of quantised vectors, so many times the rows asked for are rescored with the originals. */
const OVERSAMPLING = 2;

/** A filter in Qdrant's words; undefined where it lets everything through. */
export function qdrantFilter(filter: RowFilter | undefined): Schemas['Filter'] | undefined {
  if (filter === undefined || isOpenFilter(filter)) return undefined;
  const locales = filter.locales.length === 0 ? [] : [{ key: FILTERS, match: { any: filter.locales.map(localeWord) } }];
  return { must: [...locales, ...filter.tags.map((tag) => ({ key: FILTERS, match: { value: tagWord(tag) } }))] };
}

function searchParams({ method, quantised }: SearchPlan): Schemas['SearchParams'] {
  if (method.kind === 'exact') return { exact: true };
  return { hnsw_ef: method.ef, ...(quantised ? { quantization: { rescore: true, oversampling: OVERSAMPLING } } : {}) };
}

/** Digits of a query's numbers: half the bytes of all of them, and a cosine moves by less than 1e-7. */
const ROUNDING = 1e8;
/** The queries of one search share their list of numbers, so that the transport puts it into words once. */
const numbersOfVector = new WeakMap<Float32Array, number[]>();

function numbersOf(vector: Float32Array): number[] {
  const known = numbersOfVector.get(vector);
  if (known !== undefined) return known;
  const numbers = Array.from(vector, (value) => Math.round(value * ROUNDING) / ROUNDING);
  numbersOfVector.set(vector, numbers);
  return numbers;
}

const IDS_ONLY = { with_payload: false, with_vector: false } as const;

/** The nearest rows, one more than k. */
export function denseQuery({ vector, k, filter }: SearchQuery, plan: SearchPlan): BatchQuery {
  const passing = qdrantFilter(filter);
  return {
    query: numbersOf(vector),
    using: DENSE,
    limit: k + LOOK_BEYOND,
    params: searchParams(plan),
    ...(passing === undefined ? {} : { filter: passing }),
    ...IDS_ONLY,
  };
}

/** Terms of a query by their numbers, with how often each is in it. */
export interface QueryTerms {
  readonly termNumbers: readonly number[];
  readonly counts: readonly number[];
}

/** The best rows by BM25, one more than k, each with its cosine instead of its BM25: that is known here. */
export function termsQuery({ vector, k, filter }: SearchQuery, { termNumbers, counts }: QueryTerms): BatchQuery {
  const passing = qdrantFilter(filter);
  const limit = k + LOOK_BEYOND;
  return {
    prefetch: {
      query: { indices: [...termNumbers], values: [...counts] },
      using: TERMS,
      limit,
      ...(passing === undefined ? {} : { filter: passing }),
    },
    query: numbersOf(vector),
    using: DENSE,
    limit,
    params: { exact: true },
    ...IDS_ONLY,
  };
}

/** The cosines of named rows. */
export function rowsQuery(vector: Float32Array, rows: readonly number[]): BatchQuery {
  const ids = [...new Set(rows)];
  return {
    query: numbersOf(vector),
    using: DENSE,
    limit: ids.length,
    filter: { must: [{ has_id: ids }] },
    params: { exact: true },
    ...IDS_ONLY,
  };
}

/** Rows of a group up to which each is compared with; beyond, a graph is quicker where there is one. */
const MOST_COMPARED = 2_000;

/** A group with the number of its rows. */
export interface RowGroup {
  readonly group: number;
  readonly size: number;
}

/** The k nearest passing rows of one group, and one beyond them. */
export function groupQuery(
  { vector, filter, k }: Pick<SearchQuery, 'vector' | 'filter' | 'k'>,
  { group, size }: RowGroup,
  plan: SearchPlan,
): BatchQuery {
  const passing = qdrantFilter(filter)?.must;
  const own = { key: FILTERS, match: { value: groupWord(group) } };
  return {
    query: numbersOf(vector),
    using: DENSE,
    limit: k + LOOK_BEYOND,
    filter: { must: [own, ...(Array.isArray(passing) ? passing : [])] },
    params: size > MOST_COMPARED ? searchParams(plan) : { exact: true },
    ...IDS_ONLY,
  };
}

/** Float32 sums of unit vectors can pass 1 by rounding. */
function cosine(score: number): number {
  return Math.max(-1, Math.min(1, score));
}

/** The points of one answer as rows, in Qdrant's order. */
export function scoredRows({ points }: Schemas['QueryResponse']): readonly ScoredRow[] {
  return points.map(({ id, score }) => ({ row: Number(id), score: cosine(score) }));
}
