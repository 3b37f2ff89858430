import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeWithOwnQdrant, describeWithQdrant, needsOwnServer } from '../support/describe-with-qdrant.ts';
import { findProgram } from '../support/find-program.ts';
import { isAlive } from '../support/is-alive.ts';
import { callQdrant, dropCollections, type QdrantEndpoint, qdrantResult } from '../support/qdrant-http.ts';
import { startQdrant } from '../support/qdrant-server.ts';
import { whyNoCertificate } from '../support/self-signed-certificate.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const READY = { method: 'GET', path: '/readyz' } as const;
const COLLECTIONS = { method: 'GET', path: '/collections' } as const;

function createCollection(server: QdrantEndpoint, name: string): Promise<unknown> {
  return qdrantResult(server, { method: 'PUT', path: `/collections/${name}`, body: { vectors: { size: 4, distance: 'Dot' } } });
}

/** Writes one point and waits until it is applied. */
function writePoint(server: QdrantEndpoint, name: string, id: number): Promise<unknown> {
  const body = { points: [{ id, vector: [1, 0, 0, id], payload: { id } }] };
  return qdrantResult(server, { method: 'PUT', path: `/collections/${name}/points?wait=true`, body });
}

async function countPoints(server: QdrantEndpoint, name: string): Promise<number> {
  const call = { method: 'POST', path: `/collections/${name}/points/count`, body: { exact: true } } as const;
  return (await qdrantResult<{ count: number }>(server, call)).count;
}

describeWithQdrant('a shared Qdrant server', (qdrant) => {
  test('answers, and says its version', async () => {
    const { status, body } = await callQdrant(qdrant(), { method: 'GET', path: '/' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/u) });
  });

  test('removes the collections of one prefix and no others', async () => {
    const { prefix } = qdrant();
    await createCollection(qdrant(), `${prefix}drop-1`);
    await createCollection(qdrant(), `${prefix}keep-1`);
    await dropCollections(qdrant(), `${prefix}drop-`);
    const { collections } = await qdrantResult<{ collections: { name: string }[] }>(qdrant(), COLLECTIONS);
    const names = collections.map(({ name }) => name);
    expect(names).toContain(`${prefix}keep-1`);
    expect(names).not.toContain(`${prefix}drop-1`);
  });

  test('listens on loopback alone', (context) => {
    const { pid } = needsOwnServer(context, qdrant());
    if (findProgram('ss') === undefined) context.skip('no ss program on PATH to list listening sockets with');
    const listening = execFileSync('ss', ['-ltnpH'], { encoding: 'utf8' }).split('\n');
    const own = listening.filter((line) => line.includes(`pid=${pid},`)).map((line) => line.split(/\s+/u)[3] ?? '');
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

describeWithOwnQdrant('a Qdrant server of a test', () => {
  test('keeps what it acknowledged through a SIGKILL and a restart on the same address', async () => {
    await using server = await startQdrant();
    await createCollection(server, 'kept');
    for (let id = 0; id < 20; id += 1) await writePoint(server, 'kept', id);
    const { pid } = server;
    await server.kill();
    expect(server.running()).toBe(false);
    expect(isAlive(pid)).toBe(false);
    await expect(callQdrant(server, READY)).rejects.toThrow(/ECONNREFUSED/u);
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(await countPoints(server, 'kept')).toBe(20);
  });

  test('answers nothing while paused, and what it was asked once resumed', async () => {
    await using server = await startQdrant();
    await server.pause();
    await expect(callQdrant(server, { ...READY, timeoutMs: 300 })).rejects.toThrow(/aborted|timeout/u);
    const waiting = callQdrant(server, READY);
    await sleep(100);
    server.resume();
    expect((await waiting).status).toBe(200);
  });

  test('stops even while paused', async () => {
    await using server = await startQdrant();
    await server.pause();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('refuses a missing and a wrong API key', async () => {
    await using server = await startQdrant({ apiKey: 'right' });
    expect((await callQdrant(server, COLLECTIONS)).status).toBe(200);
    expect((await callQdrant({ url: server.url, apiKey: 'wrong' }, COLLECTIONS)).status).toBe(401);
    expect((await callQdrant({ url: server.url }, COLLECTIONS)).status).toBe(401);
  });

  test('takes another setting at a restart', async () => {
    await using server = await startQdrant();
    await server.restart({ QDRANT__SERVICE__READ_ONLY_API_KEY: 'reader', QDRANT__SERVICE__API_KEY: 'writer' });
    const body = { vectors: { size: 4, distance: 'Dot' } };
    const create = { method: 'PUT', path: '/collections/some', body } as const;
    expect((await callQdrant({ url: server.url, apiKey: 'reader' }, create)).status).toBe(403);
    expect((await callQdrant({ url: server.url, apiKey: 'writer' }, create)).status).toBe(200);
  });

  test('serves https to who trusts its certificate, and to nobody else', async (context) => {
    const reason = whyNoCertificate();
    if (reason !== undefined) context.skip(reason);
    await using server = await startQdrant({ tls: true });
    expect(server.url).toMatch(/^https:/u);
    expect((await callQdrant(server, COLLECTIONS)).status).toBe(200);
    await expect(callQdrant({ url: server.url }, COLLECTIONS)).rejects.toThrow(/self-signed/u);
  });

  test('refuses writes on a full disk and still answers', { timeout: 60_000 }, async (context) => {
    await using disk = await mountedDisk(context);
    await using server = await startQdrant({ storageFolder: disk.folder });
    await createCollection(server, 'full');
    await writePoint(server, 'full', 1);
    await disk.fill();
    const body = { points: [{ id: 2, vector: [1, 0, 0, 2] }] };
    const { status } = await callQdrant(server, { method: 'PUT', path: '/collections/full/points?wait=true', body });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(await countPoints(server, 'full')).toBe(1);
    await disk.release();
  });

  test('fails to start with the end of its log, and leaves no folder', async () => {
    const failed = startQdrant({ environment: { QDRANT__SERVICE__HTTP_PORT: 'no number' } });
    await expect(failed).rejects.toThrow(/before it was ready[\s\S]*no number/u);
  });

  test('dies with the process that started it, however that ends', async () => {
    const script = fileURLToPath(new URL('../support/qdrant-starting-process.ts', import.meta.url));
    const starter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { pid, folder } = JSON.parse(line.toString('utf8')) as { pid: number; folder: string };
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
    await expect.poll(() => existsSync(folder), { timeout: 5000 }).toBe(false);
  });
});

async function mountedDisk(context: {
  skip(note: string): never;
}): Promise<AsyncDisposable & { folder: string; fill(): Promise<void>; release(): Promise<void> }> {
  const disk = await mountSmallDisk(300);
  return 'reason' in disk ? context.skip(disk.reason) : disk;
}
