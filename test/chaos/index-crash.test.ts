import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VersionStore } from '../../src/index/contract.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { type Failure, faultyDisk, unsyncedDisk } from '../support/faulty-disk.ts';
import { madeUpVersion } from '../support/index-oracle.ts';

const old = madeUpVersion({ corpus: 'shop', version: 'old' }, 8, 1);
const fresh = madeUpVersion({ corpus: 'shop', version: 'fresh' }, 8, 2);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-crash-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function withOldActive(name: string): Promise<string> {
  const directory = join(dataDir, name);
  const store = await openEmbeddedStore({ dataDir: directory, disk: unsyncedDisk });
  await store.write(old);
  await store.activate('shop', 'old');
  return directory;
}

async function leftovers(directory: string): Promise<readonly string[]> {
  return (await readdir(directory, { recursive: true })).filter((name) => name.includes('.staging-'));
}

/** What must hold after a restart, whatever happened before. */
async function expectWholeStore(directory: string): Promise<VersionStore> {
  const store = await openEmbeddedStore({ dataDir: directory, disk: unsyncedDisk });
  expect(await leftovers(directory)).toEqual([]);
  const stored = await store.list('shop');
  for (const { manifest, problem } of stored) {
    expect(problem).toBeUndefined();
    const { rows } = await store.open('shop', manifest.version);
    expect(rows).toEqual((manifest.version === 'old' ? old : fresh).rows);
  }
  const active = await store.active('shop');
  expect(['old', 'fresh']).toContain(active?.version);
  expect(stored.map(({ manifest }) => manifest.version)).toContain(active?.version);
  // A switch that was made is written down at the latest by the next start, and one that was not never is.
  expect((await store.onceActive('shop'))[0]).toBe(active?.version);
  return store;
}

/** The changing steps that an operation takes when nothing fails. */
async function stepsOf(operate: (store: VersionStore) => Promise<unknown>): Promise<readonly string[]> {
  const { disk, steps } = faultyDisk(0, 'EIO');
  await operate(await openEmbeddedStore({ dataDir: await withOldActive('counted'), disk }));
  return steps;
}

const failures: readonly Failure[] = ['ENOSPC', 'EIO', 'kill', 'power cut'];

describe.each(failures)('%s', (failure) => {
  /** Fails at each step in turn, and looks at the store as it is and after a restart. */
  async function atEachStep(
    operate: (store: VersionStore) => Promise<unknown>,
    look: (directory: string, failed: boolean) => Promise<void>,
  ) {
    const { length } = await stepsOf(operate);
    for (let failAt = 1; failAt <= length; failAt += 1) {
      const directory = await withOldActive(`at-${failAt}`);
      const { disk } = faultyDisk(failAt, failure);
      const failed = await openEmbeddedStore({ dataDir: directory, disk })
        .then(operate)
        .then(
          () => false,
          () => true,
        );
      await look(directory, failed);
    }
  }

  test('at any step of writing a version leaves the old one, and the new one whole or not at all', async () => {
    await atEachStep(
      (store) => store.write(fresh),
      async (directory, failed) => {
        const store = await expectWholeStore(directory);
        expect(await store.active('shop')).toMatchObject({ version: 'old' });
        const versions = (await store.list('shop')).map(({ manifest }) => manifest.version);
        if (!failed) expect(versions).toContain('fresh');
        // A process that lives on takes back what it could not finish.
        if (failed && (failure === 'ENOSPC' || failure === 'EIO')) expect(versions).toEqual(['old']);
        await store.write(fresh);
        await expect(store.open('shop', 'fresh')).resolves.toBeDefined();
      },
    );
  });

  test('at any step of switching leaves the pointer at the old version or the new one', async () => {
    await atEachStep(
      async (store) => {
        await store.write(fresh);
        await store.activate('shop', 'fresh');
      },
      async (directory) => {
        await expectWholeStore(directory);
      },
    );
  });

  test('at any step of removing a version leaves it whole or gone', async () => {
    await atEachStep(
      async (store) => {
        await store.write(fresh);
        await store.remove('shop', 'fresh');
      },
      async (directory) => {
        const store = await expectWholeStore(directory);
        expect(await store.active('shop')).toMatchObject({ version: 'old' });
      },
    );
  });

  test('at any step of setting a version aside leaves it in its place or aside, never lost', async () => {
    // The old version is set aside: it is whole from the start, so it must be somewhere at the end of every run.
    await atEachStep(
      async (store) => {
        await store.write(fresh);
        await store.activate('shop', 'fresh');
        await store.setAside('shop', 'old', 'planted');
      },
      async (directory) => {
        const store = await expectWholeStore(directory);
        const inPlace = (await store.list('shop')).filter(({ manifest }) => manifest.version === 'old');
        const aside = await readdir(join(directory, 'corpora/shop/set-aside')).catch(() => []);
        expect(inPlace.length + aside.length).toBe(1);
      },
    );
  });
});

test('what was confirmed lasts through a power cut', async () => {
  const directory = join(dataDir, 'lasting');
  await mkdir(directory);
  const afterCut = async (operate: (store: VersionStore) => Promise<unknown>): Promise<VersionStore> => {
    const { disk, cutPower } = faultyDisk(0, 'power cut');
    await operate(await openEmbeddedStore({ dataDir: directory, disk }));
    await cutPower();
    return openEmbeddedStore({ dataDir: directory, disk: unsyncedDisk });
  };
  const versionsIn = async (store: VersionStore) => (await store.list('shop')).map(({ manifest, problem }) => problem ?? manifest.version);
  const written = await afterCut((store) => store.write(old));
  expect((await written.open('shop', 'old')).rows).toEqual(old.rows);
  const switched = await afterCut(async (store) => {
    await store.write(fresh);
    await store.activate('shop', 'fresh');
  });
  expect(await switched.active('shop')).toMatchObject({ version: 'fresh' });
  expect((await switched.open('shop', 'fresh')).rows).toEqual(fresh.rows);
  const aside = await afterCut((store) => store.setAside('shop', 'old', 'planted'));
  expect([await versionsIn(aside), await readdir(join(directory, 'corpora/shop/set-aside'))]).toEqual([['fresh'], [expect.any(String)]]);
  await (await openEmbeddedStore({ dataDir: directory })).write(old);
  expect(await versionsIn(await afterCut((store) => store.remove('shop', 'old')))).toEqual(['fresh']);
});

test('two who write the same version at once leave one, and nothing that is called damaged', async () => {
  const store = await openEmbeddedStore({ dataDir, disk: unsyncedDisk });
  await Promise.all([store.write(fresh), store.write(fresh)]);
  expect((await store.open('shop', 'fresh')).rows).toEqual(fresh.rows);
  expect(await readdir(join(dataDir, 'corpora/shop'))).toEqual(['versions']);
});

test('a version that is activated and removed at once stays or was never active', async () => {
  const store = await openEmbeddedStore({ dataDir: await withOldActive('both'), disk: unsyncedDisk });
  await store.write(fresh);
  const [activated, removed] = await Promise.allSettled([store.activate('shop', 'fresh'), store.remove('shop', 'fresh')]);
  expect([activated.status, removed.status]).toEqual(['fulfilled', 'rejected']);
  expect(await store.active('shop')).toMatchObject({ version: 'fresh' });
  await expect(store.open('shop', 'fresh')).resolves.toBeDefined();
});

test('a switch that cannot be written down is made, said, and written down by the next start', async () => {
  const directory = await withOldActive('unwritten');
  const problems: string[] = [];
  const rename: typeof unsyncedDisk.rename = (from, to) =>
    to.endsWith('activated.json')
      ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
      : unsyncedDisk.rename(from, to);
  const disk = { ...unsyncedDisk, rename };
  const store = await openEmbeddedStore({ dataDir: directory, disk, onProblem: (problem) => void problems.push(problem) });
  await store.write(fresh);
  expect(await store.activate('shop', 'fresh')).toMatchObject({ version: 'fresh', previous: 'old' });
  expect(problems).toEqual([expect.stringMatching(/fresh.*activated\.json.*ENOSPC/u)]);
  expect(await store.onceActive('shop')).toEqual(['old']);
  const again = await expectWholeStore(directory);
  expect(await again.onceActive('shop')).toEqual(['fresh', 'old']);
});

test('what can be tidied up later fails nothing: the rest of a removed version, and the note beside one that was set aside', async () => {
  const directory = await withOldActive('tidy');
  const no = () => Promise.reject(Object.assign(new Error('planted'), { code: 'EIO' }));
  const store = await openEmbeddedStore({ dataDir: directory, disk: unsyncedDisk });
  await store.write(fresh);
  const failing = await openEmbeddedStore({ dataDir: directory, disk: { ...unsyncedDisk, removeTree: no, createFile: no } });
  await failing.remove('shop', 'fresh');
  await failing.setAside('shop', 'old', 'planted');
  expect([await failing.list('shop'), await readdir(join(directory, 'corpora/shop/set-aside'))]).toEqual([[], [expect.any(String)]]);
  await openEmbeddedStore({ dataDir: directory, disk: unsyncedDisk });
  expect(await leftovers(directory)).toEqual([]);
});

test('a store that is opened to read makes nothing and sweeps nothing', async () => {
  const directory = await withOldActive('read');
  await mkdir(join(directory, 'corpora/shop/versions/.staging-of-its-owner'));
  const store = await openEmbeddedStore({ dataDir: directory, readOnly: true });
  expect((await store.open('shop', 'old')).rows).toEqual(old.rows);
  expect(await leftovers(directory)).toHaveLength(1);
  expect(await (await openEmbeddedStore({ dataDir: join(dataDir, 'none'), readOnly: true })).corpora()).toEqual([]);
  await expect(readdir(join(dataDir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(['ENOSPC', 'EDQUOT'])(
  'a full disk (%s) is resource_exhausted, says so, and leaves no half-written folder even before a restart',
  async (code) => {
    const directory = await withOldActive('full');
    const { disk } = faultyDisk(0, 'ENOSPC');
    const full = Object.assign(new Error('no space'), { code });
    const createFile: typeof disk.createFile = async (path) => ({ ...(await disk.createFile(path)), write: () => Promise.reject(full) });
    const store = await openEmbeddedStore({ dataDir: directory, disk: { ...disk, createFile } });
    await expect(store.write(fresh)).rejects.toMatchObject({ code: 'resource_exhausted', reason: 'DISK_FULL', cause: full });
    expect(await leftovers(directory)).toEqual([]);
    expect((await store.list('shop')).map(({ manifest }) => manifest.version)).toEqual(['old']);
  },
);

test('a write aborted in the middle leaves nothing behind', async () => {
  const directory = await withOldActive('aborted');
  const { length } = await stepsOf((store) => store.write(fresh));
  for (let abortAt = 1; abortAt < length; abortAt += 1) {
    const controller = new AbortController();
    let taken = 0;
    const { disk } = faultyDisk(0, 'EIO');
    const createFile: typeof disk.createFile = (path) => {
      taken += 1;
      if (taken === abortAt) controller.abort();
      return disk.createFile(path);
    };
    const store = await openEmbeddedStore({ dataDir: directory, disk: { ...disk, createFile } });
    const outcome = await store.write(fresh, controller.signal).then(
      () => 'written',
      (error) => error.code,
    );
    if (!controller.signal.aborted) break;
    expect(outcome).toBe('cancelled');
    expect(await leftovers(directory)).toEqual([]);
    expect((await store.list('shop')).map(({ manifest }) => manifest.version)).toEqual(['old']);
  }
});
