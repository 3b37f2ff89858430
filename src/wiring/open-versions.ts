/** Store, cache, versions and the match path over an encoder: what serve and eval stand on. */

import type { Match } from '../answering/match-answer.ts';
import { createMatch } from '../composition.ts';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { VersionStore } from '../index/contract.ts';
import { openEmbeddedStore } from '../index/embedded/embedded-store.ts';
import { openQdrantStore } from '../index/qdrant/qdrant-store.ts';
import { DEFAULT_QDRANT_SETTINGS, type QdrantSettings } from '../index/qdrant/settings.ts';
import type { Versions } from '../versions/contract.ts';
import { createVersions } from '../versions/create-versions.ts';
import { openEmbeddingCache } from '../versions/embedding-cache.ts';
import { shareEmbeddings } from '../versions/shared-embedding-cache.ts';
import { matchSettingsOf } from './match-settings.ts';

/** Where the parts keep their files. */
export interface VersionFolders {
  /** Holds the versions, unless Qdrant does. */
  readonly storeDir: string;
  /** Holds the computed embeddings. */
  readonly cacheDir: string;
}

/** Versions and what matches against them. */
export interface OpenedVersions {
  readonly versions: Versions;
  readonly match: Match;
}

/** How Qdrant is reached and used. */
export function qdrantSettingsOf(config: Config): QdrantSettings {
  return {
    ...DEFAULT_QDRANT_SETTINGS,
    urls: config.qdrantUrl,
    apiKey: config.qdrantApiKey,
    prefix: config.qdrantPrefix,
    timeoutMs: config.qdrantTimeoutMs,
    replicationFactor: config.qdrantReplicationFactor,
    shards: config.qdrantShards,
    hnswFromQuestions: config.qdrantHnswFrom,
    quantise: config.qdrantQuantise,
    serveFromMemory: config.qdrantServeFromMemory,
  };
}

/** The store that the settings name; nothing is asked of Qdrant yet. */
export async function openStore(
  config: Config,
  { storeDir, onProblem }: { readonly storeDir: string; readonly onProblem: (problem: string) => void },
): Promise<VersionStore> {
  if (config.index === 'embedded') return openEmbeddedStore({ dataDir: storeDir, annFromRows: config.annFromRows, onProblem });
  return openQdrantStore(qdrantSettingsOf(config), onProblem);
}

/** This machine's embeddings, and behind them those that all replicas of a shared store have computed. */
function openCache(
  store: VersionStore,
  { info: model }: Encoder,
  options: { readonly dataDir: string; readonly onProblem: (problem: string) => void },
) {
  const local = openEmbeddingCache({ ...options, model });
  const shared = store.sharedVectors?.(model);
  return shared === undefined ? local : shareEmbeddings({ local, shared, model, onProblem: options.onProblem });
}

/** Opens them; nothing is restored yet. Closing the versions closes the store; the encoder stays the caller's. */
export async function openVersions(
  config: Config,
  encoder: Encoder,
  options: { readonly folders: VersionFolders; readonly onProblem: (problem: string) => void },
): Promise<OpenedVersions> {
  const { folders, onProblem } = options;
  const settings = matchSettingsOf(config);
  const store = await openStore(config, { storeDir: folders.storeDir, onProblem });
  const cache = openCache(store, encoder, { dataDir: folders.cacheDir, onProblem });
  const versions = createVersions({ store, encoder, cache, settings, keep: config.keptVersions, onProblem });
  return { versions, match: createMatch({ encoder, versions, settings }) };
}
