/**
 * One server at a time on a data directory. The lock is a folder whose time stamp its holder renews; beside it lies who holds it,
 * so that a killed server's lock is taken over at once where its process is provably gone, and else when it has gone stale.
 * Best effort across machines: on a network disk two hosts are kept apart by the time stamp alone.
 */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock as acquire } from 'proper-lockfile';
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { systemCode } from '../../system-code.ts';
import { writeError } from './disk.ts';
import { makeDataDir, unusable } from './make-data-dir.ts';

/** Without a renewal for this long the holder counts as gone: proper-lockfile's default, well over any pause of a healthy server. */
const STALE_MS = 10_000;

/** A killed server with hundreds of megabytes takes tenths of a second to be gone; one started in its place waits for that. */
const DYING_MS = 2_000;
const LOOK_AGAIN_MS = 50;

const ownerSchema = z.object({ pid: z.int(), host: z.string(), since: z.string(), lockBorn: z.number() });
type Owner = z.infer<typeof ownerSchema>;

/** Directories locked by this process: a lock file with our own process id may also come from a container's former life. */
const heldHere = new Set<string>();

/** A lock that is held. */
export interface DataDirLock {
  /** Gives the directory back; safe to call twice. */
  release(): Promise<void>;
}

/** How a lock is held. */
export interface DataDirLockOptions {
  /** Called where the lock was lost while held (the disk went away, or someone removed it): stop writing. Default: nothing. */
  readonly onLost?: (cause: FaqError) => void;
  /** How long the holder may take to be gone before it counts as there to stay; 2 s by default. */
  readonly waitMs?: number;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isGone({ pid, host }: Owner): boolean {
  if (host !== hostname()) return false;
  // Ours, yet not held here: a container restarted and got the same process id.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** Whether the owner is gone, or is so before the wait is over. */
async function isGoneSoon(owner: Owner, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs;
  while (!isGone(owner)) {
    if (owner.host !== hostname() || performance.now() >= end) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

function locked(owner: Owner | undefined, cause: unknown): FaqError {
  const holder = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host} since ${owner.since}`;
  const message =
    `The data directory is in use by ${holder}; one server at a time may use it. ` +
    `Stop that server, or set FAQMATCH_DATA_DIR to another directory. After a crash on another host, try again in ${STALE_MS / 1000} s.`;
  return new FaqError('failed_precondition', message, { reason: 'DATA_DIR_LOCKED', cause });
}

/** @param owner who is said to have the directory by now. */
function lost(owner: Owner | undefined, cause: Error): FaqError {
  const isOther = owner !== undefined && (owner.pid !== process.pid || owner.host !== hostname());
  const why = isOther
    ? `process ${owner.pid} on ${owner.host} took it over since ${owner.since}, which happens where this process was halted for over ${STALE_MS / 1000} s`
    : `its lock cannot be renewed (${systemCode(cause) ?? cause.message}): the disk may be away or have become read-only`;
  const message = `The data directory was lost: ${why}. This server stops, so that no two write there. Mend that and start it again.`;
  return new FaqError('failed_precondition', message, { reason: 'DATA_DIR_LOST', cause });
}

/** When the lock folder was made: which of two locks of the same name it is. undefined where there is none. */
async function bornAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    (facts) => facts.birthtimeMs,
    () => undefined,
  );
}

/**
 * Removes the lock of an owner that is gone. Renamed first and looked at after: of two servers that see the same dead owner, the
 * slower one may have taken the faster one's fresh lock, and puts it back.
 */
async function removeDeadLock(lockfilePath: string, owner: Owner): Promise<void> {
  const aside = `${lockfilePath}-${process.pid}-${Date.now()}`;
  await rename(lockfilePath, aside).catch(() => undefined);
  const born = await bornAt(aside);
  if (born !== undefined && born !== owner.lockBorn) await rename(aside, lockfilePath);
  else await rm(aside, { recursive: true, force: true });
}

/** Locks a data directory, making it where needed. @throws FaqError failed_precondition where another server holds it or it cannot be made. */
export async function lockDataDir(dataDir: string, options: DataDirLockOptions = {}): Promise<DataDirLock> {
  const directory = resolve(dataDir);
  const lockfilePath = join(directory, '.lock');
  const ownerPath = join(directory, '.lock-owner.json');
  await makeDataDir(directory);
  const tellLost = async (cause: Error): Promise<void> => options.onLost?.(lost(await readOwner(ownerPath), cause));
  const take = () => acquire(directory, { lockfilePath, stale: STALE_MS, onCompromised: (error) => void tellLost(error) });
  let giveBack: () => Promise<void>;
  try {
    giveBack = await take();
  } catch (error) {
    if (systemCode(error) !== 'ELOCKED')
      throw unusable(`The data directory cannot be locked (${systemCode(error) ?? 'unknown error'})`, error);
    const owner = await readOwner(ownerPath);
    if (heldHere.has(directory) || owner === undefined || !(await isGoneSoon(owner, options.waitMs ?? DYING_MS)))
      throw locked(owner, error);
    await removeDeadLock(lockfilePath, owner);
    giveBack = await take().catch((again: unknown) => {
      throw locked(undefined, again);
    });
  }
  heldHere.add(directory);
  let held = true;
  const release = async (): Promise<void> => {
    // Another may have the directory by now, in this process too.
    if (!held) return;
    held = false;
    heldHere.delete(directory);
    // The lock may be lost already; then there is nothing to give back.
    await giveBack().catch(() => undefined);
  };
  try {
    const owner: Owner = {
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
      lockBorn: (await bornAt(lockfilePath)) ?? 0,
    };
    await writeFile(ownerPath, `${JSON.stringify(owner)}\n`);
  } catch (error) {
    await release();
    throw writeError(error, ownerPath);
  }
  return { release };
}
