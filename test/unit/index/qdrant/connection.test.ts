import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FaqError } from '../../../../src/errors.ts';
import { type CallInit, connectQdrant, type QdrantApi, type QdrantConnection } from '../../../../src/index/qdrant/connection.ts';
import { DEFAULT_QDRANT_SETTINGS, type QdrantSettings } from '../../../../src/index/qdrant/settings.ts';
import { type FaultProxy, startFaultProxy } from '../../../support/fault-proxy.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server that answers everything with "ok" behind a proxy that can do worse. */
async function node(): Promise<{ readonly url: string; readonly proxy: FaultProxy; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers });
    response.setHeader('content-type', 'application/json').end('{"result":{"collections":[]},"status":"ok"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await startFaultProxy(url);
  open.push(() => proxy.dispose());
  return { url, proxy, seen };
}

function connect(urls: readonly string[], changes: Partial<QdrantSettings> = {}): QdrantConnection {
  const connection = connectQdrant({ ...DEFAULT_QDRANT_SETTINGS, urls, timeoutMs: 3_000, ...changes });
  open.push(() => connection.close());
  return connection;
}

const list = (more: { readonly patienceMs?: number; readonly signal?: AbortSignal; readonly probe?: boolean } = {}) => ({
  what: 'list',
  run: async (api: QdrantApi, init: CallInit) => (await api.getCollections({}, init)).data.status,
  ...more,
});

describe('a connection', () => {
  test('brings the key and the path of the address to the server', async () => {
    const { proxy, seen } = await node();
    await connect([`${proxy.url}/qdrant/one/`], { apiKey: 'secret' }).call(list());
    expect(seen[0]?.path).toBe('/qdrant/one/collections');
    expect(seen[0]?.headers['api-key']).toBe('secret');
  });

  test('sends no key where there is none', async () => {
    const { proxy, seen } = await node();
    await connect([proxy.url]).call(list());
    expect(seen[0]?.headers['api-key']).toBeUndefined();
  });

  test('asks the next node where one refuses, hangs or fails, and stays with it', async () => {
    const [first, second] = [await node(), await node()];
    // Long enough for a busy machine to answer.
    const connection = connect([first.proxy.url, second.proxy.url], { timeoutMs: 1_500 });
    await first.proxy.inject({ kind: 'hang' });
    await connection.call(list());
    await connection.call(list());
    expect([first.proxy.requests.length, second.seen.length]).toEqual([1, 2]);
    await first.proxy.heal();
    await second.proxy.inject({ kind: 'answer', status: 503, body: {} });
    await connection.call(list());
    expect(first.seen).toHaveLength(1);
    await first.proxy.refuse();
    await second.proxy.heal();
    await connection.call(list());
    expect(second.seen).toHaveLength(3);
  });

  test('does not ask another node what one has refused', async () => {
    const [first, second] = [await node(), await node()];
    await first.proxy.inject({ kind: 'answer', status: 400, body: { status: { error: 'no' } } });
    await expect(connect([first.proxy.url, second.proxy.url]).call(list())).rejects.toMatchObject({ reason: 'INDEX_REFUSED' });
    expect(second.seen).toHaveLength(0);
  });

  test('tries a single node once more where its connection broke, and no more', async () => {
    const { proxy, seen } = await node();
    const connection = connect([proxy.url]);
    await proxy.inject({ kind: 'reset', times: 1 });
    expect(await connection.call(list())).toBe('ok');
    expect(seen).toHaveLength(2);
    await proxy.inject({ kind: 'reset' });
    await expect(connection.call(list())).rejects.toMatchObject({ code: 'unavailable', reason: 'INDEX_UNREACHABLE' });
    expect(seen).toHaveLength(4);
  });

  test('gives up a node that does not answer in time', async () => {
    const { proxy } = await node();
    await proxy.inject({ kind: 'hang' });
    const started = performance.now();
    await expect(connect([proxy.url], { timeoutMs: 150 }).call(list())).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'INDEX_SLOW',
    });
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('probes over a connection of its own, with the key, and calls over one that is kept', async () => {
    const { url, seen } = await node();
    const connection = connect([url], { apiKey: 'secret' });
    for (const probe of [false, true, true]) await connection.call(list({ probe }));
    expect(seen.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close', 'close']);
    expect(seen.map(({ headers }) => headers['api-key'])).toEqual(['secret', 'secret', 'secret']);
  });

  test('goes on trying while there is patience', async () => {
    const { proxy } = await node();
    await proxy.inject({ kind: 'answer', status: 503, body: {}, times: 2 });
    expect(await connect([proxy.url]).call(list({ patienceMs: 10_000 }))).toBe('ok');
    await proxy.inject({ kind: 'answer', status: 503, body: {} });
    await expect(connect([proxy.url]).call(list({ patienceMs: 300 }))).rejects.toMatchObject({ reason: 'INDEX_FAILED' });
  });

  test('stops at once when the caller leaves, on the way or between two tries', async () => {
    const { proxy } = await node();
    await proxy.inject({ kind: 'hang' });
    await expect(connect([proxy.url], { timeoutMs: 60_000 }).call(list({ signal: AbortSignal.timeout(30) }))).rejects.toMatchObject({
      code: 'cancelled',
    });
    await proxy.inject({ kind: 'answer', status: 503, body: {} });
    const leaving = list({ signal: AbortSignal.timeout(50), patienceMs: 60_000 });
    await expect(connect([proxy.url]).call(leaving)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('fails calls at once while it is blocked, but for those that have patience', async () => {
    const { proxy, seen } = await node();
    const connection = connect([proxy.url]);
    const away = new FaqError('unavailable', 'away');
    connection.block(away);
    await expect(connection.call(list())).rejects.toBe(away);
    expect(seen).toHaveLength(0);
    expect(await connection.call(list({ patienceMs: 0 }))).toBe('ok');
    connection.block(undefined);
    expect(await connection.call(list())).toBe('ok');
  });

  test('ends what is on its way when it is closed, and refuses what comes', async () => {
    const { proxy } = await node();
    await proxy.inject({ kind: 'hang' });
    const connection = connect([proxy.url], { timeoutMs: 60_000 });
    const calls = Promise.allSettled([connection.call(list()), connection.call(list({ patienceMs: 60_000 }))]);
    connection.close();
    expect(await calls).toMatchObject([{ reason: { code: 'unavailable' } }, { reason: { code: 'unavailable' } }]);
    await expect(connection.call(list())).rejects.toMatchObject({ code: 'unavailable' });
  });
});
