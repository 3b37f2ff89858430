/**
 * One point a corpus in the state collection: which version was made active and which before it, and who holds the right to change the corpus.
 * Written only on a condition, so that of two who write at once one wins and the other sees it. Aliases have nothing of the kind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { FaqError, throwIfAborted } from '../../errors.ts';
import type { QdrantConnection } from './connection.ts';
import { idOfName } from './names.ts';
import type { QdrantSettings } from './settings.ts';

/** What is known of a corpus beside its alias. */
export interface CorpusRecord {
  readonly corpus: string;
  /** Last switched to by this service; the alias has the last word. */
  readonly version: string | null;
  readonly previous: string | null;
  /** ISO 8601. */
  readonly activatedAt: string | null;
  /** Versions that are or were active, the last activated first; may lack the two above, since older releases write those alone. */
  readonly activated: readonly string[];
  /** Token of the lease's holder; empty where nobody holds it. */
  readonly holder: string;
  /** When the lease ends unless it is renewed: milliseconds since 1970 by the holder's clock. */
  readonly expiresAt: number;
  /** Grows with every write; what conditions are put on. */
  readonly epoch: number;
}

const text = z.string().nullable();
const schema = z.object({
  corpus: z.string(),
  version: text,
  previous: text,
  activatedAt: text,
  // Missing where an older release wrote last.
  activated: z.array(z.string()).catch([]),
  holder: z.string(),
  expiresAt: z.number(),
  epoch: z.int().min(0),
});

/** Records by corpus. */
export interface StateRecords {
  /** undefined where nothing was ever written of the corpus. */
  read(corpus: string, signal?: AbortSignal): Promise<CorpusRecord | undefined>;
  /** Writes where the record still has the epoch it was read with. @returns whether it was written. */
  replace(before: CorpusRecord | undefined, after: Omit<CorpusRecord, 'epoch'>, signal?: AbortSignal): Promise<boolean>;
}

/** Where records lie. */
export interface StatePlace {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly collection: string;
}

/**
 * Copies of the records in a cluster, whatever the versions have: the least of which a majority is left when one node is lost. A write needs that
 * majority and a read asks one, so that two who write at once never both read that they won, not even while the cluster changes its mind about
 * who leads. A cluster of fewer nodes keeps as many copies as it has nodes.
 */
const CLUSTER_COPIES = 3;

/** Copies of the records, and how many of them a write must reach. */
function copiesOf({ replicationFactor }: QdrantSettings) {
  const copies = replicationFactor > 1 ? Math.max(CLUSTER_COPIES, replicationFactor) : 1;
  return { replication_factor: copies, write_consistency_factor: Math.floor(copies / 2) + 1 };
}

/** Two of three copies may be asked by chance that differ; a write takes a few milliseconds. */
const AGREE_TRIES = 10;
const AGREE_PAUSE_MS = 30;

/** A point that says nothing; no corpus has an empty name. */
const PROBE_ID = idOfName('');

/** No record has it: a write on this condition only ever inserts. */
const NEVER = -1;

/** A record whose epoch is no number, or that says nothing else: changed by hand. It has no epoch to put a condition on. */
const UNKNOWN_EPOCH = -2;

/**
 * A record that makes no sense counts as empty and is written over by the next switch: the alias says what is active, and refusing everything
 * that reads it would leave no way to mend it.
 */
function parse(corpus: string, payload: unknown): CorpusRecord {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const epoch = schema.pick({ epoch: true }).safeParse(payload);
  const nothing = { version: null, previous: null, activatedAt: null, activated: [], holder: '', expiresAt: 0 };
  return { corpus, ...nothing, epoch: epoch.success ? epoch.data.epoch : UNKNOWN_EPOCH };
}

/** Holds for the record that was read, and for no later one. */
function unchangedSince(before: CorpusRecord | undefined): Schemas['Filter'] {
  if (before?.epoch === UNKNOWN_EPOCH) return { must_not: [{ key: 'epoch', range: { gte: 0 } }] };
  return { must: [{ key: 'epoch', match: { value: before?.epoch ?? NEVER } }] };
}

function copiesDiffer(): FaqError {
  const message =
    "The copies of a corpus's record in Qdrant differ: another replica is writing it, or a node has just come back. Try again.";
  return new FaqError('unavailable', message, { reason: 'INDEX_COPIES_DIFFER', retryAfterMs: 1_000 });
}

/** Makes the state collection where it is not there. Two who do it at once both succeed. */
async function ensureCollection({ connection, settings, collection }: StatePlace, signal: AbortSignal | undefined): Promise<void> {
  const { data } = await connection.call({
    what: 'look for the state collection',
    run: (api, init) => api.collectionExists({ collection_name: collection }, init),
    signal,
  });
  if (data.result?.exists === true) return;
  const body = {
    vectors: {},
    shard_number: 1,
    ...copiesOf(settings),
    wal_config: { wal_capacity_mb: 1, wal_segments_ahead: 0 },
    optimizers_config: { default_segment_number: 1 },
  };
  try {
    await connection.call({
      what: 'make the state collection',
      run: (api, init) => api.createCollection({ collection_name: collection, ...body }, init),
      signal,
      timeoutMs: 30_000,
    });
  } catch (error) {
    const again = await connection.call({
      what: 'look for the state collection',
      run: (api, init) => api.collectionExists({ collection_name: collection }, init),
      signal,
    });
    if (again.data.result?.exists !== true) throw error;
  }
  for (const [field_name, field_schema] of [
    ['epoch', 'integer'],
    ['corpus', 'keyword'],
  ] as const) {
    await connection.call({
      what: 'index the state collection',
      run: (api, init) => api.createFieldIndex({ collection_name: collection, field_name, field_schema, wait: true }, init),
      signal,
    });
  }
}

/** undefined where the collection is not there yet: nothing was written then. */
async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FaqError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/**
 * Writes through the copy that leads, so that two who write at once are put in order; the leader is the highest that is not known to be lost.
 * When it has just been lost, the cluster learns that by a write that needs no leader, and the next copy leads. With the
 * ordering `strong` nothing could be written before the lost node is back.
 */
async function throughLeader(
  { connection, settings, collection }: StatePlace,
  signal: AbortSignal | undefined,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (settings.replicationFactor === 1 || !(error instanceof FaqError) || error.code !== 'unavailable') throw error;
    const points = [{ id: PROBE_ID, vector: {}, payload: {} }];
    await connection.call({
      what: 'find another leader',
      run: (api, init) => api.upsertPoints({ collection_name: collection, wait: true, ordering: 'weak', points }, init),
      signal,
    });
    await write();
  }
}

/** Opens the records of one deployment; nothing is asked of Qdrant yet. */
export function openStateRecords(place: StatePlace): StateRecords {
  const { connection, settings, collection } = place;
  const inCluster = settings.replicationFactor > 1;

  async function ask(corpus: string, quorum: boolean, signal: AbortSignal | undefined): Promise<unknown> {
    const body = { ids: [idOfName(corpus)], with_payload: true, with_vector: false };
    // `majority` asks all copies, and fails while a lost node is not known to be lost; a quorum turns to another copy.
    const consistency = quorum ? { consistency: 'quorum' as const } : {};
    const answer = await orMissing(
      connection.call({
        what: 'read the state of a corpus',
        run: (api, init) => api.getPoints({ collection_name: collection, ...body, ...consistency }, init),
        signal,
      }),
    );
    return answer?.data.result?.[0]?.payload;
  }

  async function read(corpus: string, signal?: AbortSignal): Promise<CorpusRecord | undefined> {
    for (let made = 1; ; made += 1) {
      const payload = (await ask(corpus, inCluster, signal)) ?? undefined;
      if (payload !== undefined) return parse(corpus, payload);
      // A quorum also answers nothing where its copies differ: a write is on its way.
      if (!inCluster || ((await ask(corpus, false, signal)) ?? undefined) === undefined) return undefined;
      if (made === AGREE_TRIES) throw copiesDiffer();
      await sleep(AGREE_PAUSE_MS, undefined, signal === undefined ? {} : { signal }).catch(() => throwIfAborted(signal));
    }
  }

  return {
    read,
    async replace(before, after, signal) {
      await ensureCollection(place, signal);
      const epoch = Math.max(0, before?.epoch ?? 0) + 1;
      const payload = { ...after, epoch };
      const condition = unchangedSince(before);
      const points = [{ id: idOfName(after.corpus), vector: {}, payload }];
      await throughLeader(place, signal, () =>
        connection.call({
          what: 'write the state of a corpus',
          run: (api, init) =>
            api.upsertPoints({ collection_name: collection, wait: true, ordering: 'medium', points, update_filter: condition }, init),
          signal,
        }),
      );
      // A write whose condition does not hold is no error to Qdrant: what is there now tells who won.
      const now = await read(after.corpus, signal);
      return now?.epoch === epoch && now.holder === after.holder && now.version === after.version && now.expiresAt === after.expiresAt;
    },
  };
}
