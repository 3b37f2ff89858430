/**
 * The wait until Qdrant has built a version's graph, and the measure of what the graph finds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import type { WriteProgress } from '../contract.ts';
import { LEAST_RECALL, NEAREST, paraphrases, recallAt10 } from '../recall.ts';
import type { ScoredRow } from '../top-rows.ts';
import { scoredRows } from './search-requests.ts';
import { type CollectionPlace, collectionFacts, DENSE } from './version-collection.ts';
import type { StoredMethod } from './version-record.ts';

const LOOK_EVERY_MS = 500;
const LOOKS_WITHOUT_WORK = 3;
/** Questions that may stay in a segment below the size from which Qdrant builds a graph: 1 MB of vectors. */
const WITHOUT_GRAPH = 2_000;
const PROBES_AT_ONCE = 20;
/** Widths of the walk, tried in turn until the recall is reached. */
const WIDTHS = [64, 128, 256, 512];
const CALL_MS = 60_000;

/** What the collection holds. */
export interface ReadyWhen {
  readonly questions: number;
  /** Questions with a sparse vector that is not empty. */
  readonly sparse: number;
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal === undefined ? error : abortError(signal);
  }
}

/**
 * Waits until Qdrant has nothing left to build. There is no bound but the caller's signal: a million questions take many minutes, and progress
 * shows that it goes on. A last small segment stays without a graph for good and is searched exactly.
 */
export async function waitForGraph(place: CollectionPlace, { questions, sparse }: ReadyWhen, onProgress: WriteProgress): Promise<void> {
  for (let still = 0; still < LOOKS_WITHOUT_WORK; ) {
    throwIfAborted(place.signal);
    const { status, indexedVectors } = await collectionFacts(place);
    // Sparse vectors are counted as indexed as soon as they are written.
    const inGraph = Math.max(0, indexedVectors - sparse);
    onProgress(Math.min(inGraph, questions), questions);
    if (status === 'red') {
      const message = `Qdrant could not build the graph of ${place.collection}. Its log says why; try the reload again when that is mended.`;
      throw new FaqError('unavailable', message, { reason: 'INDEX_FAILED' });
    }
    // Green for a moment before the work begins, and between two segments.
    still = status === 'green' && inGraph >= questions - WITHOUT_GRAPH ? still + 1 : 0;
    if (still < LOOKS_WITHOUT_WORK) await pause(place.signal);
  }
}

type Found = readonly (readonly ScoredRow[])[];

async function nearest(place: CollectionPlace, probes: readonly Float32Array[], params: object): Promise<Found> {
  const found: (readonly ScoredRow[])[] = [];
  for (let start = 0; start < probes.length; start += PROBES_AT_ONCE) {
    const searches = probes.slice(start, start + PROBES_AT_ONCE).map((vector) => ({
      query: Array.from(vector),
      using: DENSE,
      limit: NEAREST,
      with_payload: false,
      params,
    }));
    const { data } = await place.connection.call({
      what: 'measure recall',
      run: (api, init) => api.queryBatchPoints({ collection_name: place.collection, searches }, init),
      signal: place.signal,
      timeoutMs: CALL_MS,
    });
    found.push(...(data.result ?? []).map(scoredRows));
  }
  return found;
}

/** The narrowest walk through the graph that finds enough of the ten nearest, or exact search where none does. */
export async function chooseMethod(
  place: CollectionPlace,
  { vectors, dimension }: { readonly vectors: Float32Array; readonly dimension: number },
): Promise<StoredMethod> {
  const probes = paraphrases(vectors, dimension);
  const truth = await nearest(place, probes, { exact: true });
  for (const ef of WIDTHS) {
    const reached = recallAt10(await nearest(place, probes, { hnsw_ef: ef }), truth);
    if (reached >= LEAST_RECALL) return { kind: 'hnsw', recallAt10: reached, ef };
  }
  return { kind: 'exact', recallAt10: 1, ef: 0 };
}
