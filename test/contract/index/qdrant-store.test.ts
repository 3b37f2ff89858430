import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { VersionStore } from '../../../src/index/contract.ts';
import { idOfName, qdrantNames } from '../../../src/index/qdrant/names.ts';
import { openQdrantStore } from '../../../src/index/qdrant/qdrant-store.ts';
import { describeWithQdrant } from '../../support/describe-with-qdrant.ts';
import { madeUpVersion } from '../../support/index-oracle.ts';
import { callQdrant, dropCollections } from '../../support/qdrant-http.ts';
import { qdrantSettings } from '../../support/qdrant-settings.ts';
import { describeVersionStore } from './version-store-suite.ts';

describeWithQdrant('the Qdrant store keeps the contract', (qdrant) => {
  describeVersionStore('qdrant', async () => {
    const settings = qdrantSettings(qdrant());
    let store = openQdrantStore(settings);
    return {
      store,
      async reopen() {
        await store.close();
        store = openQdrantStore(settings);
        return store;
      },
      async dispose() {
        await store.close();
        await dropCollections(qdrant(), settings.prefix);
      },
    };
  });

  describe('and what only a shared store has', () => {
    let settings: ReturnType<typeof qdrantSettings>;
    let store: VersionStore;
    beforeEach(() => {
      settings = qdrantSettings(qdrant());
      store = openQdrantStore(settings);
    });
    afterEach(async () => {
      await store.close();
      await dropCollections(qdrant(), settings.prefix);
    });
    const forever = new AbortController().signal;
    const collections = async (): Promise<string> =>
      JSON.stringify((await callQdrant(qdrant(), { method: 'GET', path: '/collections' })).body);

    test.each([{ epoch: 7, holder: 3 }, { epoch: 'x' }, {}])(
      'a corpus whose record was changed by hand to %j can be read and switched',
      async (payload) => {
        for (const version of ['v1', 'v2']) await store.write(madeUpVersion({ corpus: 'shop', version }, 5));
        await store.activate('shop', 'v1');
        const points = [{ id: idOfName('shop'), vector: {}, payload }];
        const path = `/collections/${qdrantNames(settings.prefix).state}/points?wait=true`;
        expect(await callQdrant(qdrant(), { method: 'PUT', path, body: { points } })).toMatchObject({ status: 200 });
        expect(await store.active('shop')).toMatchObject({ version: 'v1', previous: undefined });
        await store.activate('shop', 'v2');
        expect(await store.active('shop')).toMatchObject({ version: 'v2', previous: 'v1' });
      },
    );

    test('half a surrogate pair in a question, its locale or its tags is stored as the sign for unreadable text', async () => {
      const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, 5);
      const rows = contents.rows.map((row) => ({ ...row, text: 'a \ud83d', locale: '\ud83d', tags: ['\udc00'] }));
      await store.write({ ...contents, rows });
      const { index } = await store.open('shop', 'v1');
      const vector = contents.vectors.subarray(0, 16);
      const found = await index.search({ vector, terms: [], k: 9, filter: { locales: ['\ud83d'], tags: ['\udc00'] } });
      expect(found.dense).toHaveLength(5);
    });

    test('an operation that ends drops nothing that another of the same process is still writing', async () => {
      const writing = Promise.withResolvers<void>();
      const write = store.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 2_000), forever, () => writing.resolve());
      await writing.promise;
      await store.exclusively('shop', forever, async () => undefined);
      await write;
      expect(await store.list('shop')).toHaveLength(1);
    });

    test('a write that lost the right to change the corpus leaves what is there to whoever has it now', async () => {
      const losing = new AbortController();
      const lost = new FaqError('aborted', 'lost', { reason: 'LEASE_LOST' });
      const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, 2_000);
      await expect(store.write(contents, losing.signal, () => losing.abort(lost))).rejects.toBe(lost);
      expect(await collections()).toContain('shop.v1.1');
      await store.write(contents);
      expect(await store.list('shop')).toHaveLength(1);
    });

    test('a graph is built and measured for versions of any size that are to have one', async () => {
      await store.close();
      store = openQdrantStore({ ...settings, hnswFromQuestions: 100 });
      for (const [version, questions] of [
        ['small', 100],
        ['great', 3_000],
      ] as const) {
        await store.write(madeUpVersion({ corpus: 'shop', version }, questions), AbortSignal.timeout(60_000));
        const { method } = (await store.open('shop', version)).index;
        expect(method.kind).toBe('hnsw');
        expect(method.recallAt10).toBeGreaterThanOrEqual(0.99);
      }
    });
  });
});
