/** One version from a store to another, nothing of it changed. */
import { abortError, FaqError, throwIfAborted } from '../errors.ts';
import type { VersionContents, VersionStore } from '../index/contract.ts';

/** What is copied, and where to. */
export interface VersionCopyWish {
  readonly from: VersionStore;
  readonly to: VersionStore;
  readonly corpus: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Questions written so far. */
  readonly onProgress: (done: number) => void;
}

/** How it went. `gone`: the source removed it meanwhile. `damaged`: left out, for the reason given. */
export interface VersionCopy {
  readonly outcome: 'copied' | 'there' | 'gone' | 'damaged';
  readonly problem?: string;
}

/** Whole in the target already? Opened, since that compares every checksum. */
async function isThere({ to, corpus, version }: VersionCopyWish): Promise<boolean> {
  try {
    await to.open(corpus, version);
    return true;
  } catch (error) {
    if (error instanceof FaqError && (error.code === 'not_found' || error.code === 'data_loss')) return false;
    throw error;
  }
}

async function read({ from, corpus, version, signal }: VersionCopyWish): Promise<VersionContents> {
  const open = await from.open(corpus, version);
  const artifacts = new Map<string, Uint8Array>();
  for (const name of open.artifactNames) artifacts.set(name, await open.artifact(name));
  return { manifest: open.manifest, rows: open.rows, vectors: await open.vectors(signal), artifacts };
}

/** Reads are let go of at once, however long a store would wait for an answer: they leave nothing behind. */
async function unlessAborted<T>(signal: AbortSignal, reading: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(abortError(signal));
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([reading, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** A version that its server removes while it is read looks damaged or is not found: the list tells which it is. */
async function whyUnread({ from, corpus, version }: VersionCopyWish, error: unknown): Promise<VersionCopy> {
  if (!(error instanceof FaqError) || (error.code !== 'not_found' && error.code !== 'data_loss')) throw error;
  const listed = (await from.list(corpus)).some(({ manifest }) => manifest.version === version);
  return listed ? { outcome: 'damaged', problem: error.message } : { outcome: 'gone' };
}

/** Copies it where it is not whole in the target already. @throws FaqError as the target's write does, and for a source out of reach. */
export async function copyVersion(wish: VersionCopyWish): Promise<VersionCopy> {
  const { to, signal, onProgress } = wish;
  throwIfAborted(signal);
  if (await unlessAborted(signal, isThere(wish))) return { outcome: 'there' };
  let contents: VersionContents;
  try {
    contents = await unlessAborted(signal, read(wish));
  } catch (error) {
    return whyUnread(wish, error);
  }
  let furthest = 0;
  // Stored first, searchable after: the second count begins anew.
  await to.write(contents, signal, (done) => {
    furthest = Math.max(furthest, done);
    onProgress(furthest);
  });
  return { outcome: 'copied' };
}
