/**
 * What the embedded store's operations share: its disk, its paths, its turns, and the way things leave it.
 */
import { join, relative } from 'node:path';
import type { Disk } from './disk.ts';
import { isStagingName, type StorePaths, stagingName } from './store-paths.ts';

/** What the store's operations work on. */
export interface Store {
  readonly disk: Disk;
  readonly dataDir: string;
  readonly paths: StorePaths;
  /** Rows from which a version gets a graph, and a stored graph is used. */
  readonly annFromRows: number;
  /** Called with what a person should know and what fails nothing. */
  readonly onProblem: (problem: string) => void;
  /** Steps that change which versions there are, or the pointer, run one after another. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** Takes a folder or file out of sight in one step, then removes it: killed in between, the rest is swept at the next opening. */
export async function discard({ disk }: Store, parent: string, path: string): Promise<void> {
  const hidden = join(parent, stagingName());
  await disk.rename(path, hidden);
  await disk.syncFolder(parent);
  // The name is gone for good: a failure from here on costs space until the next opening, nothing else.
  await disk.removeTree(hidden).catch(() => undefined);
}

/** Removes what killed processes left half written or half removed. */
export async function sweep({ disk, paths }: Store): Promise<void> {
  for (const corpus of await disk.namesIn(paths.corpora)) {
    for (const folder of [paths.corpus(corpus), paths.versions(corpus)]) {
      const leftovers = (await disk.namesIn(folder)).filter(isStagingName);
      for (const name of leftovers) await disk.removeTree(join(folder, name));
    }
  }
}

/** A damaged version and what is wrong with it. */
export interface SetAside {
  readonly corpus: string;
  readonly version: string;
  readonly problem: string;
}

/** Moves a version out of the way with a note. @returns where it went, relative to the data directory. */
export async function moveAside(store: Store, { corpus, version, problem }: SetAside): Promise<string> {
  const { disk, paths } = store;
  const time = new Date().toISOString().replaceAll(/[-:.]/gu, '');
  const target = join(paths.setAside(corpus), `${version}-${time}`);
  await disk.makeFolder(paths.setAside(corpus));
  // On the disk before anything moves there: a power cut must not take the folder, and what was moved with it.
  await disk.syncFolder(paths.corpus(corpus));
  await disk.rename(paths.version(corpus, version), target);
  for (const folder of [paths.setAside(corpus), paths.versions(corpus)]) await disk.syncFolder(folder);
  try {
    const note = await disk.createFile(join(target, 'problem.txt'));
    await note.write(Buffer.from(`${problem}\n`)).finally(() => note.close());
  } catch {
    // The note is a courtesy: a full disk must not keep a damaged version in the way.
  }
  return relative(store.dataDir, target);
}
