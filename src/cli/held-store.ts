/** Stores opened for one copy, and let go again: folders that hold one, folders that will, and the configured Qdrant. */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import { lockDataDir } from '../index/embedded/data-dir-lock.ts';
import { openEmbeddedStore } from '../index/embedded/embedded-store.ts';
import { probeQdrant } from '../index/qdrant/probe.ts';
import { openStore, qdrantSettingsOf } from '../wiring/open-versions.ts';

/** Reason of the error for a folder that is not what it should be. */
export const NO_DATA_DIR = 'NO_DATA_DIR';

/** A store that is open for one job. */
export interface HeldStore {
  readonly store: VersionStore;
  readonly release: () => Promise<void>;
}

/** Names in a folder that are no marks of ours or the system's; undefined where there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  return names?.filter((name) => !name.startsWith('.'));
}

/**
 * Versions are immutable, so a server that uses the folder need not be stopped, and nothing is made or locked.
 * @throws FaqError not_found where the folder holds no versions.
 */
export async function openFolderToRead(folder: string): Promise<HeldStore> {
  const names = await namesIn(folder);
  if (names?.includes('corpora') !== true) {
    const found = names === undefined ? 'no folder that can be read' : 'a folder without one';
    const message = `Expected a backup or a data directory, which has a folder "corpora" in it, at ${resolve(folder)}; found ${found}.`;
    throw new FaqError('not_found', message, { reason: NO_DATA_DIR });
  }
  const store = await openEmbeddedStore({ dataDir: folder, readOnly: true });
  return { store, release: () => store.close() };
}

/**
 * Made where it is not there, and locked: a server that uses it would not see what changes under it.
 * @throws FaqError failed_precondition, reason DATA_DIR_LOCKED; invalid_argument for a folder of other things.
 */
export async function openFolderToWrite(folder: string, onLost: (cause: Error) => void): Promise<HeldStore> {
  const names = (await namesIn(folder)) ?? [];
  if (names.length > 0 && !names.includes('corpora')) {
    const message = `Expected a new or empty folder, an earlier backup or a data directory at ${resolve(folder)}; found a folder with other things in it.`;
    throw new FaqError('invalid_argument', message, { reason: NO_DATA_DIR });
  }
  const lock = await lockDataDir(folder, { onLost }).catch((error: unknown) => {
    if (!(error instanceof FaqError)) throw error;
    throw new FaqError(error.code, `${resolve(folder)} cannot be written to. ${error.message}`, {
      ...(error.reason === undefined ? {} : { reason: error.reason }),
      cause: error,
    });
  });
  try {
    const store = await openEmbeddedStore({ dataDir: folder });
    return {
      store,
      async release() {
        await store.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The configured Qdrant, asked at once whether it can be used. @throws FaqError as probeQdrant. */
export async function openQdrantToCopy(config: Config, onProblem: (problem: string) => void): Promise<HeldStore> {
  await probeQdrant(qdrantSettingsOf(config));
  // A copy of the vectors in memory would be fetched for nothing.
  const store = await openStore({ ...config, qdrantServeFromMemory: false }, { storeDir: config.dataDir, onProblem });
  return { store, release: () => store.close() };
}
