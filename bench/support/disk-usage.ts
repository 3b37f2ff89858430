/** What a folder takes of the disk. */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Bytes of a folder, in MB of 2^20 bytes. */
export interface DiskUsage {
  /** Blocks taken. */
  readonly allocatedMb: number;
  /** Lengths of the files, holes included: what a copy by a careless tool would take. */
  readonly apparentMb: number;
}

async function kilobytes(flags: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)('du', ['-sk', ...flags]);
  return Number(/^\d+/u.exec(stdout)?.[0] ?? '0');
}

/** Measures a folder with `du`. */
export async function diskUsage(folder: string): Promise<DiskUsage> {
  return { allocatedMb: (await kilobytes([folder])) / 1024, apparentMb: (await kilobytes(['--apparent-size', folder])) / 1024 };
}

/** MB free to programs on the disk of a folder. */
export async function freeDiskMb(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return (bavail * bsize) / 2 ** 20;
}
