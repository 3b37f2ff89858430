import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VersionStore } from '../../../src/index/contract.ts';
import { openEmbeddedStore } from '../../../src/index/embedded/embedded-store.ts';
import { noVersion } from '../../../src/names.ts';
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
/** Flips a bit of a version's vectors: the listing still calls it whole. */
async function damage(where: 'from' | 'to', version: string): Promise<void> {
  const path = join(folder, where, 'corpora', 'shop', 'versions', version, 'vectors.f32');
  const bytes = await readFile(path);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
/** Lists what is there each time a copy is planned, and nothing in between. */
function listedOnce(): VersionStore['list'] {
  let lists = 0;
  return async (corpus) => {
    lists += 1;
    return lists % 2 === 1 ? from.list(corpus) : [];
  };
}
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
    expect(await copy()).toMatchObject([{ active: 'v2', copied: 0, replaced: undefined }]);
    expect(await to.active('shop')).toEqual(before);
  });

  it('writes a version anew that is damaged in the target', async () => {
    await store('shop', 'v1');
    await copy({ everyVersion: true });
    await damage('to', 'v1');
    expect(await copy({ everyVersion: true })).toMatchObject([{ versions: ['v1'], copied: 1 }]);
    expect((await to.open('shop', 'v1')).rows).toEqual((await from.open('shop', 'v1')).rows);
  });

  it('lets an empty target roll back as the source could', async () => {
    await store('shop', 'v1', 'v2');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v2');
    expect(await copy({ pointers: 'activate' })).toMatchObject([{ active: 'v2', replaced: undefined }]);
    expect(await to.active('shop')).toMatchObject({ version: 'v2', previous: 'v1' });
  });

  it('leaves the target answering from its own version where the active one is damaged in the source', async () => {
    await store('shop', 'v1', 'v2');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v2');
    await damage('from', 'v2');
    await to.write(madeUpVersion({ corpus: 'shop', version: 'own' }, 20, 9));
    await to.activate('shop', 'own');
    const [copied] = await copy();
    expect(copied).toMatchObject({
      versions: ['v1'],
      active: 'own',
      replaced: undefined,
      damaged: [expect.stringMatching(/^v2: vectors/u)],
    });
    expect(await to.active('shop')).toMatchObject({ version: 'own' });
  });

  it('names no version as the one before that could not be copied', async () => {
    await store('shop', 'v1', 'v2');
    await from.activate('shop', 'v1');
    await from.activate('shop', 'v2');
    await damage('from', 'v1');
    expect(await copy()).toMatchObject([{ versions: ['v2'], active: 'v2' }]);
    expect(await to.active('shop')).toMatchObject({ version: 'v2', previous: undefined });
  });

  it('follows a source that lets a version go meanwhile, and calls nothing damaged for it', async () => {
    await store('shop', 'v1', 'v2', 'v3');
    await from.activate('shop', 'v3');
    const told: number[] = [];
    const onProgress = (done: number, total: number) => void told.push(done / total);
    const letsGo: VersionStore = {
      ...from,
      async open(corpus, version) {
        if (version === 'v2') await from.remove(corpus, version).catch(() => undefined);
        return from.open(corpus, version);
      },
    };
    expect(await copy({ from: letsGo, everyVersion: true, onProgress })).toMatchObject([
      { versions: ['v1', 'v3'], copied: 2, active: 'v3', damaged: [] },
    ]);
    expect(await versionsIn('shop')).toEqual(['v3', 'v1']);
    expect(Math.max(...told)).toBe(1 / 3);
  });

  it('calls nothing damaged that is let go while it is listed', async () => {
    await store('shop', 'v1', 'v2');
    await from.activate('shop', 'v2');
    let first = true;
    const letsGo: VersionStore = {
      ...from,
      async list(corpus) {
        const listed = (await from.list(corpus)).map((each) =>
          each.manifest.version === 'v1' ? { ...each, problem: 'rows.jsonl is missing' } : each,
        );
        if (!first) return from.list(corpus);
        first = false;
        await from.remove(corpus, 'v1');
        return listed;
      },
    };
    expect(await copy({ from: letsGo, everyVersion: true })).toMatchObject([{ versions: ['v2'], damaged: [] }]);
  });

  it('gives up on a source that lets versions go faster than they are copied', async () => {
    await store('shop', 'v1');
    const gone: VersionStore = { ...from, open: (corpus, version) => Promise.reject(noVersion(corpus, version)), list: listedOnce() };
    await expect(copy({ from: gone, everyVersion: true })).rejects.toMatchObject({ code: 'aborted', reason: 'SOURCE_CHANGING' });
    expect(await to.corpora()).toEqual([]);
  });

  it('takes a corpus named twice once, and refuses a source that has none', async () => {
    await expect(copy()).rejects.toMatchObject({ code: 'not_found', reason: 'CORPUS_NOT_FOUND' });
    await store('shop', 'v1');
    await from.activate('shop', 'v1');
    expect(await copy({ corpora: ['shop', 'shop'] })).toMatchObject([{ corpus: 'shop', copied: 1 }]);
  });

  it('never counts backwards, nor beyond a version’s questions, whatever the target counts', async () => {
    await store('shop', 'v1');
    const told: number[] = [];
    const counts: VersionStore = {
      ...to,
      write: (contents, signal, onProgress) => {
        for (const done of [10, 40, 5]) onProgress?.(done, 20);
        return to.write(contents, signal);
      },
    };
    await copy({ to: counts, everyVersion: true, onProgress: (done) => void told.push(done) });
    expect(told).toEqual([0, 10, 20, 20]);
  });

  it('leaves a source that does not answer at once when the caller does', async () => {
    await store('shop', 'v1');
    const leaving = new AbortController();
    const silent: VersionStore = {
      ...from,
      open: () => {
        queueMicrotask(() => leaving.abort());
        return new Promise(() => undefined);
      },
    };
    await expect(copy({ from: silent, everyVersion: true, signal: leaving.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await to.corpora()).toEqual([]);
  });

  it('makes nothing active for a caller that leaves when all is copied', async () => {
    await store('shop', 'v1');
    await from.activate('shop', 'v1');
    const leaving = new AbortController();
    const leaves: VersionStore = { ...to, write: (contents) => to.write(contents).finally(() => leaving.abort()) };
    await expect(copy({ to: leaves, signal: leaving.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await versionsIn('shop')).toEqual(['v1']);
    expect(await to.active('shop')).toBeUndefined();
  });

  it('holds the target’s corpus while it writes there', async () => {
    await store('shop', 'v1');
    const order: string[] = [];
    const held: VersionStore = {
      ...to,
      async exclusively(corpus, signal, operation) {
        order.push(`take ${corpus}`);
        return to.exclusively(corpus, signal, operation).finally(() => order.push(`give back ${corpus}`));
      },
      write: (contents, signal) => {
        order.push('write');
        return to.write(contents, signal);
      },
    };
    await copy({ to: held, everyVersion: true });
    expect(order).toEqual(['take shop', 'write', 'give back shop']);
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
