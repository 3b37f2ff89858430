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

/** Names that are in a folder and not on the disk yet, each with what undoes it. */
function unsyncedNames() {
  let names: { readonly folder: string; readonly undo: () => Promise<unknown> }[] = [];
  const add = (path: string, undo: () => Promise<unknown>): void => void names.push({ folder: dirname(path), undo });
  return {
    async makeFolder(path: string): Promise<void> {
      const missing: string[] = [];
      for (let each = path; (await nodeDisk.facts(each)) === undefined; each = dirname(each)) missing.push(each);
      await nodeDisk.makeFolder(path);
      for (const folder of missing.toReversed()) add(folder, () => nodeDisk.removeTree(folder));
    },
    created: (path: string): void => add(path, () => nodeDisk.removeTree(path)),
    async rename(from: string, to: string): Promise<void> {
      const before = await readFile(to).catch(() => undefined);
      await nodeDisk.rename(from, to);
      add(to, async () => {
        await nodeDisk.rename(to, from);
        if (before !== undefined) await writeFile(to, before);
      });
    },
    synced(folder: string): void {
      names = names.filter((name) => name.folder !== folder);
    },
    async undo(): Promise<void> {
      for (const { undo } of names.toReversed()) await undo().catch(() => undefined);
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
