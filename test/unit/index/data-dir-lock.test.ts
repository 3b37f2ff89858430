import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockDataDir } from '../../../src/index/embedded/data-dir-lock.ts';

const source = fileURLToPath(new URL('../../../src/index/embedded/data-dir-lock.ts', import.meta.url));
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-lock-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dataDir, { recursive: true, force: true });
});

/** Another process that holds the lock until it is killed. */
async function otherHolder(): Promise<ChildProcess> {
  const program = `
    const { lockDataDir } = await import(${JSON.stringify(source)});
    await lockDataDir(${JSON.stringify(dataDir)});
    console.log('locked');
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a second lock is refused and says who holds the first, until it is released', async () => {
  const first = await lockDataDir(dataDir);
  await expect(lockDataDir(dataDir)).rejects.toMatchObject({
    code: 'failed_precondition',
    reason: 'DATA_DIR_LOCKED',
    message: expect.stringMatching(`in use by process ${process.pid} on .*FAQMATCH_DATA_DIR`),
  });
  await first.release();
  await first.release();
  await (await lockDataDir(dataDir)).release();
});

test('two directories are locked apart, one that does not exist yet is made', async () => {
  const first = await lockDataDir(dataDir);
  const second = await lockDataDir(join(dataDir, 'new', 'directory'));
  await Promise.all([first.release(), second.release()]);
});

test('a process that is still dying is waited for', async () => {
  const child = await otherHolder();
  const taken = lockDataDir(dataDir);
  // The lock is asked for while its holder lives.
  await sleep(150);
  await kill(child);
  await (await taken).release();
});

test('a living process keeps its lock, a killed one loses it at once', async () => {
  const child = await otherHolder();
  await expect(lockDataDir(dataDir, { waitMs: 100 })).rejects.toMatchObject({ code: 'failed_precondition' });
  await kill(child);
  const lock = await lockDataDir(dataDir);
  await lock.release();
});

test('a killed holder’s name does not give away the lock that another took meanwhile', async () => {
  const child = await otherHolder();
  await kill(child);
  const ownerPath = join(dataDir, '.lock-owner.json');
  const deadOwner = await readFile(ownerPath, 'utf8');
  const lock = await lockDataDir(dataDir);
  // As if the new holder had the lock and had not yet written its name; asked from a process that does not hold it.
  await writeFile(ownerPath, deadOwner);
  const program = `
    const { lockDataDir } = await import(${JSON.stringify(source)});
    await lockDataDir(${JSON.stringify(dataDir)}).then(() => process.exit(1), (error) => process.exit(error.code === 'failed_precondition' ? 0 : 2));
  `;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  expect(await once(other, 'exit')).toEqual([0, null]);
  await lock.release();
});

/** A lock as another left it, or holds it. */
async function lockOf(owner: { readonly pid: number; readonly host: string }): Promise<void> {
  await mkdir(join(dataDir, '.lock'));
  const lockBorn = (await stat(join(dataDir, '.lock'))).birthtimeMs;
  await writeFile(join(dataDir, '.lock-owner.json'), JSON.stringify({ ...owner, since: new Date().toISOString(), lockBorn }));
}

test('a holder on another host keeps its lock, whatever runs here under its number', async () => {
  await lockOf({ pid: 999_999_999, host: 'elsewhere' });
  // Nothing tells when it is gone, so it is not waited for.
  await expect(lockDataDir(dataDir, { waitMs: 3_600_000 })).rejects.toMatchObject({
    reason: 'DATA_DIR_LOCKED',
    message: expect.stringContaining('process 999999999 on elsewhere'),
  });
});

test('a holder of another user keeps its lock', async () => {
  await lockOf({ pid: 999_999_999, host: hostname() });
  vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  await expect(lockDataDir(dataDir, { waitMs: 0 })).rejects.toMatchObject({ reason: 'DATA_DIR_LOCKED' });
});

test('a container that came back under the number that it had before takes its directory again', async () => {
  await lockOf({ pid: process.pid, host: hostname() });
  await (await lockDataDir(dataDir, { waitMs: 0 })).release();
});

test('a lock that was given back long ago gives back nobody else’s', async () => {
  const first = await lockDataDir(dataDir);
  await first.release();
  const second = await lockDataDir(dataDir);
  await first.release();
  await expect(lockDataDir(dataDir, { waitMs: 0 })).rejects.toMatchObject({ reason: 'DATA_DIR_LOCKED' });
  await second.release();
});

test('whose lock is lost hears who has it', { timeout: 20_000 }, async () => {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const lock = await lockDataDir(dataDir, { onLost: resolve });
  const owner = { pid: 999_999_999, host: 'elsewhere', since: new Date(0).toISOString(), lockBorn: 0 };
  await writeFile(join(dataDir, '.lock-owner.json'), JSON.stringify(owner));
  await rm(join(dataDir, '.lock'), { recursive: true });
  expect(await promise).toMatchObject({
    code: 'failed_precondition',
    reason: 'DATA_DIR_LOST',
    message: expect.stringContaining('process 999999999 on elsewhere'),
  });
  await lock.release();
});

test('a lock without an owner file is respected', async () => {
  const child = await otherHolder();
  await rm(join(dataDir, '.lock-owner.json'));
  await kill(child);
  await expect(lockDataDir(dataDir)).rejects.toThrow(/another process/);
});

test('a directory whose owner cannot be written is not kept locked', async () => {
  const ownerPath = join(dataDir, '.lock-owner.json');
  await mkdir(ownerPath);
  await expect(lockDataDir(dataDir)).rejects.toThrow(/Writing .*lock-owner.json failed/);
  await rm(ownerPath, { recursive: true });
  await (await lockDataDir(dataDir)).release();
});
