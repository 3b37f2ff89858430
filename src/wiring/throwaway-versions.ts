/**
 * Versions for a measurement: built from files in a temporary folder and thrown away, so that every measurement fits anew with the code as it
 * is; only computed embeddings are kept between runs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { FaqError } from '../errors.ts';
import type { DataDirLock } from '../index/embedded/data-dir-lock.ts';
import { lockDataDir } from '../index/embedded/data-dir-lock.ts';
import type { OpenedVersions } from './open-versions.ts';
import { openVersions } from './open-versions.ts';

/** The kept embeddings lie beside the server's, which it has locked; a second measurement at the same time does without. */
async function lockCache(folder: string): Promise<DataDirLock | undefined> {
  try {
    return await lockDataDir(folder);
  } catch (error) {
    if (error instanceof FaqError && error.reason === 'DATA_DIR_LOCKED') return undefined;
    throw error;
  }
}

/** Opens versions, hands them to the work, and removes them again whatever happens. */
export async function withThrowawayVersions<Result>(
  config: Config,
  parts: { readonly encoder: Encoder; readonly onProblem: (problem: string) => void },
  work: (opened: OpenedVersions) => Promise<Result>,
): Promise<Result> {
  const cacheDir = join(config.dataDir, 'measurements');
  const lock = await lockCache(cacheDir);
  try {
    const storeDir = await mkdtemp(join(tmpdir(), 'faqmatch-'));
    try {
      const folders = { storeDir, cacheDir: lock === undefined ? storeDir : cacheDir };
      // Measured in memory whatever the server uses: both give the same answers.
      const opened = await openVersions({ ...config, index: 'embedded' }, parts.encoder, { folders, onProblem: parts.onProblem });
      return await work(opened).finally(() => opened.versions.close());
    } finally {
      await rm(storeDir, { recursive: true, force: true });
    }
  } finally {
    await lock?.release();
  }
}
