/**
 * A real disk that fails at a chosen step, the way disks and processes do.
 */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type Disk, type NewFile, nodeDisk } from '../../src/index/embedded/disk.ts';

/** A real disk without the waiting for the platter: what a power cut would take is faultyDisk's to model. */
export const unsyncedDisk: Disk = {
  ...nodeDisk,
  createFile: async (path) => ({ ...(await nodeDisk.createFile(path)), sync: async () => undefined }),
  syncFolder: async () => undefined,
};

/**
 * - `ENOSPC`, `EIO`: the step fails; later ones work again.
 * - `kill`: the step and all later ones fail, so that nothing can be cleaned up, as when the process is killed before the step.
 * - `power cut`: as `kill`, files that were not synced lose half of their bytes, and names in folders that were not synced are as before.
 */
export type Failure = 'ENOSPC' | 'EIO' | 'kill' | 'power cut';

export interface FaultyDisk {
  readonly disk: Disk;
  /** Steps that change the disk, counted from 1, in the order taken. */
  readonly steps: readonly string[];
  /** Cuts the power now. */
  cutPower(): Promise<void>;
}

/** A name that is in a folder and not on the disk yet: made, or moved here. */
interface UnsyncedName {
  readonly path: string;
  readonly moved?: { readonly from: string; readonly isFolder: boolean; readonly over: Buffer | undefined };
}

async function undoName({ path, moved }: UnsyncedName): Promise<void> {
  if (moved === undefined) return nodeDisk.removeTree(path);
  const { from, isFolder, over } = moved;
  // What was removed meanwhile is back under its name, emptied.
  await nodeDisk.rename(path, from).catch(() => (isFolder ? nodeDisk.makeFolder(from) : undefined));
  if (over !== undefined) await writeFile(path, over);
}

/** The names that a power cut would take, in the order of their making. */
function unsyncedNames() {
  let names: readonly UnsyncedName[] = [];
  return {
    created(path: string): void {
      names = [...names, { path }];
    },
    async makeFolder(path: string): Promise<void> {
      const missing: UnsyncedName[] = [];
      for (let each = path; (await nodeDisk.facts(each)) === undefined; each = dirname(each)) missing.unshift({ path: each });
      await nodeDisk.makeFolder(path);
      names = [...names, ...missing];
    },
    async rename(from: string, to: string): Promise<void> {
      const over = await readFile(to).catch(() => undefined);
      await nodeDisk.rename(from, to);
      const isFolder = (await nodeDisk.facts(to))?.isFolder === true;
      names = [...names, { path: to, moved: { from, isFolder, over } }];
    },
    synced(folder: string): void {
      const moves = names.flatMap(({ path, moved }) =>
        moved !== undefined && dirname(path) === folder ? [{ from: moved.from, to: path }] : [],
      );
      const kept = names.filter(({ path }) => dirname(path) !== folder);
      // What lies in a folder whose move lasts is where that went.
      names = kept.map((name) => {
        const move = moves.find(({ from }) => name.path.startsWith(`${from}${sep}`));
        return move === undefined ? name : { ...name, path: `${move.to}${name.path.slice(move.from.length)}` };
      });
    },
    async undo(): Promise<void> {
      for (const name of names.toReversed()) await undoName(name).catch(() => undefined);
      names = [];
    },
  };
}

/** A disk that counts its changing steps and fails at step `failAt`; 0 never fails. */
export function faultyDisk(failAt: number, failure: Failure): FaultyDisk {
  const inner = unsyncedDisk;
  const steps: string[] = [];
  const unsynced = new Map<string, number>();
  const names = unsyncedNames();

  /** What a rename moves stays unsynced under its new name. */
  function follow(from: string, to: string): void {
    for (const [path, size] of [...unsynced]) {
      if (path !== from && !path.startsWith(`${from}${sep}`)) continue;
      unsynced.delete(path);
      unsynced.set(`${to}${path.slice(from.length)}`, size);
    }
  }

  /** A process killed while it removes a tree has removed some of it. */
  async function removeSome(path: string): Promise<void> {
    const [first] = await inner.namesIn(path);
    if (first !== undefined) await inner.removeTree(join(path, first));
  }

  async function cutPower(): Promise<void> {
    for (const [path, size] of unsynced) await truncate(path, Math.floor(size / 2)).catch(() => undefined);
    unsynced.clear();
    await names.undo();
  }

  async function step<T>(name: string, act: () => Promise<T>): Promise<T> {
    steps.push(name);
    const dead = failure === 'kill' || failure === 'power cut';
    if (failAt > 0 && (steps.length === failAt || (dead && steps.length > failAt))) {
      if (failure === 'power cut') await cutPower();
      const code = dead ? 'EKILLED' : failure;
      throw Object.assign(new Error(`${code}: planted at step ${steps.length}, ${name}`), { code });
    }
    return act();
  }

  async function createFile(path: string): Promise<NewFile> {
    const file = await step('create', () => inner.createFile(path));
    names.created(path);
    unsynced.set(path, 0);
    return {
      write: (bytes) =>
        step('write', async () => {
          await file.write(bytes);
          unsynced.set(path, (unsynced.get(path) ?? 0) + bytes.byteLength);
        }),
      sync: () => step('sync', () => file.sync().then(() => void unsynced.delete(path))),
      // Closing always works: a killed process's files are closed by the system.
      close: () => file.close(),
    };
  }

  const disk: Disk = {
    ...inner,
    makeFolder: (path) => step('make folder', () => names.makeFolder(path)),
    createFile,
    syncFolder: (path) => step('sync folder', async () => names.synced(path)),
    rename: (from, to) =>
      step('rename', async () => {
        await names.rename(from, to);
        follow(from, to);
      }),
    async removeTree(path) {
      const dying = steps.length + 1 === failAt && (failure === 'kill' || failure === 'power cut');
      if (dying) await removeSome(path);
      await step('remove', () => inner.removeTree(path));
    },
  };
  return { disk, steps, cutPower };
}
