/**
 * <corpus>/active.json: which version is active and which was before.
 */
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { isVersionName } from '../../names.ts';
import { systemCode } from '../../system-code.ts';
import type { ActivePointer } from '../contract.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './replace-file.ts';

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
    const message = `Expected active.json to name the active version, came ${bytes.byteLength} bytes that do not: it was damaged after writing. Activating a version by name writes it anew.`;
    throw new FaqError('data_loss', message, { cause: error });
  }
}

/** Replaces the pointer; on the disk when it returns. On failure the old one stands. */
export async function writePointer(disk: Disk, path: string, pointer: DatedPointer): Promise<void> {
  const text = JSON.stringify({ ...pointer, previous: pointer.previous ?? null, activatedAt: pointer.activatedAt.toISOString() });
  await replaceFile(disk, path, `${text}\n`);
}
