/**
 * Makes the data directory, with its parents.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FaqError } from '../../errors.ts';
import { systemCode } from './disk.ts';

/** Parent by parent: Node's own recursive mkdir never returns under /proc, where making a folder fails although its parent exists. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** @throws FaqError failed_precondition where the directory is not there and cannot be made. */
export async function makeDataDir(directory: string): Promise<void> {
  try {
    await makeFolder(directory);
  } catch (cause) {
    const code = systemCode(cause) ?? 'unknown error';
    throw new FaqError(
      'failed_precondition',
      `The data directory cannot be made (${code}). Set FAQMATCH_DATA_DIR to a folder that this user may write to.`,
      { reason: 'DATA_DIR_UNUSABLE', cause },
    );
  }
}
