/** One collection per corpus version; an alias per corpus says which is active. */
import type { QdrantClient } from '@qdrant/js-client-rest';
import { type CorpusLayout, type CorpusVersion, inBatches, SEARCH } from './corpus-layout.ts';
import { DIMENSION, type SyntheticPoint } from './synthetic-corpus.ts';

/** Settings of one collection as the server takes them; undefined leaves the server's default. */
export interface CollectionSettings {
  /** MB allocated at once for the write-ahead log. Default 32. */
  readonly walCapacityMb?: number;
  /** Segments aimed at. Default: by the number of processors, at least 2. */
  readonly segments?: number;
  /** Payload read from disk when asked for. Default true. */
  readonly payloadOnDisk?: boolean;
  /** Vectors read from disk through the page cache. Default false. */
  readonly vectorsOnDisk?: boolean;
  /** Sparse index read from disk through the page cache. Default false. */
  readonly termsOnDisk?: boolean;
  /** Seconds between two looks at what is to be flushed. Default 5; the write-ahead log keeps what is not flushed yet. */
  readonly flushIntervalSec?: number;
  /** Payload fields with a keyword index. Default here: locale and tags, as filters want them. */
  readonly indexedFields?: readonly string[];
}

/** What the server does when told nothing. */
export const DEFAULT_SETTINGS: CollectionSettings = {};

/**
 * For many small collections: the smallest log, one segment, and vectors that a start does not read in beforehand (it reads whole
 * chunks of 32 MB, however few vectors are in them).
 */
export const TUNED_SETTINGS: CollectionSettings = { walCapacityMb: 1, segments: 1, vectorsOnDisk: true };

function nameOf({ corpus, version }: CorpusVersion): string {
  return `corpus-${corpus}.v${version}`;
}

async function create(client: QdrantClient, name: string, settings: CollectionSettings): Promise<void> {
  await client.createCollection(name, {
    vectors: { dense: { size: DIMENSION, distance: 'Dot', on_disk: settings.vectorsOnDisk ?? null } },
    sparse_vectors: { terms: { index: { on_disk: settings.termsOnDisk ?? null } } },
    shard_number: 1,
    on_disk_payload: settings.payloadOnDisk ?? null,
    wal_config: settings.walCapacityMb === undefined ? null : { wal_capacity_mb: settings.walCapacityMb },
    optimizers_config: { default_segment_number: settings.segments ?? null, flush_interval_sec: settings.flushIntervalSec ?? null },
  });
  for (const field of settings.indexedFields ?? ['locale', 'tags'])
    await client.createPayloadIndex(name, { field_name: field, field_schema: 'keyword', wait: true });
}

/** A layout of one collection per corpus version. */
export function collectionLayout(client: QdrantClient, settings: CollectionSettings): CorpusLayout {
  return {
    prepare: async () => undefined,
    write: async (target, points) => {
      const name = nameOf(target);
      await create(client, name, settings);
      await inBatches(points, (batch) => client.upsert(name, { wait: true, points: [...batch] }));
    },
    activate: async (target) => {
      const actions = [{ create_alias: { collection_name: nameOf(target), alias_name: `corpus-${target.corpus}` } }];
      await client.updateCollectionAliases({ actions });
    },
    drop: async (target) => {
      await client.deleteCollection(nameOf(target));
    },
    match: async (target, { dense, terms }: SyntheticPoint['vector'], withTerms) => {
      const byVector = { ...SEARCH, query: dense, using: 'dense' };
      const byTerms = { ...SEARCH, query: terms, using: 'terms' };
      const results = await client.queryBatch(nameOf(target), { searches: withTerms ? [byVector, byTerms] : [byVector] });
      return results[0]?.points.length ?? 0;
    },
    listVersions: async () => (await client.getCollections()).collections.length,
    readPointers: async () => (await client.getAliases()).aliases.length,
    settled: async () => undefined,
  };
}
