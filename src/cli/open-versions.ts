/** Store, cache, versions and the match path over an encoder: what serve and eval stand on. */
import type { Match } from '../composition.ts';
import { createMatch } from '../composition.ts';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { openEmbeddedStore } from '../index/embedded/embedded-store.ts';
import type { MatchSettings } from '../matching/contract.ts';
import { DEFAULT_MATCH_SETTINGS } from '../matching/contract.ts';
import type { Versions } from '../versions/contract.ts';
import { createVersions } from '../versions/create-versions.ts';
import { openEmbeddingCache } from '../versions/embedding-cache.ts';

/** Where the parts keep their files. */
export interface VersionFolders {
  /** Holds the versions. */
  readonly storeDir: string;
  /** Holds the computed embeddings. */
  readonly cacheDir: string;
}

/** Versions and what matches against them. */
export interface OpenedVersions {
  readonly versions: Versions;
  readonly match: Match;
}

function matchSettings(config: Config): MatchSettings {
  const { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio } = config;
  return { ...DEFAULT_MATCH_SETTINGS, outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio };
}

/** Opens them; nothing is restored yet. Closing the versions closes the store; the encoder stays the caller's. */
export async function openVersions(
  config: Config,
  encoder: Encoder,
  options: { readonly folders: VersionFolders; readonly onProblem: (problem: string) => void },
): Promise<OpenedVersions> {
  const { folders, onProblem } = options;
  const settings = matchSettings(config);
  const store = await openEmbeddedStore({ dataDir: folders.storeDir, annFromRows: config.annFromRows, onProblem });
  const cache = openEmbeddingCache({ dataDir: folders.cacheDir, model: encoder.info, onProblem });
  const versions = createVersions({ store, encoder, cache, settings, keep: config.keptVersions, onProblem });
  return { versions, match: createMatch({ encoder, versions, settings }) };
}
