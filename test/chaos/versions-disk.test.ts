/** Reloads on a disk that fails at each of its steps in turn. */
import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuildLanes } from '../../src/versions/build-lanes.ts';
import { CHATTER, DELIVERY, faqFile } from '../support/faq-source.ts';
import { type Failure, faultyDisk } from '../support/faulty-disk.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../support/versions-on-disk.ts';

const FILES = faqFile(DELIVERY, CHATTER);
const MORE = faqFile([...DELIVERY, { id: 'new', questions: ['something new'] }], CHATTER);

/** One pair of threads for all tries: starting threads is most of a small reload's time. */
const lanes = openBuildLanes();
/** A data folder with one version, copied for each try, so that only the second reload is under test. */
let prepared: string;
let first: string;
/** Steps on the disk from opening to the end of the second reload. */
let steps: number;

beforeAll(async () => {
  prepared = await temporaryFolder();
  {
    await using server = await openVersionsOnDisk({ dataDir: prepared, lanes });
    first = (await server.versions.reload('shop', FILES)).version;
    // Its texts are in the cache from here on: no try encodes.
    await server.versions.reload('other', MORE);
  }
  const dataDir = await temporaryFolder();
  await cp(prepared, dataDir, { recursive: true });
  const healthy = faultyDisk(0, 'ENOSPC');
  {
    await using server = await openVersionsOnDisk({ dataDir, disk: healthy.disk, lanes });
    await server.versions.restore();
    await server.versions.reload('shop', MORE);
  }
  steps = healthy.steps.length;
  await removeFolder(dataDir);
});

afterAll(async () => {
  await lanes.close();
  await removeFolder(prepared);
});

async function tryAt(step: number, failure: Failure): Promise<void> {
  const dataDir = await temporaryFolder();
  await cp(prepared, dataDir, { recursive: true });
  const faulty = faultyDisk(step, failure);
  let second: string | undefined;
  {
    await using server = await openVersionsOnDisk({ dataDir, disk: faulty.disk, lanes });
    await server.versions.restore();
    try {
      second = (await server.versions.reload('shop', MORE)).version;
    } catch (error) {
      expect(error).toMatchObject({ name: 'FaqError' });
      if (failure === 'ENOSPC') expect(error).toMatchObject({ code: 'resource_exhausted' });
      // What matches read has not changed, whether or not the disk is whole.
      expect(server.versions.active('shop')?.version).toBe(first);
      if (failure === 'ENOSPC') expect(await server.folders('shop')).toEqual([first]);
    }
  }
  await using server = await openVersionsOnDisk({ dataDir, lanes });
  expect(await server.versions.restore()).toEqual([]);
  const active = server.versions.active('shop')?.version;
  expect([first, ...(await server.folders('shop'))]).toContain(active);
  if (second !== undefined) expect(active).toBe(second);
  expect(await server.versions.reload('shop', MORE)).toMatchObject({ encoded: 0, activated: true });
  expect(server.encoder.encoded).toEqual([]);
  await removeFolder(dataDir);
}

describe('a reload on a failing disk', () => {
  it('leaves the active version and nothing else when the disk is full at any step', { timeout: 120_000 }, async () => {
    expect(steps).toBeGreaterThan(8);
    // The first step opens the store, which is refused whole.
    for (let step = 2; step <= steps; step += 1) await tryAt(step, 'ENOSPC');
  });

  it('comes back with a whole version when killed at any step', { timeout: 120_000 }, async () => {
    for (let step = 2; step <= steps; step += 1) await tryAt(step, 'power cut');
  });
});
