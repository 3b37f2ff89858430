/**
 * Models downloaded from the hub, on disk: one folder per commit, with the checksums taken while it came in, and which commit a branch stood for.
 * Knows nothing of the network.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { type HubName, isCommit } from './hub-name.ts';
import type { Checksums } from './model-digest.ts';
import { readModelJson } from './model-files.ts';

const RECEIPT = z.object({ format: z.literal(1), repo: z.string(), commit: z.string(), files: z.record(z.string(), z.string()) });
const REVISIONS = z.record(z.string(), z.string());
const RECEIPT_FILE = 'download.json';
const REVISIONS_FILE = 'revisions.json';

/** A model in the cache. */
export interface CachedModel {
  readonly folder: string;
  readonly commit: string;
  readonly checksums: Checksums;
}

/** The cache's folder for one repository. */
export function repoFolder(cacheFolder: string, repo: string): string {
  return join(cacheFolder, repo.replace('/', '--'));
}

/** The commit that a revision stands for, where it is one or has been resolved before. */
export async function rememberedCommit(cacheFolder: string, name: HubName): Promise<string | undefined> {
  if (isCommit(name.revision)) return name.revision;
  const revisions = await readModelJson(repoFolder(cacheFolder, name.repo), REVISIONS_FILE, REVISIONS);
  return revisions?.[name.revision];
}

/** Remembers which commit a branch or tag stands for, until the file is removed by hand. */
export async function rememberCommit(cacheFolder: string, name: HubName, commit: string): Promise<void> {
  if (isCommit(name.revision)) return;
  const folder = repoFolder(cacheFolder, name.repo);
  await mkdir(folder, { recursive: true });
  const revisions = (await readModelJson(folder, REVISIONS_FILE, REVISIONS)) ?? {};
  await writeFileAtomic(join(folder, REVISIONS_FILE), `${JSON.stringify({ ...revisions, [name.revision]: commit }, undefined, 2)}\n`);
}

/** The model of a commit, where it is in the cache whole. Its files are not read: the checksums are for who does. */
export async function findCached(cacheFolder: string, repo: string, commit: string): Promise<CachedModel | undefined> {
  const folder = join(repoFolder(cacheFolder, repo), commit);
  const receipt = await readModelJson(folder, RECEIPT_FILE, RECEIPT);
  return receipt === undefined ? undefined : { folder, commit, checksums: receipt.files };
}

/**
 * Fills a temporary folder and renames it into place, so that the cache never holds half a model.
 * Failing or killed, it leaves at most a folder whose name begins with ".partial".
 */
export async function storeModel(
  at: { cacheFolder: string; repo: string; commit: string },
  fill: (folder: string) => Promise<Checksums>,
): Promise<CachedModel> {
  const { repo, commit } = at;
  const parent = repoFolder(at.cacheFolder, repo);
  const target = join(parent, commit);
  const partial = join(parent, `.partial-${commit.slice(0, 12)}-${crypto.randomUUID()}`);
  await mkdir(partial, { recursive: true });
  try {
    const files = await fill(partial);
    await writeFileAtomic(join(partial, RECEIPT_FILE), `${JSON.stringify({ format: 1, repo, commit, files }, undefined, 2)}\n`);
    await rename(partial, target).catch(async (error: unknown) => {
      // Another process was faster: its model is as good as ours.
      if ((await stat(target).catch(() => undefined)) === undefined) throw error;
    });
    return { folder: target, commit, checksums: files };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
