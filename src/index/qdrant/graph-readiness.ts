/**
 * The wait until Qdrant has built a version's graph, and the measure of what the graph finds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import type { WriteProgress } from '../contract.ts';
import { paraphraseVectors } from '../recall.ts';
import { buildGraph, type CollectionPlace, collectionFacts, DENSE } from './version-collection.ts';
import type { StoredMethod } from './version-record.ts';

const LOOK_EVERY_MS = 500;
/** Questions tried: .01 of recall is then 20 neighbours, well above chance. */
const PROBES = 200;
const NEIGHBOURS = 10;
const PROBES_AT_ONCE = 20;
/** Widths of the walk, tried in turn until the recall is reached. */
const WIDTHS = [64, 128, 256, 512];
/** Less than this and the version is searched exactly. */
export const LEAST_RECALL = 0.99;
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
 * Waits until every question is in the graph. There is no bound but the caller's signal: a million questions take many minutes, and progress
 * shows that it goes on.
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

type Neighbours = readonly ReadonlySet<number>[];

async function neighbours(place: CollectionPlace, probes: readonly Float32Array[], params: object): Promise<Neighbours> {
  const found: ReadonlySet<number>[] = [];
  for (let start = 0; start < probes.length; start += PROBES_AT_ONCE) {
    const searches = probes.slice(start, start + PROBES_AT_ONCE).map((vector) => ({
      query: Array.from(vector),
      using: DENSE,
      limit: NEIGHBOURS,
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
    found.push(...(data.result ?? []).map(({ points }) => new Set(points.map(({ id }) => Number(id)))));
  }
  return found;
}

function recall(found: Neighbours, truth: Neighbours): number {
  const total = truth.reduce((sum, rows) => sum + rows.size, 0);
  const hit = truth.reduce((sum, rows, probe) => sum + [...rows].filter((row) => found[probe]?.has(row) === true).length, 0);
  return total === 0 ? 1 : hit / total;
}

/** The narrowest walk through the graph that finds enough of the ten nearest, or exact search where none does. */
export async function chooseMethod(
  place: CollectionPlace,
  { vectors, dimension }: { readonly vectors: Float32Array; readonly dimension: number },
): Promise<StoredMethod> {
  const probes = paraphraseVectors(vectors, dimension, PROBES);
  const truth = await neighbours(place, probes, { exact: true });
  for (const ef of WIDTHS) {
    const reached = recall(await neighbours(place, probes, { hnsw_ef: ef }), truth);
    if (reached >= LEAST_RECALL) return { kind: 'hnsw', recallAt10: reached, ef };
  }
  return { kind: 'exact', recallAt10: 1, ef: 0 };
}
