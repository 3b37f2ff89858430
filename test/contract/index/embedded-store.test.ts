import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmbeddedStore } from '../../../src/index/embedded/embedded-store.ts';
import { madeUpVersion, naiveSearch } from '../../support/index-oracle.ts';
import { describeVersionStore, type StoreUnderTest } from './version-store-suite.ts';

async function newDataDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'faqmatch-store-'));
}

async function storeUnderTest(options: { readonly annFromRows?: number }): Promise<StoreUnderTest> {
  const dataDir = await newDataDir();
  const store = await openEmbeddedStore({ dataDir, ...options });
  return {
    store,
    async reopen() {
      await store.close();
      return openEmbeddedStore({ dataDir, ...options });
    },
    dispose: () => rm(dataDir, { recursive: true, force: true }),
  };
}

describeVersionStore('embedded', () => storeUnderTest({}));
describeVersionStore('embedded, through its graph', () => storeUnderTest({ annFromRows: 1 }));

test('the suite’s larger versions are searched through the graph where it says so', async () => {
  const { store, dispose } = await storeUnderTest({ annFromRows: 1 });
  await store.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 120));
  expect((await store.open('shop', 'v1')).index.method.kind).toBe('hnsw');
  await dispose();
});

test('the embedded index keeps searching a version that was removed after opening, since it holds all in memory', async () => {
  const dataDir = await newDataDir();
  const store = await openEmbeddedStore({ dataDir });
  const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, 30);
  await store.write(contents);
  const { index } = await store.open('shop', 'v1');
  await store.remove('shop', 'v1');
  const query = { vector: contents.vectors.slice(0, 16), terms: ['order'], k: 3 };
  expect((await index.search(query)).dense.map((hit) => hit.row)).toEqual(naiveSearch(contents, query).dense.map((hit) => hit.row));
  await rm(dataDir, { recursive: true, force: true });
});
