/** A file system of a few megabytes, so that a test can fill a disk without filling the machine's. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterDeath } from './after-death.ts';

const run = promisify(execFile);

export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted; empty at first. */
  readonly folder: string;
  /** Takes all that is left but `sparedBytes`, with a file that `release` removes. */
  fill(sparedBytes?: number): Promise<void>;
  release(): Promise<void>;
}

/** Mounts one of `megabytes`, or says in one line why this machine does not let us. Disposing unmounts and removes it, and so does the end of this process. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | { readonly reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'faqmatch-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true, force: true });
    return { reason: 'no right to mount a small file system here (root on Linux has it)' };
  }
  const order = afterDeath('umount -l "$1"; rmdir "$1"', [folder]);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill(sparedBytes = 0) {
      const { bavail, bsize } = await statfs(folder);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - sparedBytes))).catch((error: NodeJS.ErrnoException) => {
        // A server that writes there too may have taken some of it meanwhile: the disk is full, as was wanted.
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    release: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      // Lazily: a server that was just killed may still be letting go of its files.
      await run('umount', ['-l', folder]);
      order.cancel();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
