/**
 * Vectors by text for all replicas: a text that one of them has encoded is encoded by none again. Points without vectors, the numbers as
 * base64 in the payload: they are never searched, only fetched by key, and JSON numbers would be four times the bytes.
 */
import { FaqError } from '../../errors.ts';
import type { KeyedVectors } from '../contract.ts';
import type { QdrantConnection } from './connection.ts';
import { uuidOf } from './names.ts';
import type { QdrantSettings } from './settings.ts';

/** Vectors of one request: 1 MB at 384 dimensions. */
const AT_ONCE = 512;
const CALL_MS = 30_000;

/** Where the vectors lie. */
export interface SharedVectorsPlace {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly collection: string;
}

async function ensureCollection({ connection, settings, collection }: SharedVectorsPlace): Promise<void> {
  await connection.call({
    what: 'make the collection of embeddings',
    run: async (api, init) => {
      const { data } = await api.collectionExists({ collection_name: collection }, init);
      if (data.result?.exists === true) return;
      const { shards: shard_number, replicationFactor: replication_factor } = settings;
      await api
        .createCollection({ collection_name: collection, vectors: {}, on_disk_payload: true, shard_number, replication_factor }, init)
        .catch(async (error: unknown) => {
          // Another replica may have been faster.
          const again = await api.collectionExists({ collection_name: collection }, init);
          if (again.data.result?.exists !== true) throw error;
        });
    },
    timeoutMs: CALL_MS,
  });
}

function decode(data: unknown, dimension: number): Float32Array | undefined {
  if (typeof data !== 'string') return undefined;
  const bytes = Buffer.from(data, 'base64');
  if (bytes.byteLength !== dimension * Float32Array.BYTES_PER_ELEMENT) return undefined;
  const vector = new Float32Array(dimension);
  new Uint8Array(vector.buffer).set(bytes);
  return vector.every(Number.isFinite) ? vector : undefined;
}

function encode(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** Opens the vectors of one model; keys of different models must differ. Nothing is asked of Qdrant yet. */
export function openSharedVectors(place: SharedVectorsPlace, dimension: number): KeyedVectors {
  const { connection, collection } = place;

  async function getSome(ids: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const { data } = await connection.call({
      what: 'fetch embeddings',
      run: (api, init) => api.getPoints({ collection_name: collection, ids: [...ids], with_payload: ['data'], with_vector: false }, init),
      timeoutMs: CALL_MS,
    });
    return new Map(
      (data.result ?? []).flatMap(({ id, payload }) => {
        const vector = decode(payload?.data, dimension);
        return vector === undefined ? [] : [[String(id), vector] as const];
      }),
    );
  }

  return {
    async get(keys) {
      const ids = keys.map(uuidOf);
      const found = new Map<string, Float32Array>();
      try {
        for (let start = 0; start < ids.length; start += AT_ONCE) {
          for (const [id, vector] of await getSome(ids.slice(start, start + AT_ONCE))) found.set(id, vector);
        }
      } catch (error) {
        // Nothing was ever stored.
        if (!(error instanceof FaqError) || error.code !== 'not_found') throw error;
      }
      return ids.map((id) => found.get(id));
    },
    async put(keys, vectors) {
      if (keys.length === 0) return;
      await ensureCollection(place);
      for (let start = 0; start < keys.length; start += AT_ONCE) {
        const points = keys.slice(start, start + AT_ONCE).map((key, step) => {
          const row = start + step;
          return { id: uuidOf(key), vector: {}, payload: { data: encode(vectors.subarray(row * dimension, (row + 1) * dimension)) } };
        });
        await connection.call({
          what: 'store embeddings',
          run: (api, init) => api.upsertPoints({ collection_name: collection, wait: true, points }, init),
          timeoutMs: CALL_MS,
        });
      }
    },
  };
}
