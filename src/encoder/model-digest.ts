/**
 * Checksums of a model's files and the digest that stands for all of them.
 * Knows bytes and names only.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCode } from '../system-code.ts';
import { modelError } from './model-error.ts';

/** Path relative to the model folder (forward slashes) to `sha256:<hex>`. */
export type Checksums = Readonly<Record<string, string>>;

/** True where a listed path stays inside the folder it is listed for. */
export function isInnerPath(path: string): boolean {
  return path !== '' && !posix.isAbsolute(path) && !path.includes('\\') && !path.split('/').some((part) => part === '..' || part === '');
}

/** `sha256:<hex>` of a file, read as a stream. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** Checksums of the named files of a folder. @throws FaqError failed_precondition (a file is missing), data_loss (unreadable). */
export async function hashFiles(folder: string, files: readonly string[]): Promise<Checksums> {
  const rows = await Promise.all(
    files.map(async (file): Promise<readonly [string, string]> => {
      if (!isInnerPath(file))
        throw modelError('MODEL_DAMAGED', `Expected paths inside the model folder, found "${file}". Export the model anew.`);
      try {
        return [file, await hashFile(join(folder, file))];
      } catch (error) {
        if (systemCode(error) === 'ENOENT')
          throw modelError('MODEL_INCOMPLETE', `The model folder lacks ${file}. Copy the whole folder again.`, error);
        throw modelError(
          'MODEL_DAMAGED',
          `Expected to read ${file} of the model; it cannot be read. Check its rights or copy the model again.`,
          error,
        );
      }
    }),
  );
  return Object.fromEntries(rows);
}

/** @throws FaqError data_loss naming each file whose checksum differs from the expected one. */
export function requireChecksums(actual: Checksums, expected: Checksums): void {
  const wrong = Object.keys(expected).filter((file) => actual[file] !== expected[file]);
  if (wrong.length === 0) return;
  throw modelError(
    'MODEL_DAMAGED',
    `${wrong.join(', ')} of the model does not have the checksum it should: the file is cut off or was changed. Copy or download the model again; after a wanted change export it anew.`,
  );
}

/** One digest for a set of files: sha256 over the sorted lines `<path> <sha256 hex>\n`. */
export function digestOf(checksums: Checksums): string {
  const lines = Object.entries(checksums).map(([file, sum]) => `${file} ${sum.replace(/^sha256:/u, '')}\n`);
  return `sha256:${createHash('sha256').update(lines.sort().join('')).digest('hex')}`;
}
