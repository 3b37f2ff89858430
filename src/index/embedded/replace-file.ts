/**
 * Replaces a small file in one step, so that a reader sees the old or the new whole.
 * Written through the store's disk and not a library's, so that tests can cut the power at each of its steps as well.
 */
import { dirname, join } from 'node:path';
import type { Disk } from './disk.ts';
import { stagingName } from './store-paths.ts';

/** On the disk when it returns. On failure before the last step, the sync of the folder, the old one stands. */
export async function replaceFile(disk: Disk, path: string, text: string): Promise<void> {
  const folder = dirname(path);
  const staged = join(folder, stagingName());
  try {
    const file = await disk.createFile(staged);
    try {
      await file.write(Buffer.from(text));
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(staged, path);
  } catch (error) {
    // What cannot be removed now is swept when the store opens.
    await disk.removeTree(staged).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(folder);
}
