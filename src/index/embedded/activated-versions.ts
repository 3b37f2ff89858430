/**
 * <corpus>/activated.json: the versions that are or were active, the last activated first. It says which one to go back to where active.json,
 * or the version that it names, is damaged. Written after the pointer: no version stands in it that was never switched to.
 */
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { isVersionName } from '../../names.ts';
import { systemCode } from '../../system-code.ts';
import type { ActivePointer } from '../contract.ts';
import { addActivated } from '../once-active.ts';
import { readPointer } from './active-pointer.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './replace-file.ts';
import type { Store } from './store-state.ts';

const schema = z.object({ lastFirst: z.array(z.string().refine(isVersionName)) });

/**
 * Empty where the file is missing, as in a data directory of a release that kept none, or makes no sense: the next switch writes it anew.
 * @throws FaqError internal where it cannot be read just now.
 */
export async function readActivated(disk: Disk, path: string): Promise<readonly string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.read(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'EIO') return [];
    throw new FaqError('internal', `Reading activated.json failed (${code ?? 'unknown error'}).`, { cause: error });
  }
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).lastFirst;
  } catch {
    return [];
  }
}

/** A switch that was made. */
interface Activated {
  readonly corpus: string;
  readonly pointer: ActivePointer;
  /** Active until then. */
  readonly until?: string | undefined;
}

/** Writes a switch down. It is done already, so a failure is only reported: the next start of the store writes it down. */
export async function noteActivated({ disk, paths, onProblem }: Store, { corpus, pointer, until }: Activated): Promise<void> {
  const path = paths.activated(corpus);
  try {
    const before = await readActivated(disk, path);
    const lastFirst = addActivated([pointer.version, pointer.previous, until], before);
    if (lastFirst.join() === before.join()) return;
    await replaceFile(disk, path, `${JSON.stringify({ lastFirst })}\n`);
  } catch (error) {
    const why = error instanceof FaqError ? error.message : `Writing it failed (${systemCode(error) ?? 'unknown error'}).`;
    onProblem(
      `Version ${pointer.version} of corpus "${corpus}" is active, but activated.json does not say so yet: ${why} The next start tries again.`,
    );
  }
}

/**
 * Writes down what is active where that is missing: a process died after the switch, or a release switched that keeps no list. A pointer that
 * makes no sense, or names a version that is not there, says nothing of what was active.
 */
export async function catchUpActivated(store: Store, corpora: readonly string[]): Promise<void> {
  const { disk, paths } = store;
  for (const corpus of corpora) {
    const pointer = await readPointer(disk, paths.pointer(corpus)).catch(() => undefined);
    if (pointer === undefined) continue;
    const isThere = await disk.facts(paths.version(corpus, pointer.version)).then(
      (facts) => facts?.isFolder === true,
      () => false,
    );
    if (isThere) await noteLatest(store, corpus, pointer);
  }
}

async function noteLatest(store: Store, corpus: string, pointer: ActivePointer): Promise<void> {
  const [latest] = await readActivated(store.disk, store.paths.activated(corpus)).catch(() => []);
  if (latest !== pointer.version) await noteActivated(store, { corpus, pointer });
}
