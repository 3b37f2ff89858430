/**
 * The wait until Qdrant has built a version's graph, and the measure of what the graph finds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError, throwIfAborted } from '../../errors.ts';
import type { WriteProgress } from '../contract.ts';
import { paraphraseVectors } from '../recall.ts';
import { type CollectionPlace, collectionFacts, DENSE } from './version-collection.ts';
import type { StoredMethod } from './version-record.ts';

const LOOK_EVERY_MS = 500;
const LOOKS_WITHOUT_WORK = 3;
/** Questions that may stay in a segment below the size from which Qdrant builds a graph: 1 MB of vectors. */
const WITHOUT_GRAPH = 2_000;
/** Questions tried: .01 of recall is then 20 neighbours, well above chance. */
const PROBES = 200;
const NEIGHBOURS = 10;
const PROBES_AT_ONCE = 20;
/** Widths of the walk, tried in turn until the recall is reached. */
const WIDTHS = [64, 128, 256, 512];
/** Less than this and the version is searched exactly. */
export const LEAST_RECALL = 0.99;
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
