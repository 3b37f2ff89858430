/**
 * <corpus>/active.json: which version is active and which was before. Replaced in one step, so a reader sees the old or the new whole.
 * Written through the store's disk and not a library's, so that tests can cut the power at each of its steps as well.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { isVersionName } from '../../names.ts';
import { systemCode } from '../../system-code.ts';
import type { ActivePointer } from '../contract.ts';
import type { Disk } from './disk.ts';
import { stagingName } from './store-paths.ts';

const version = z.string().refine(isVersionName);
const schema = z.object({ version, previous: version.nullable(), activatedAt: z.iso.datetime() });

interface DatedPointer extends ActivePointer {
  readonly activatedAt: Date;
}

/** @returns undefined where nothing was ever active. @throws FaqError data_loss where the file makes no sense. */
export async function readPointer(disk: Disk, path: string): Promise<DatedPointer | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.read(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new FaqError('internal', `Reading the active version failed (${systemCode(error) ?? 'unknown error'}).`, { cause: error });
  }
  try {
    const stored = schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { version: stored.version, previous: stored.previous ?? undefined, activatedAt: new Date(stored.activatedAt) };
  } catch (error) {
    const message =
      'active.json was damaged after writing: which version was active is not known. Activate one of the stored versions by name.';
    throw new FaqError('data_loss', message, { cause: error });
  }
}

/** Replaces the pointer; on the disk when it returns. On failure the old one stands. */
export async function writePointer(disk: Disk, path: string, pointer: DatedPointer): Promise<void> {
  const folder = dirname(path);
  const staged = join(folder, stagingName());
  const text = JSON.stringify({ ...pointer, previous: pointer.previous ?? null, activatedAt: pointer.activatedAt.toISOString() });
  try {
    const file = await disk.createFile(staged);
    try {
      await file.write(Buffer.from(`${text}\n`));
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
