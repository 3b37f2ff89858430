/**
 * Makes the data directory, with its parents.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FaqError } from '../../errors.ts';
import { systemCode } from '../../system-code.ts';

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

/** The refusal of a data directory that this user cannot use. */
export function unusable(what: string, cause?: unknown): FaqError {
  const message = `${what}. Set FAQMATCH_DATA_DIR to a folder that this user may write to.`;
  return new FaqError('failed_precondition', message, { reason: 'DATA_DIR_UNUSABLE', cause });
}

/** @throws FaqError failed_precondition where the directory is not there and cannot be made, or something else is in its place. */
export async function makeDataDir(directory: string): Promise<void> {
  try {
    await makeFolder(directory);
  } catch (cause) {
    throw unusable(`The data directory cannot be made (${systemCode(cause) ?? 'unknown error'})`, cause);
  }
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() === false) throw unusable('Expected the data directory to be a folder, came a file');
}
