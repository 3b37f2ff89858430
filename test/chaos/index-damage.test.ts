import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VersionStore } from '../../src/index/contract.ts';
import { nodeDisk } from '../../src/index/embedded/disk.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { madeUpVersion } from '../support/index-oracle.ts';

const FILES = [
  'rows.jsonl',
  'vectors.f32',
  'graph.usearch',
  'artifacts/corpus.json',
  'artifacts/scorer.bin',
  'manifest.json',
  'manifest.json.sha256',
];

let dataDir: string;
let store: VersionStore;
const pathOf = (name: string): string => join(dataDir, 'corpora/shop/versions/v1', name);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-damage-'));
  store = await openEmbeddedStore({ dataDir, annFromRows: 1 });
  await store.write(madeUpVersion({ corpus: 'shop', version: 'v1', createdAt: new Date('2026-11-01') }, 20));
  await store.write(madeUpVersion({ corpus: 'shop', version: 'v2', createdAt: new Date('2026-11-02') }, 20));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** The manifest is named where its digest is damaged: which of the two is at fault cannot be known. */
const named = (file: string): RegExp => new RegExp(file.replace('.sha256', ''));

describe.each(FILES)('a damaged %s', (file) => {
  test('is noticed when any single byte is flipped, and named', async () => {
    const whole = await readFile(pathOf(file));
    const places = [0, 1, Math.floor(whole.length / 2), whole.length - 2, whole.length - 1];
    for (const place of places) {
      const flipped = Buffer.from(whole);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << (place % 8));
      await writeFile(pathOf(file), flipped);
      await expect(store.open('shop', 'v1')).rejects.toMatchObject({ code: 'data_loss', message: expect.stringMatching(named(file)) });
    }
    await writeFile(pathOf(file), whole);
    await expect(store.open('shop', 'v1')).resolves.toBeDefined();
  });

  test('is noticed when it is cut short or missing, by the listing too', async () => {
    const { length } = await readFile(pathOf(file));
    for (const size of [length - 1, 0]) {
      await truncate(pathOf(file), size);
      await expect(store.open('shop', 'v1')).rejects.toMatchObject({ code: 'data_loss', message: expect.stringMatching(named(file)) });
    }
    await rm(pathOf(file));
    await expect(store.open('shop', 'v1')).rejects.toMatchObject({ code: 'data_loss', message: expect.stringMatching(named(file)) });
    const listed = await store.list('shop');
    expect(listed.map(({ manifest, problem }) => [manifest.version, problem === undefined])).toEqual(
      // A version whose manifest cannot be read is listed by its folder's time, which is today's.
      file.startsWith('manifest')
        ? [
            ['v1', false],
            ['v2', true],
          ]
        : [
            ['v2', true],
            ['v1', false],
          ],
    );
    await expect(store.activate('shop', 'v1')).rejects.toMatchObject({ code: 'data_loss' });
    await expect(store.open('shop', 'v2')).resolves.toBeDefined();
  });
});

test('a damaged version set aside is kept with a note, out of the list, and can be written anew', async () => {
  await truncate(pathOf('vectors.f32'), 3);
  const place = await store.setAside('shop', 'v1', 'vectors.f32 has 3 bytes');
  expect(place).toMatch(/^corpora.shop.set-aside.v1-\d{8}T\d{9}Z$/);
  expect(await readFile(join(dataDir, place, 'problem.txt'), 'utf8')).toBe('vectors.f32 has 3 bytes\n');
  expect(await readdir(join(dataDir, place))).toContain('vectors.f32');
  expect((await store.list('shop')).map((stored) => stored.manifest.version)).toEqual(['v2']);
});

test('writing a version whose stored copy is damaged replaces it and keeps the damaged one aside', async () => {
  await truncate(pathOf('vectors.f32'), 3);
  await store.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 20));
  await expect(store.open('shop', 'v1')).resolves.toBeDefined();
  expect(await readdir(join(dataDir, 'corpora/shop/set-aside'))).toHaveLength(1);
});

test('a folder renamed by hand is not taken for the version it is named after', async () => {
  await nodeDisk.rename(pathOf(''), join(pathOf(''), '../v3'));
  await expect(store.open('shop', 'v3')).rejects.toMatchObject({ code: 'data_loss' });
  expect((await store.list('shop')).find((stored) => stored.manifest.version === 'v3')?.problem).toMatch(/version v1/);
  // Written, the version takes its own place, and the other is kept aside.
  await store.write(madeUpVersion({ corpus: 'shop', version: 'v3' }, 20));
  expect((await store.open('shop', 'v3')).manifest.version).toBe('v3');
  expect(await readdir(join(dataDir, 'corpora/shop/set-aside'))).toHaveLength(1);
});

test('an unreadable pointer is reported, and activating a version repairs it and keeps what was active before', async () => {
  await store.activate('shop', 'v1');
  for (const text of ['', '{"version":', '{"version":"../x","previous":null,"activatedAt":"2026-11-01T00:00:00.000Z"}']) {
    await writeFile(join(dataDir, 'corpora/shop/active.json'), text);
    await expect(store.active('shop')).rejects.toMatchObject({ code: 'data_loss' });
    expect(await store.activate('shop', 'v2')).toMatchObject({ version: 'v2', previous: 'v1' });
  }
  expect(await store.active('shop')).toMatchObject({ version: 'v2' });
});

test('a disk that cannot read a file is data_loss, a lack of file handles is not', async () => {
  for (const [code, expected] of [
    ['EIO', 'data_loss'],
    ['EMFILE', 'internal'],
  ] as const) {
    const failing = { ...nodeDisk, read: () => Promise.reject(Object.assign(new Error('planted'), { code })) };
    const other = await openEmbeddedStore({ dataDir, disk: failing });
    await expect(other.open('shop', 'v1')).rejects.toMatchObject({ code: expected });
  }
});

test('foreign files in the data directory harm nothing', async () => {
  await writeFile(join(dataDir, 'corpora', 'README'), 'x');
  await writeFile(join(dataDir, 'corpora/shop/versions', 'note'), 'x');
  const again = await openEmbeddedStore({ dataDir });
  expect(await again.corpora()).toEqual(['shop']);
  await expect(again.open('shop', 'note')).rejects.toMatchObject({ code: 'not_found' });
  expect((await again.list('shop')).map((stored) => stored.manifest.version).toSorted()).toContain('v1');
});
