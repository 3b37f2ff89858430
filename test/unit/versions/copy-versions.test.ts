import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VersionStore } from '../../../src/index/contract.ts';
import { openEmbeddedStore } from '../../../src/index/embedded/embedded-store.ts';
import { type CopyWish, copyVersions } from '../../../src/versions/copy-versions.ts';
import { madeUpVersion } from '../../support/index-oracle.ts';

let folder: string;
let from: VersionStore;
let to: VersionStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-copy-'));
  [from, to] = [await openEmbeddedStore({ dataDir: join(folder, 'from') }), await openEmbeddedStore({ dataDir: join(folder, 'to') })];
});
afterEach(async () => {
  await from.close();
  await to.close();
  await rm(folder, { recursive: true, force: true });
});

async function store(corpus: string, ...versions: readonly string[]): Promise<void> {
  for (const [age, version] of versions.entries()) {
    await from.write(madeUpVersion({ corpus, version, createdAt: new Date(Date.UTC(2026, 10, 1 + age)) }, 20, age + 1));
  }
}

const copy = (wish: Partial<CopyWish> = {}) =>
  copyVersions({
    from,
    to,
    corpora: [],
    everyVersion: false,
    pointers: 'mirror',
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...wish,
  });
const versionsIn = async (corpus: string) => (await to.list(corpus)).map(({ manifest }) => manifest.version);

describe('copying versions', () => {
  it('brings the active version and the one before it, bit for bit, and makes them so', async () => {
    await store('shop', 'v1', 'v2', 'v3');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v3');
    expect(await copy()).toMatchObject([{ corpus: 'shop', versions: ['v1', 'v3'], active: 'v3', copied: 2, damaged: [] }]);
    expect(await versionsIn('shop')).toEqual(['v3', 'v1']);
    expect(await to.active('shop')).toMatchObject({ version: 'v3', previous: 'v1' });
    const [there, here] = [await to.open('shop', 'v3'), await from.open('shop', 'v3')];
    expect(there.manifest).toEqual(here.manifest);
    expect(there.rows).toEqual(here.rows);
    expect(await there.vectors()).toEqual(await here.vectors());
    expect(there.artifactNames).toEqual(here.artifactNames);
    for (const name of here.artifactNames) expect(await there.artifact(name)).toEqual(await here.artifact(name));
  });

  it('brings every version where asked to, and activates nothing where nothing is active', async () => {
    await store('shop', 'v1', 'v2', 'v3');
    expect(await copy()).toMatchObject([{ corpus: 'shop', versions: [], active: undefined, copied: 0 }]);
    expect(await copy({ everyVersion: true })).toMatchObject([{ versions: ['v1', 'v2', 'v3'], active: undefined }]);
    expect(await versionsIn('shop')).toEqual(['v3', 'v2', 'v1']);
    expect(await to.active('shop')).toBeUndefined();
  });

  it('changes nothing the second time', async () => {
    await store('shop', 'v1', 'v2');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v2');
    await copy();
    const before = await to.active('shop');
    expect(await copy()).toMatchObject([{ active: 'v2' }]);
    expect(await to.active('shop')).toEqual(before);
  });

  it('goes back to what was active in the target by a rollback there', async () => {
    await store('shop', 'v1', 'v2');
    await to.write(madeUpVersion({ corpus: 'shop', version: 'own' }, 20, 9));
    await to.activate('shop', 'own');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v2');
    expect(await copy({ pointers: 'activate' })).toMatchObject([{ replaced: 'own' }]);
    expect(await to.active('shop')).toMatchObject({ version: 'v2', previous: 'own' });
  });

  it('copies the named corpora only, and refuses a name that is not there before anything is copied', async () => {
    for (const corpus of ['bank', 'shop']) {
      await store(corpus, 'v1');
      await from.activate(corpus, 'v1');
    }
    await expect(copy({ corpora: ['shop', 'shpo'] })).rejects.toMatchObject({ code: 'not_found', reason: 'CORPUS_NOT_FOUND' });
    expect(await to.corpora()).toEqual([]);
    await copy({ corpora: ['shop'] });
    expect(await to.corpora()).toEqual(['shop']);
  });

  it('tells how far it is and stops between two versions when the caller leaves', async () => {
    await store('shop', 'v1', 'v2', 'v3');
    const leaving = new AbortController();
    const told: number[] = [];
    const copying = copy({
      everyVersion: true,
      signal: leaving.signal,
      onProgress(done, total, what) {
        told.push(done / total);
        if (what.includes('v2')) leaving.abort();
      },
    });
    await expect(copying).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual(told.toSorted((left, right) => left - right));
    expect(told.at(-1)).toBeLessThan(1);
    expect(await versionsIn('shop')).toEqual(['v1']);
  });
});
