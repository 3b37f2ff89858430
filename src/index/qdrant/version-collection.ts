/**
 * How a version's collection is made, and what is true of one that is there.
 */
import { FaqError } from '../../errors.ts';
import type { QuestionRow, VersionManifest } from '../contract.ts';
import type { QdrantConnection } from './connection.ts';
import type { QdrantSettings } from './settings.ts';

/** Name of the dense vectors. */
export const DENSE = 'dense';
/** Name of the sparse vectors: BM25 weights of a question's terms. */
export const TERMS = 'terms';

/** Edges of a point in the graph; with EF_CONSTRUCT and a walk of 128 it finds over 99 of 100 true neighbours (bench `qdrant-match`). */
const HNSW_M = 16;
const EF_CONSTRUCT = 128;
/** No graph is built: not at all for a small version, not before the last question is there for a great one. */
const INDEX_NOTHING = 0;
/**
 * Segments of a great version while it is written. Qdrant walks the whole posting list of each of a question's terms at every insert, so that one
 * segment slows down as it grows: 100,000 questions took 42 s into one and 31 s into eight. The graph is built of one, in the same time as before.
 */
const SEGMENTS_WRITTEN = 8;
/** Kilobytes of vectors in a segment from which it is built once it is wanted: the least there is. */
const INDEX_FROM_KB = 1;
/** A version is written once: the default of 32 MB a segment would be paid by every small corpus. */
const WAL_MB = 1;
/**
 * The one payload field with an index: each costs every collection 9 memory maps, and their number on a host bounds the number of collections
 * (docs/decisions/0007).
 */
export const FILTERS = 'filters';

/** What a question is filtered by, as the field holds it. */
export function filterWords({ locale, tags, group }: Pick<QuestionRow, 'locale' | 'tags' | 'group'>): readonly string[] {
  return [localeWord(locale), groupWord(group), ...tags.map(tagWord)];
}

/** A group as it stands in the field. */
export function groupWord(group: number): string {
  return `group:${group}`;
}

/** A locale as it stands in the field. */
export function localeWord(locale: string): string {
  return `locale:${locale.toWellFormed()}`;
}

/** A tag as it stands in the field. */
export function tagWord(tag: string): string {
  return `tag:${tag.toWellFormed()}`;
}
const CREATE_MS = 60_000;

/** Where something is done. */
export interface CollectionPlace {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly collection: string;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: number;
}

/** Whether a version of so many questions gets a graph. */
export function wantsGraph(questions: number, settings: QdrantSettings): boolean {
  return questions >= settings.hnswFromQuestions;
}

/**
 * The collection's settings. Dot product and not cosine: the vectors have unit length, and Qdrant would normalise them once more, which
 * changes their last digits.
 */
function collectionSettings({ questions, dimension }: VersionManifest, settings: QdrantSettings) {
  const graph = wantsGraph(questions, settings);
  const quantised = graph && settings.quantise;
  return {
    // Without a graph memory-mapped, which Qdrant calls on disk: a restart would else read 32 MB a collection, however few its vectors.
    vectors: { [DENSE]: { size: dimension, distance: 'Dot' as const, on_disk: quantised || !graph } },
    sparse_vectors: { [TERMS]: {} },
    hnsw_config: graph ? { m: HNSW_M, ef_construct: EF_CONSTRUCT } : { m: 0 },
    optimizers_config: { default_segment_number: graph ? SEGMENTS_WRITTEN : 1, indexing_threshold: INDEX_NOTHING },
    wal_config: { wal_capacity_mb: WAL_MB, wal_segments_ahead: 0 },
    on_disk_payload: true,
    shard_number: settings.shards,
    replication_factor: settings.replicationFactor,
    ...(quantised ? { quantization_config: { scalar: { type: 'int8' as const, quantile: 0.99, always_ram: true } } } : {}),
  };
}

/** Makes the collection and the index that filters need; nothing happens where it is there already. */
export async function createVersionCollection(place: CollectionPlace, manifest: VersionManifest): Promise<void> {
  const { connection, settings, collection } = place;
  const options = {
    signal: place.signal,
    timeoutMs: CREATE_MS,
    ...(place.patienceMs === undefined ? {} : { patienceMs: place.patienceMs }),
  };
  const body = collectionSettings(manifest, settings);
  await connection
    .call({
      what: 'make a collection for a version',
      // Another replica, or an earlier try of our own, may have made it.
      run: async (api, init) => {
        const { data } = await api.collectionExists({ collection_name: collection }, init);
        if (data.result?.exists !== true) await api.createCollection({ collection_name: collection, ...body }, init);
      },
      ...options,
    })
    .catch((error: unknown) => {
      if (!(error instanceof FaqError) || error.code !== 'aborted') throw error;
    });
  await connection.call({
    what: 'index the field of filters',
    run: (api, init) =>
      api.createFieldIndex({ collection_name: collection, field_name: FILTERS, field_schema: 'keyword', wait: true }, init),
    ...options,
  });
}

/** Has the graph built, once; asked again, what was interrupted goes on. @returns questions that may stay outside it, too few for a segment. */
export async function buildGraph(place: CollectionPlace, dimension: number): Promise<number> {
  const { connection, settings, collection, signal, patienceMs } = place;
  await connection.call({
    what: 'have the graph of a version built',
    run: (api, init) =>
      api.updateCollection(
        { collection_name: collection, optimizers_config: { default_segment_number: 1, indexing_threshold: INDEX_FROM_KB } },
        init,
      ),
    signal,
    timeoutMs: CREATE_MS,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  return settings.shards * Math.floor((INDEX_FROM_KB * 1024) / (Float32Array.BYTES_PER_ELEMENT * dimension));
}

/** What Qdrant says of a collection. */
export interface CollectionFacts {
  readonly dimension: number | undefined;
  readonly distance: string | undefined;
  readonly points: number;
  /** In the graph, and sparse ones, which are searchable from the moment they are stored. */
  readonly indexedVectors: number;
  /** `green`: nothing is left to optimise. */
  readonly status: string;
}

/** @throws FaqError not_found where there is no such collection. */
export async function collectionFacts(place: Omit<CollectionPlace, 'settings'>): Promise<CollectionFacts> {
  const { connection, collection, signal, patienceMs } = place;
  const { data } = await connection.call({
    what: 'look at a collection',
    run: (api, init) => api.getCollection({ collection_name: collection }, init),
    signal,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  const vectors = data.result?.config.params.vectors as
    | Readonly<Record<string, { readonly size?: number; readonly distance?: string }>>
    | undefined;
  return {
    dimension: vectors?.[DENSE]?.size,
    distance: vectors?.[DENSE]?.distance,
    points: data.result?.points_count ?? 0,
    indexedVectors: data.result?.indexed_vectors_count ?? 0,
    status: data.result?.status ?? 'unknown',
  };
}

/** Drops a collection; nothing happens where there is none. */
export async function dropCollection({ connection, collection, signal }: Omit<CollectionPlace, 'settings'>): Promise<void> {
  await connection.call({
    what: 'delete a collection',
    run: (api, init) => api.deleteCollection({ collection_name: collection }, init),
    signal,
    timeoutMs: CREATE_MS,
  });
}
