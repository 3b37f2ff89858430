/**
 * A version's questions into its collection: dense vector, sparse BM25 weights and what filters need, in batches that can be repeated.
 * A write that was broken off goes on where it stopped: ids are row numbers, and a version's name is a hash of its content.
 */
import pLimit from 'p-limit';
import { throwIfAborted } from '../../errors.ts';
import { type TermWeights, termWeights } from '../bm25-weights.ts';
import type { VersionContents, WriteProgress } from '../contract.ts';
import { type CollectionPlace, DENSE, FILTERS, filterWords, TERMS } from './version-collection.ts';

/** 1 MB of JSON at 384 dimensions: greater batches are no faster, and each is what a broken connection costs. */
const QUESTIONS_AT_ONCE = 128;
/** Batches on their way: one is written by Qdrant while the next is put into words here. */
const BATCHES_AT_ONCE = 2;
/** Ids of one page when asking which questions are there already. */
const IDS_AT_ONCE = 10_000;
const BATCH_MS = 60_000;

/** What is written. */
export type Questions = Pick<VersionContents, 'manifest' | 'rows' | 'vectors'>;

function pointOf({ manifest, rows, vectors }: Questions, weights: TermWeights, row: number) {
  const { dimension } = manifest;
  const start = weights.rowStart[row] ?? 0;
  const end = weights.rowStart[row + 1] ?? start;
  const question = rows[row];
  return {
    id: row,
    vector: {
      [DENSE]: Array.from(vectors.subarray(row * dimension, (row + 1) * dimension)),
      [TERMS]: { indices: Array.from(weights.termNumbers.subarray(start, end)), values: Array.from(weights.weights.subarray(start, end)) },
    },
    // Half a surrogate pair, as a broken export may hold, is no valid JSON to Qdrant.
    payload: { text: (question?.text ?? '').toWellFormed(), [FILTERS]: question === undefined ? [] : filterWords(question) },
  };
}

/** Rows that an earlier try has written. */
async function rowsThere({ connection, collection, signal }: CollectionPlace): Promise<ReadonlySet<number>> {
  const rows = new Set<number>();
  let offset: string | number | undefined;
  do {
    const from = offset;
    const { data } = await connection.call({
      what: 'see which questions are stored',
      run: (api, init) =>
        api.scrollPoints(
          {
            collection_name: collection,
            limit: IDS_AT_ONCE,
            with_payload: false,
            with_vector: false,
            ...(from === undefined ? {} : { offset: from }),
          },
          init,
        ),
      signal,
      timeoutMs: BATCH_MS,
    });
    for (const { id } of data.result?.points ?? []) if (typeof id === 'number') rows.add(id);
    const next = data.result?.next_page_offset;
    offset = typeof next === 'string' || typeof next === 'number' ? next : undefined;
  } while (offset !== undefined);
  return rows;
}

async function upsert(place: CollectionPlace, points: readonly ReturnType<typeof pointOf>[]): Promise<void> {
  const { connection, collection, signal, patienceMs } = place;
  await connection.call({
    what: 'write questions',
    run: (api, init) => api.upsertPoints({ collection_name: collection, wait: true, points: [...points] }, init),
    signal,
    timeoutMs: BATCH_MS,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
}

/** Writes what is not there yet. @throws FaqError as a connection does; what was written stays for the next try. */
export async function writeQuestions(place: CollectionPlace, questions: Questions, onProgress: WriteProgress): Promise<void> {
  const total = questions.rows.length;
  const weights = termWeights(questions.rows.map(({ terms }) => terms));
  const there = await rowsThere(place);
  let done = there.size;
  onProgress(done, total);
  const limit = pLimit(BATCHES_AT_ONCE);
  const missing = Array.from({ length: total }, (_, row) => row).filter((row) => !there.has(row));
  const batches = Array.from({ length: Math.ceil(missing.length / QUESTIONS_AT_ONCE) }, (_, place) =>
    missing.slice(place * QUESTIONS_AT_ONCE, (place + 1) * QUESTIONS_AT_ONCE),
  );
  const failed = new AbortController();
  const signal = place.signal === undefined ? failed.signal : AbortSignal.any([place.signal, failed.signal]);
  const writes = batches.map((rows) =>
    limit(async () => {
      throwIfAborted(signal);
      await upsert(
        { ...place, signal },
        rows.map((row) => pointOf(questions, weights, row)),
      );
      done += rows.length;
      onProgress(done, total);
    }),
  );
  // The first failure stops the others, and none is left running behind the caller's back.
  try {
    await Promise.all(writes);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(writes);
    throw error;
  }
}
