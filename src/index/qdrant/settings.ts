/**
 * What a Qdrant store is opened with. Knows nothing of config files; src/config has the settings that fill it.
 */

/** How versions lie in Qdrant. */
export interface QdrantSettings {
  /** One address per node, e.g. `http://127.0.0.1:6333`; tried in turn where one does not answer. At least one. */
  readonly urls: readonly string[];
  readonly apiKey: string | undefined;
  /** Begins the name of every collection and alias, so that several services share a server. */
  readonly prefix: string;
  /** Longest wait for one node's answer to a search, in milliseconds. */
  readonly timeoutMs: number;
  /** How long a write goes on trying while Qdrant is away, in milliseconds: longer than a restart or a failover takes. */
  readonly writePatienceMs: number;
  /** Copies of each shard; above 1 only in a cluster. */
  readonly replicationFactor: number;
  /** Shards of each collection. */
  readonly shards: number;
  /** From this many questions on, a version is searched by an HNSW graph; below, exactly. */
  readonly hnswFromQuestions: number;
  /** int8 copies of the vectors in memory, originals on disk, best hits rescored with the originals. */
  readonly quantise: boolean;
  /** Whether a copy of the vectors is kept in this process, to answer from while Qdrant is away. */
  readonly serveFromMemory: boolean;
}

/**
 * One node, no key. HNSW from 5,000 questions: at 10,000 a comparison with every vector costs the server 2 ms of a core a match, a graph .5 (bench `qdrant-match`).
 */
export const DEFAULT_QDRANT_SETTINGS: Omit<QdrantSettings, 'urls'> = {
  apiKey: undefined,
  prefix: 'faqmatch',
  timeoutMs: 3_000,
  writePatienceMs: 45_000,
  replicationFactor: 1,
  shards: 1,
  hnswFromQuestions: 5_000,
  quantise: false,
  serveFromMemory: false,
};

/**
 * Least server version: conditional upserts (`update_filter`), on which leases stand, came with it.
 * An older server ignores the condition, and two replicas could then both believe to have won.
 */
export const LEAST_QDRANT_VERSION = '1.16.0';
