/**
 * The wait until Qdrant has built a version's graph, and the measure of what the graph finds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import type { WriteProgress } from '../contract.ts';
import { type Found, LEAST_RECALL, NEAREST, probesOf, recallAt10 } from '../recall.ts';
import type { ScoredRow } from '../top-rows.ts';
import { scoredRows } from './search-requests.ts';
import { buildGraph, type CollectionPlace, collectionFacts, DENSE } from './version-collection.ts';
import type { StoredMethod } from './version-record.ts';

const LOOK_EVERY_MS = 500;
const PROBES_AT_ONCE = 20;
/** Widths of the walk, tried in turn until the recall is reached. */
const WIDTHS = [64, 128, 256, 512];
const CALL_MS = 60_000;

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal === undefined ? error : abortError(signal);
  }
}

/** The graph that is waited for. */
export interface WantedGraph {
  readonly questions: number;
  /** Questions with a sparse vector. */
  readonly withTerms: number;
  readonly dimension: number;
}

/**
 * Waits until Qdrant has nothing left to build. There is no bound but the caller's signal: a million questions take many minutes, and progress
 * shows that it goes on. A last small segment stays without a graph for good and is searched exactly.
 */
export async function waitForGraph(place: CollectionPlace, wanted: WantedGraph, onProgress: WriteProgress): Promise<void> {
  const { questions, withTerms, dimension } = wanted;
  let outside = await buildGraph(place, dimension);
  for (;;) {
    throwIfAborted(place.signal);
    const { status, indexedVectors } = await collectionFacts(place);
    const inGraph = Math.max(0, indexedVectors - withTerms);
    onProgress(Math.min(inGraph, questions), questions);
    if (status === 'red') {
      const message = `Qdrant could not build the graph of ${place.collection}. Its log says why; try the reload again when that is mended.`;
      throw new FaqError('unavailable', message, { reason: 'INDEX_FAILED' });
    }
    if (status === 'green' && inGraph + outside >= questions) return;
    // After a restart of the server nothing is built until it is asked for again.
    if (status === 'grey') outside = await buildGraph(place, dimension);
    await pause(place.signal);
  }
}

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
      ...(place.patienceMs === undefined ? {} : { patienceMs: place.patienceMs }),
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
  const { stored, paraphrases } = probesOf(vectors, dimension);
  const kinds: { readonly probes: readonly Float32Array[]; readonly truth: Found }[] = [];
  for (const probes of [stored, paraphrases]) kinds.push({ probes, truth: await nearest(place, probes, { exact: true }) });
  for (const ef of WIDTHS) {
    let reached = 1;
    for (const { probes, truth } of kinds) reached = Math.min(reached, recallAt10(await nearest(place, probes, { hnsw_ef: ef }), truth));
    if (reached >= LEAST_RECALL) return { kind: 'hnsw', recallAt10: reached, ef };
  }
  return { kind: 'exact', recallAt10: 1, ef: 0 };
}
