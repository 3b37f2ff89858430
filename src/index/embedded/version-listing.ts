/**
 * What is in the store, without opening it: corpora, and versions with their manifests. Damaged versions are listed with their problem.
 */
import { FaqError } from '../../errors.ts';
import { isCorpusName, isVersionName, requireCorpusName } from '../../names.ts';
import type { StoredVersion } from '../contract.ts';
import type { Store } from './store-state.ts';
import { readManifest, readManifestAndSizes } from './version-reader.ts';

async function listVersion(store: Store, corpus: string, version: string): Promise<StoredVersion> {
  const folder = store.paths.version(corpus, version);
  try {
    const { manifest } = await readManifestAndSizes(store.disk, folder);
    if (manifest.corpus === corpus && manifest.version === version) return { manifest };
    return {
      manifest: { ...manifest, corpus, version },
      problem: `manifest.json is that of ${manifest.corpus}, version ${manifest.version}.`,
      isDamaged: true,
    };
  } catch (thrown) {
    const error = FaqError.from(thrown);
    const createdAt = (await store.disk.facts(folder).catch(() => undefined))?.modifiedAt ?? new Date(0);
    const manifest = await readManifest(store.disk, folder).then(
      (stored) => stored.manifest,
      () => ({ corpus, version, createdAt, modelDigest: '', dimension: 0, entries: 0, questions: 0, intents: 0 }),
    );
    return { manifest: { ...manifest, corpus, version }, problem: error.message, isDamaged: error.code === 'data_loss' };
  }
}

/** Versions of a corpus, newest first. Checks manifests and sizes; contents are checked when a version is opened. */
export async function listVersions(store: Store, corpus: string): Promise<readonly StoredVersion[]> {
  requireCorpusName(corpus);
  const versions = (await store.disk.namesIn(store.paths.versions(corpus))).filter(isVersionName);
  const stored: StoredVersion[] = [];
  for (const version of versions) stored.push(await listVersion(store, corpus, version));
  return stored.sort((left, right) => right.manifest.createdAt.getTime() - left.manifest.createdAt.getTime());
}

/** Corpora with a version or a pointer, by name. */
export async function listCorpora({ disk, paths }: Store): Promise<readonly string[]> {
  const found: string[] = [];
  for (const corpus of (await disk.namesIn(paths.corpora)).filter(isCorpusName)) {
    const hasVersion = (await disk.namesIn(paths.versions(corpus))).some(isVersionName);
    if (hasVersion || (await disk.facts(paths.pointer(corpus))) !== undefined) found.push(corpus);
  }
  return found;
}
