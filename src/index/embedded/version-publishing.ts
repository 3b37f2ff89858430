/**
 * Writing a version all or nothing: staged beside its place, synced, renamed. Aborted, failed or killed, no half of it is ever seen.
 */
import { join } from 'node:path';
import { FaqError } from '../../errors.ts';
import { checkContents } from '../check-contents.ts';
import type { VersionContents } from '../contract.ts';
import { writeError } from './disk.ts';
import { stagingName } from './store-paths.ts';
import { discard, moveAside, type Store } from './store-state.ts';
import { readVersionFolder } from './version-reader.ts';
import { writeVersionFolder } from './version-writer.ts';

/** True where the version is stored and every checksum fits. */
async function isWhole({ disk, paths }: Store, corpus: string, version: string): Promise<boolean> {
  try {
    const { manifest } = await readVersionFolder(disk, paths.version(corpus, version));
    return manifest.corpus === corpus && manifest.version === version;
  } catch (error) {
    if (error instanceof FaqError && error.code === 'data_loss') return false;
    throw error;
  }
}

/** Renames a staged folder to its version's name; a damaged folder of that name makes way. */
async function publish(store: Store, staged: string, { corpus, version }: { corpus: string; version: string }): Promise<void> {
  const { disk, paths } = store;
  const target = paths.version(corpus, version);
  if ((await disk.facts(target)) !== undefined) {
    if (await isWhole(store, corpus, version)) return;
    await moveAside(store, { corpus, version, problem: 'Damaged; replaced when the same version was written again.' });
  }
  await disk.rename(staged, target);
  try {
    await disk.syncFolder(paths.versions(corpus));
  } catch (error) {
    await discard(store, paths.versions(corpus), target).catch(() => undefined);
    throw error;
  }
}

/** Writes a version; nothing is done where it is stored whole already, and a damaged one is set aside for it. */
export async function writeVersion(store: Store, contents: VersionContents, signal: AbortSignal | undefined): Promise<void> {
  const { disk, paths, dataDir, annFromRows, onProblem } = store;
  const { corpus, version } = contents.manifest;
  checkContents(contents);
  if (await isWhole(store, corpus, version)) return;
  const staged = join(paths.versions(corpus), stagingName());
  try {
    await disk.makeFolder(paths.versions(corpus));
    for (const folder of [paths.corpus(corpus), paths.corpora, dataDir]) await disk.syncFolder(folder);
    await writeVersionFolder({ disk, folder: staged, signal, annFromRows, onProblem }, contents);
    await store.inTurn(() => publish(store, staged, { corpus, version }));
  } catch (error) {
    throw writeError(error, `version ${version} of corpus ${corpus}`);
  } finally {
    // After a rename there is nothing left to remove; what cannot be removed now is swept when the store opens.
    await disk.removeTree(staged).catch(() => undefined);
  }
}
