/**
 * Versions over a real embedded store in a temporary folder, with a fake encoder. Made to be stopped and started again on the same folder.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VersionStore } from '../../src/index/contract.ts';
import type { Disk } from '../../src/index/embedded/disk.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { DEFAULT_MATCH_SETTINGS, type MatchSettings } from '../../src/matching/contract.ts';
import type { BuildLanes } from '../../src/versions/build-lanes.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';
import { createFakeEncoder, type FakeEncoder } from './fake-encoder.ts';

export interface VersionsOnDisk extends AsyncDisposable {
  readonly versions: Versions;
  readonly encoder: FakeEncoder;
  readonly store: VersionStore;
  readonly dataDir: string;
  /** What was reported, in order. */
  readonly problems: readonly string[];
  /** Names under a corpus's versions folder, staging folders included. */
  folders(corpus: string): Promise<readonly string[]>;
}

export interface VersionsOnDiskOptions {
  /** A folder of an earlier one; a fresh one where not given. */
  readonly dataDir?: string;
  readonly encoder?: FakeEncoder;
  readonly settings?: Partial<MatchSettings>;
  readonly disk?: Disk;
  /** Threads that outlive these versions, for tests that open many; threads of their own where not given. */
  readonly lanes?: BuildLanes;
}

/** A folder that the caller removes with removeFolder. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'faqmatch-versions-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Restores nothing by itself; disposing closes the versions and removes a folder that it made. */
export async function openVersionsOnDisk(options: VersionsOnDiskOptions = {}): Promise<VersionsOnDisk> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const encoder = options.encoder ?? createFakeEncoder();
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);
  const store = await openEmbeddedStore({ dataDir, ...(options.disk === undefined ? {} : { disk: options.disk }) });
  const cache = openEmbeddingCache({ dataDir, model: encoder.info, onProblem });
  const settings = { ...DEFAULT_MATCH_SETTINGS, ...options.settings };
  const lanes = options.lanes === undefined ? {} : { lanes: { ...options.lanes, close: async () => undefined } };
  const versions = createVersions({ store, encoder, cache, settings, onProblem, ...lanes });
  return {
    versions,
    encoder,
    store,
    dataDir,
    problems,
    folders: (corpus) => readdir(join(dataDir, 'corpora', corpus, 'versions')).catch(() => []),
    async [Symbol.asyncDispose]() {
      await versions.close();
      if (options.dataDir === undefined) await removeFolder(dataDir);
    },
  };
}
