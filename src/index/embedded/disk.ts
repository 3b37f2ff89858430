/**
 * The few file-system steps that the store is made of, behind one small object, so that tests can make any one of them fail.
 * Knows nothing of versions. Paths are absolute.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { FaqError } from '../../errors.ts';
import { systemCode } from '../../system-code.ts';

/** A new file being written. */
export interface NewFile {
  /** Writes all of the bytes, after those before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Returns when the bytes are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What a path is. */
export interface PathFacts {
  readonly isFolder: boolean;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Steps on a disk. They throw what Node's file system throws. */
export interface Disk {
  /** With its parents; fine where it exists. */
  makeFolder(path: string): Promise<void>;
  /** @throws EEXIST where it exists. */
  createFile(path: string): Promise<NewFile>;
  /** Makes the names in a folder last through a power cut. */
  syncFolder(path: string): Promise<void>;
  /** In one step; over a file, never over a folder with something in it. */
  rename(from: string, to: string): Promise<void>;
  /** Fine where it does not exist. */
  removeTree(path: string): Promise<void>;
  /** Names in a folder, sorted; none where it does not exist. */
  namesIn(path: string): Promise<readonly string[]>;
  /** undefined where it does not exist. */
  facts(path: string): Promise<PathFacts | undefined>;
  /** The whole file in a buffer of its own, from offset 0. @throws ENOENT. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A failed write as the store's error: `resource_exhausted` where the disk is full, else `internal`. A FaqError stays itself. */
export function writeError(error: unknown, what: string): FaqError {
  if (error instanceof FaqError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `The disk of the data directory is full: ${what} was not written, and nothing active has changed. Free space and try again.`;
    return new FaqError('resource_exhausted', message, { reason: 'DISK_FULL', cause: error });
  }
  const message = `Writing ${what} failed (${code ?? 'unknown error'}); nothing active has changed. The server log has the cause.`;
  return new FaqError('internal', message, { reason: 'WRITE_FAILED', cause: error });
}

async function orWhenMissing<T>(wanted: Promise<T>, missing: T): Promise<T> {
  try {
    return await wanted;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) done += (await handle.write(bytes, done)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder for syncing; its renames are journalled.
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path, 'r');
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesRead } = await handle.read(bytes, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done === bytes.byteLength ? bytes : bytes.slice(0, done);
  } finally {
    await handle.close();
  }
}

/** The machine's own disk. */
export const nodeDisk: Disk = {
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  async createFile(path) {
    const handle = await open(path, 'wx');
    return { write: (bytes) => writeAll(handle, bytes), sync: () => handle.sync(), close: () => handle.close() };
  },
  syncFolder,
  rename,
  removeTree: (path) => rm(path, { recursive: true, force: true }),
  namesIn: async (path) => (await orWhenMissing(readdir(path), [])).sort(),
  async facts(path) {
    const found = await orWhenMissing(stat(path), undefined);
    return found && { isFolder: found.isDirectory(), size: found.size, modifiedAt: found.mtime };
  },
  read: readWhole,
};
