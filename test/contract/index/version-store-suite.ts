/**
 * The contract of src/index/contract.ts as tests: run for every implementation, so that one cannot drift from the other.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { Hit, SearchQuery, VersionContents, VersionStore } from '../../../src/index/contract.ts';
import { GROUPS, madeUpVersion, naiveSearch, seededRandom, unitVectors } from '../../support/index-oracle.ts';

/** An empty store and the ways to leave and come back to it. */
export interface StoreUnderTest {
  readonly store: VersionStore;
  /** Closes the store and opens the same data again, as a restart does. */
  reopen(): Promise<VersionStore>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

const shop = { corpus: 'shop', version: 'v1' };

function queryVector(seed: number): Float32Array {
  return unitVectors({ rows: 1, dimension: 16 }, seededRandom(seed));
}

function expectHits(actual: readonly Hit[], expected: readonly Hit[]): void {
  expect(actual.map((hit) => hit.row)).toEqual(expected.map((hit) => hit.row));
  for (const [place, hit] of actual.entries()) {
    // Five digits: float32 storage and arithmetic are allowed.
    expect(hit.similarity).toBeCloseTo(expected[place]?.similarity ?? Number.NaN, 5);
    expect(hit.lexical).toBeCloseTo(expected[place]?.lexical ?? Number.NaN, 5);
  }
}

async function expectCode(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(FaqError);
  expect(error).toMatchObject({ code });
}

/** Declares the suite for one implementation. */
export function describeVersionStore(name: string, create: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  let store: VersionStore;
  beforeEach(async () => {
    under = await create();
    store = under.store;
  });
  afterEach(() => under.dispose());

  async function expectSameAsNaive(contents: VersionContents, query: SearchQuery): Promise<void> {
    const { index } = await store.open(contents.manifest.corpus, contents.manifest.version);
    const found = await index.search(query);
    const expected = naiveSearch(contents, query);
    expectHits(found.dense, expected.dense);
    expectHits(found.lexical, expected.lexical);
  }

  describe(`search in the ${name} index`, () => {
    const contents = madeUpVersion(shop, 120);
    const query = { vector: queryVector(7), terms: ['return', 'order', 'order', 'unheard'], k: 10 };
    beforeEach(() => store.write(contents));

    test('ranks as a naive scan does, by cosine and by BM25', () => expectSameAsNaive(contents, query));
    test('returns every row when k is greater than their number', () => expectSameAsNaive(contents, { ...query, k: 500 }));
    test('returns one hit for k = 1', () => expectSameAsNaive(contents, { ...query, k: 1 }));
    test('lets rows pass that have any of the locales', () =>
      expectSameAsNaive(contents, { ...query, filter: { locales: ['de', 'fr', 'en'], tags: [] } }));
    test.each([['en'], ['en-US'], ['EN-gb'], ['de'], ['de-AT', 'pt'], ['zh-Hant-TW'], ['zh-Hant'], ['e'], ['fr']])(
      'lets rows pass that are in the locale asked for, in its language or in one of its regions: %s',
      async (...locales) => {
        const stored = ['en', 'en-GB', 'de-AT', 'pt-BR', 'zh-Hant', 'zh-Hant-HK', ''];
        const manifest = { ...contents.manifest, version: 'v2' };
        const rows = contents.rows.map((row, number) => ({ ...row, locale: stored[number % stored.length] ?? '', group: number % 5 }));
        const regional = { ...contents, manifest, rows };
        await store.write(regional);
        const filter = { locales, tags: ['b'] };
        await expectSameAsNaive(regional, { ...query, filter });
        const { index } = await store.open('shop', 'v2');
        const groups = [0, 1, 2, 3, 4];
        const nearest = naiveSearch(regional, { ...query, filter, groups }).nearest.map((found) => found?.row);
        expect((await index.search({ ...query, filter, groups })).nearest.map((found) => found?.row)).toEqual(nearest);
        expect((await index.nearestOfGroups({ vector: query.vector, filter, groups })).map((found) => found?.row)).toEqual(nearest);
      },
    );
    test('lets rows pass that have all of the tags', () =>
      expectSameAsNaive(contents, { ...query, filter: { locales: [], tags: ['a', 'b'] } }));
    test('still finds k hits under a filter, since it filters before ranking', async () => {
      const filter = { locales: ['de'], tags: ['b'] };
      await expectSameAsNaive(contents, { ...query, filter });
      const { index } = await store.open('shop', 'v1');
      expect((await index.search({ ...query, filter })).dense).toHaveLength(10);
    });
    test('takes a filter with empty lists for no filter', () =>
      expectSameAsNaive(contents, { ...query, filter: { locales: [], tags: [] } }));

    test('finds nothing under a filter that no row passes', async () => {
      const { index } = await store.open('shop', 'v1');
      expect(await index.search({ ...query, filter: { locales: ['xx'], tags: [] } })).toEqual({
        dense: [],
        lexical: [],
        similarities: new Float32Array(),
        nearest: [],
      });
    });

    test('gives no lexical hits for a query without terms or with unknown ones', async () => {
      const { index } = await store.open('shop', 'v1');
      for (const terms of [[], ['unheard', '__proto__', 'constructor']]) {
        const { dense, lexical } = await index.search({ ...query, terms });
        expect(lexical).toEqual([]);
        expect(dense.every((hit) => hit.lexical === 0)).toBe(true);
      }
    });

    test('gives the similarities of rows asked for beside a search in their order, whatever its filter', async () => {
      const { index } = await store.open('shop', 'v1');
      const rows = [7, 119, 0, 7];
      const asked = { ...query, filter: { locales: ['xx'], tags: [] }, rows };
      const { similarities } = await index.search(asked);
      for (const [place, expected] of naiveSearch(contents, asked).similarities.entries()) {
        expect(similarities[place]).toBeCloseTo(expected, 5);
      }
      await expectCode(index.search({ ...query, rows: [120] }), 'invalid_argument');
    });

    test('gives the nearest row of each group asked for, beside a search and alone, within the filter', async () => {
      const { index } = await store.open('shop', 'v1');
      const groups = [3, 0, 6, 3, GROUPS];
      for (const filter of [undefined, { locales: ['de'], tags: ['b'] }, { locales: ['xx'], tags: [] }]) {
        const asked = { ...query, groups, ...(filter === undefined ? {} : { filter }) };
        const expected = naiveSearch(contents, asked).nearest;
        expect(expected.at(-1)).toBeUndefined();
        for (const found of [(await index.search(asked)).nearest, await index.nearestOfGroups(asked)]) {
          expect(found.map((each) => each?.row)).toEqual(expected.map((each) => each?.row));
          for (const [place, each] of found.entries()) {
            expect(each?.similarity ?? 0).toBeCloseTo(expected[place]?.similarity ?? 0, 5);
          }
        }
      }
      expect(await index.nearestOfGroups({ vector: query.vector, groups: [] })).toEqual([]);
      for (const strange of [-1, 0.5])
        await expectCode(index.nearestOfGroups({ vector: query.vector, groups: [strange] }), 'invalid_argument');
    });

    test('answers concurrent searches each as if alone', async () => {
      const { index } = await store.open('shop', 'v1');
      const queries = Array.from({ length: 20 }, (_, seed): SearchQuery => {
        const terms = [['return'], ['card', 'lost'], [], ['my', 'order', 'my']][seed % 4] ?? [];
        return { vector: queryVector(seed), terms, k: 1 + seed, ...(seed % 2 === 0 ? {} : { filter: { locales: ['en'], tags: [] } }) };
      });
      const found = await Promise.all(queries.map((each) => index.search(each)));
      for (const [place, each] of queries.entries()) expectHits(found[place]?.dense ?? [], naiveSearch(contents, each).dense);
    });

    test('refuses a vector of another dimension, a NaN, and k below 1', async () => {
      const { index } = await store.open('shop', 'v1');
      await expectCode(index.search({ ...query, vector: new Float32Array(15) }), 'invalid_argument');
      await expectCode(index.search({ ...query, vector: new Float32Array(16).fill(Number.NaN) }), 'invalid_argument');
      for (const k of [0, -1, 1.5, Number.NaN]) await expectCode(index.search({ ...query, k }), 'invalid_argument');
    });

    test('does not search for a caller that left', async () => {
      const { index } = await store.open('shop', 'v1');
      await expectCode(index.search(query, AbortSignal.abort()), 'cancelled');
    });
  });

  test(`the ${name} index breaks ties by row`, async () => {
    const base = madeUpVersion(shop, 3);
    const first = base.vectors.subarray(0, 16);
    const rows = Array.from({ length: 60 }, () => ({ text: 'pay', terms: ['pay'], locale: '', tags: [], group: 0 }));
    const vectors = new Float32Array(60 * 16);
    for (let row = 0; row < 60; row += 1) vectors.set(first, row * 16);
    const contents = { ...base, manifest: { ...base.manifest, questions: 60 }, rows, vectors };
    await store.write(contents);
    const { index } = await store.open('shop', 'v1');
    const found = await index.search({ vector: first.slice(), terms: ['pay'], k: 5 });
    expect(found.dense.map((hit) => hit.row)).toEqual([0, 1, 2, 3, 4]);
    expect(found.lexical.map((hit) => hit.row)).toEqual([0, 1, 2, 3, 4]);
    expect(found.dense[0]?.similarity).toBeLessThanOrEqual(1);
    expect((await index.nearestOfGroups({ vector: first.slice(), groups: [0] })).map((each) => each?.row)).toEqual([0]);
  });

  test(`the ${name} index of a version without questions finds nothing`, async () => {
    await store.write(madeUpVersion(shop, 0));
    const { index, rows } = await store.open('shop', 'v1');
    expect(rows).toEqual([]);
    expect(index.size).toBe(0);
    expect(await index.search({ vector: queryVector(1), terms: ['return'], k: 5 })).toEqual({
      dense: [],
      lexical: [],
      similarities: new Float32Array(),
      nearest: [],
    });
  });

  describe(`the ${name} store`, () => {
    test('is empty at first', async () => {
      expect(await store.corpora()).toEqual([]);
      expect(await store.list('shop')).toEqual([]);
      expect(await store.active('shop')).toBeUndefined();
    });

    test('gives back after a restart what was written', async () => {
      const contents = madeUpVersion(shop, 50);
      await store.write(contents);
      store = await under.reopen();
      const opened = await store.open('shop', 'v1');
      expect(opened.manifest).toEqual(contents.manifest);
      expect(opened.rows).toEqual(contents.rows);
      expect(opened.index.size).toBe(50);
      expect(opened.index.dimension).toBe(16);
      expect(Buffer.from(await opened.artifact('corpus.json')).toString()).toBe('{"entries":[]}');
      expect(Buffer.from(await opened.artifact('scorer.bin')).equals(Buffer.from(contents.artifacts.get('scorer.bin') ?? []))).toBe(true);
      await expectCode(opened.artifact('nothing.bin'), 'data_loss');
      await expectSameAsNaive(contents, { vector: queryVector(3), terms: ['how'], k: 4 });
    });

    test('writes the same version twice without harm, even at once', async () => {
      const contents = madeUpVersion(shop, 20);
      await Promise.all([store.write(contents), store.write(contents)]);
      await store.write(contents);
      expect(await store.list('shop')).toEqual([{ manifest: contents.manifest }]);
    });

    test('lists versions newest first', async () => {
      for (const [version, day] of [
        ['b', 2],
        ['c', 3],
        ['a', 1],
      ] as const) {
        await store.write(madeUpVersion({ corpus: 'shop', version, createdAt: new Date(Date.UTC(2026, 10, day)) }, 3));
      }
      expect((await store.list('shop')).map((stored) => stored.manifest.version)).toEqual(['c', 'b', 'a']);
    });

    test('leaves nothing behind of a write that was aborted', async () => {
      await expectCode(store.write(madeUpVersion(shop, 20), AbortSignal.abort()), 'cancelled');
      expect(await store.list('shop')).toEqual([]);
      expect(await store.corpora()).toEqual([]);
      await expectCode(store.open('shop', 'v1'), 'not_found');
    });

    test('refuses contents whose parts do not fit one another', async () => {
      const good = madeUpVersion(shop, 4);
      const bad: readonly VersionContents[] = [
        { ...good, vectors: good.vectors.slice(1) },
        { ...good, vectors: good.vectors.map(() => Number.NaN) },
        { ...good, vectors: good.vectors.map((value) => 2 * value) },
        { ...good, rows: good.rows.slice(1) },
        { ...good, artifacts: new Map([['../evil', new Uint8Array()]]) },
        { ...good, artifacts: new Map([['..', new Uint8Array()]]) },
        { ...good, manifest: { ...good.manifest, corpus: '../shop' } },
        { ...good, manifest: { ...good.manifest, version: 'V1/..' } },
      ];
      for (const contents of bad) await expectCode(store.write(contents), 'invalid_argument');
      expect(await store.corpora()).toEqual([]);
    });

    test('switches, switches back and remembers which version was active before', async () => {
      await store.write(madeUpVersion(shop, 5));
      await store.write(madeUpVersion({ ...shop, version: 'v2' }, 6));
      expect(await store.activate('shop', 'v1')).toMatchObject({ version: 'v1', previous: undefined });
      expect(await store.activate('shop', 'v2')).toMatchObject({ version: 'v2', previous: 'v1' });
      store = await under.reopen();
      expect(await store.active('shop')).toMatchObject({ version: 'v2', previous: 'v1' });
      expect(await store.activate('shop', 'v1')).toMatchObject({ version: 'v1', previous: 'v2' });
    });

    test('keeps the version before when the active one is activated again', async () => {
      await store.write(madeUpVersion(shop, 5));
      await store.write(madeUpVersion({ ...shop, version: 'v2' }, 6));
      await store.activate('shop', 'v1');
      const first = await store.activate('shop', 'v2');
      expect(await store.activate('shop', 'v2')).toEqual(first);
      expect(await store.active('shop')).toEqual(first);
    });

    test('remembers as active before what it is told to, for a copy of another store', async () => {
      for (const version of ['v1', 'v2', 'v3']) await store.write(madeUpVersion({ ...shop, version }, 5));
      expect(await store.activate('shop', 'v2', { previous: 'v1' })).toMatchObject({ version: 'v2', previous: 'v1' });
      expect(await store.activate('shop', 'v2', { previous: 'v3' })).toMatchObject({ version: 'v2', previous: 'v3' });
      expect(await store.activate('shop', 'v3', { previous: undefined })).toMatchObject({ version: 'v3', previous: undefined });
      store = await under.reopen();
      expect(await store.active('shop')).toMatchObject({ version: 'v3', previous: undefined });
    });

    test('tells which versions were active, the last first, and none that was only stored', async () => {
      for (const version of ['v1', 'v2', 'v3', 'staged']) await store.write(madeUpVersion({ ...shop, version }, 5));
      expect(await store.onceActive('shop')).toEqual([]);
      for (const version of ['v1', 'v2', 'v3', 'v1']) await store.activate('shop', version);
      expect(await store.onceActive('shop')).toEqual(['v1', 'v3', 'v2']);
      await store.activate('shop', 'v3', { previous: 'v2' });
      store = await under.reopen();
      expect(await store.onceActive('shop')).toEqual(['v3', 'v2', 'v1']);
      expect(await store.onceActive('bank')).toEqual([]);
    });

    test('says not_found for a version that is not there', async () => {
      await store.write(madeUpVersion(shop, 5));
      await expectCode(store.open('shop', 'v9'), 'not_found');
      await expectCode(store.open('bank', 'v1'), 'not_found');
      await expectCode(store.activate('shop', 'v9'), 'not_found');
      await expectCode(store.remove('shop', 'v9'), 'not_found');
      await expectCode(store.setAside('shop', 'v9', 'gone'), 'not_found');
      expect(await store.active('shop')).toBeUndefined();
    });

    test('lets no name out of the data directory', async () => {
      for (const name of ['..', '../shop', 'a/b', '', 'A', '.staging-1', 'shop\0']) {
        await expectCode(store.open(name, 'v1'), 'invalid_argument');
        await expectCode(store.open('shop', name), 'invalid_argument');
        await expectCode(store.list(name), 'invalid_argument');
        await expectCode(store.active(name), 'invalid_argument');
        await expectCode(store.onceActive(name), 'invalid_argument');
        await expectCode(store.remove('shop', name), 'invalid_argument');
      }
    });

    test('removes a version, but never the active one', async () => {
      await store.write(madeUpVersion(shop, 5));
      await store.write(madeUpVersion({ ...shop, version: 'v2' }, 6));
      await store.activate('shop', 'v2');
      await expectCode(store.remove('shop', 'v2'), 'failed_precondition');
      await store.remove('shop', 'v1');
      expect((await store.list('shop')).map((stored) => stored.manifest.version)).toEqual(['v2']);
      await expectCode(store.activate('shop', 'v1'), 'not_found');
    });

    test('sets a version aside and can write it anew', async () => {
      const contents = madeUpVersion(shop, 5);
      await store.write(contents);
      expect(await store.setAside('shop', 'v1', 'it looked odd')).toContain('v1');
      expect(await store.list('shop')).toEqual([]);
      await expectCode(store.open('shop', 'v1'), 'not_found');
      await store.write(contents);
      expect(await store.list('shop')).toEqual([{ manifest: contents.manifest }]);
    });

    test('keeps corpora apart', async () => {
      await store.write(madeUpVersion(shop, 5, 1));
      const bank = madeUpVersion({ corpus: 'bank', version: 'v1' }, 9, 2);
      await store.write(bank);
      await store.activate('shop', 'v1');
      expect(await store.corpora()).toEqual(['bank', 'shop']);
      expect(await store.active('bank')).toBeUndefined();
      await store.remove('bank', 'v1');
      expect(await store.corpora()).toEqual(['shop']);
      expect((await store.open('shop', 'v1')).rows).toHaveLength(5);
    });
  });
}
