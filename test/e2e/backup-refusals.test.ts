/** What backup and restore do where they cannot go on: a clear word, the right exit code, nothing half. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaqError } from '../../src/errors.ts';
import { lockDataDir } from '../../src/index/embedded/data-dir-lock.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { openQdrantStore } from '../../src/index/qdrant/qdrant-store.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { copyVersions } from '../../src/versions/copy-versions.ts';
import { qdrantFlags, runCopy } from '../support/copy-command.ts';
import { describeWithOwnQdrant, describeWithQdrant } from '../support/describe-with-qdrant.ts';
import { CHATTER, DELIVERY, faqFile } from '../support/faq-source.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { madeUpVersion } from '../support/index-oracle.ts';
import { dropCollections, qdrantResult } from '../support/qdrant-http.ts';
import { startQdrant } from '../support/qdrant-server.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { openEmbeddedReplica, openReplica } from '../support/replica.ts';

const FILES = faqFile(DELIVERY, CHATTER);
const GROWN = faqFile([...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }], CHATTER);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

test('a folder that is no data directory is not restored from, and nothing is made', async () => {
  await mkdir(at('photos'));
  await writeFile(at('photos/cat.txt'), 'cat');
  for (const source of ['photos', 'nowhere']) {
    const run = await runCopy('restore', at(source), '--index', 'embedded', '--data-dir', at('data'));
    expect(run).toMatchObject({ code: 4, corpora: [] });
    expect(run.err).toContain('Expected a backup or a data directory');
    expect(run.err).toContain(at(source));
  }
  expect(await readdir(folder)).toEqual(['photos']);
});

test('a folder of other things is not backed up into, nor one that is the store itself, and an empty store is no backup', async () => {
  const data = ['--index', 'embedded', '--data-dir', at('data')];
  await using replica = await openEmbeddedReplica(at('data'));
  const empty = await runCopy('backup', at('b'), ...data);
  expect(empty).toMatchObject({ code: 4, corpora: [] });
  expect(empty.err).toContain('no corpus to copy');
  await replica.versions.reload('delivery', FILES);
  await mkdir(at('photos'));
  await writeFile(at('photos/cat.txt'), 'cat');
  expect(await runCopy('backup', at('photos'), ...data)).toMatchObject({ code: 3 });
  expect(await readdir(at('photos'))).toEqual(['cat.txt']);
  expect(await runCopy('backup', at('data'), ...data)).toMatchObject({ code: 3 });
});

test('a data directory that a server uses is read but not written, and the refusal names it', async () => {
  await using replica = await openEmbeddedReplica(at('data'));
  await replica.versions.reload('delivery', FILES);
  const lock = await lockDataDir(at('data'));
  try {
    const data = ['--index', 'embedded', '--data-dir', at('data')];
    expect(await runCopy('backup', at('b'), ...data)).toMatchObject({ code: 0, corpora: [{ copied: 1 }] });
    const refused = await runCopy('restore', at('b'), ...data);
    expect(refused).toMatchObject({ code: 6, corpora: [] });
    expect(refused.err).toContain(`${at('data')} cannot be written to`);
    expect(refused.err).toContain(`in use by process ${process.pid}`);
  } finally {
    await lock.release();
  }
});

test('a damaged version is left out and named, the rest is copied, and the exit code says so', async () => {
  await using replica = await openEmbeddedReplica(at('data'));
  const old = await replica.versions.reload('delivery', FILES);
  const grown = await replica.versions.reload('delivery', GROWN);
  const path = at(`data/corpora/delivery/versions/${old.version}/vectors.f32`);
  const bytes = await readFile(path);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const run = await runCopy('backup', at('b'), '--index', 'embedded', '--data-dir', at('data'));
  expect(run).toMatchObject({ code: 1, corpora: [{ versions: [grown.version], copied: 1, active: grown.version }] });
  expect(run.err).toContain(`left out, since it is damaged: delivery ${old.version}: vectors.f32`);
  expect(run.err).toContain('All was copied but one damaged version');
});

describeWithQdrant('a copy that is broken off', (qdrant) => {
  let settings: QdrantSettings;
  beforeEach(() => {
    settings = qdrantSettings(qdrant());
  });
  afterEach(() => dropCollections(qdrant(), settings.prefix));

  const copy = { corpora: [], everyVersion: true, pointers: 'activate' } as const;

  test('tells how far it is while it writes', async () => {
    const from = await openEmbeddedStore({ dataDir: at('data') });
    await from.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 500));
    await from.write(madeUpVersion({ corpus: 'shop', version: 'v2' }, 300));
    const to = openQdrantStore(settings);
    const seen: number[] = [];
    const onProgress = (done: number, total: number): void => {
      expect(total).toBe(800);
      seen.push(done);
    };
    await copyVersions({ ...copy, from, to, signal: new AbortController().signal, onProgress });
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
    // Batches of 128, so several of them lie inside each version.
    expect(seen.filter((done) => done > 0 && done < 300).length).toBeGreaterThan(0);
    expect(seen.at(-1)).toBe(800);
    await to.close();
  });

  test('leaves no half-written version in Qdrant, and the next one goes on', async () => {
    const from = await openEmbeddedStore({ dataDir: at('data') });
    await from.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 600));
    await from.activate('shop', 'v1');
    const to = openQdrantStore(settings);
    const interrupted = new AbortController();
    const onProgress = (done: number): void => {
      if (done >= 128) interrupted.abort(new FaqError('cancelled', 'Interrupted.'));
    };
    await expect(copyVersions({ ...copy, from, to, signal: interrupted.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await to.list('shop')).toEqual([]);
    expect(await to.active('shop')).toBeUndefined();
    const { collections } = await qdrantResult<{ collections: { name: string }[] }>(qdrant(), { method: 'GET', path: '/collections' });
    expect(collections.filter(({ name }) => name.startsWith(`${settings.prefix}.shop.`))).toEqual([]);
    await copyVersions({ ...copy, from, to, signal: new AbortController().signal, onProgress: () => undefined });
    expect(await to.active('shop')).toMatchObject({ version: 'v1' });
    await to.close();
  });

  test('leaves no half-written version in a folder, and ends at once though Qdrant hangs', async () => {
    const source = openQdrantStore(settings);
    await source.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 600));
    await source.close();
    await using proxy = await startFaultProxy(qdrant().url);
    const from = openQdrantStore({ ...settings, urls: [proxy.url] });
    const to = await openEmbeddedStore({ dataDir: at('b') });
    let fetches = 0;
    const interrupted = new AbortController();
    await proxy.inject({
      kind: 'hang',
      when: ({ method, path }) => {
        if (method === 'POST' && /\/points(?:\?|$)/u.test(path)) fetches += 1;
        // The first ones list and open the version.
        if (fetches < 4) return false;
        setTimeout(() => interrupted.abort(new FaqError('cancelled', 'Interrupted.')), 50);
        return true;
      },
    });
    const start = performance.now();
    await expect(copyVersions({ ...copy, from, to, signal: interrupted.signal, onProgress: () => undefined })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await to.list('shop')).toEqual([]);
    expect(await readdir(at('b/corpora'))).toEqual([]);
    await from.close();
  });

  test('a Qdrant that is not there is unavailable at once', async () => {
    const away = qdrantFlags({ ...settings, urls: ['http://127.0.0.1:1'] });
    const run = await runCopy('backup', at('b'), ...away);
    expect(run).toMatchObject({ code: 5, corpora: [] });
    expect(run.err).toContain('Qdrant cannot be reached');
    expect(await readdir(folder)).toEqual([]);
  });
});

describeWithOwnQdrant('a Qdrant with keys', () => {
  test('a read-only key is enough for a backup and not for a restore', async () => {
    const server = await startQdrant({ apiKey: 'all', environment: { QDRANT__SERVICE__READ_ONLY_API_KEY: 'look' } });
    try {
      const settings = qdrantSettings(server);
      {
        await using replica = await openReplica(settings);
        await replica.versions.reload('delivery', FILES);
      }
      const readOnly = qdrantFlags({ ...settings, apiKey: 'look' });
      expect(await runCopy('backup', at('b'), ...readOnly)).toMatchObject({ code: 0, corpora: [{ copied: 1 }] });
      const refused = await runCopy('restore', at('b'), ...readOnly);
      expect(refused).toMatchObject({ code: 6, corpora: [] });
      expect(refused.err).toContain('QDRANT_API_KEY');
      expect(await runCopy('backup', at('c'), ...qdrantFlags({ ...settings, apiKey: 'wrong' }))).toMatchObject({ code: 6 });
    } finally {
      await server.dispose();
    }
  });
});
