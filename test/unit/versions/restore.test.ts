import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../../../src/index/embedded/disk.ts';
import type { BuildLanes } from '../../../src/versions/build-lanes.ts';
import { createFakeEncoder } from '../../support/fake-encoder.ts';
import { CHATTER, DELIVERY, faqFile } from '../../support/faq-source.ts';
import { unsyncedDisk } from '../../support/faulty-disk.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../../support/versions-on-disk.ts';

const FILES = faqFile(DELIVERY, CHATTER);
const MORE = faqFile([...DELIVERY, { id: 'new', questions: ['something new'] }], CHATTER);

const THIRD = faqFile([...DELIVERY, { id: 'third', questions: ['something else altogether'] }], CHATTER);

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(() => removeFolder(dataDir));

/** Loads the files one after another and closes. @returns the versions. */
async function loadAndClose(...loads: readonly (readonly Parameters<typeof faqFile>[0][] | typeof FILES)[]): Promise<string[]> {
  await using server = await openVersionsOnDisk({ dataDir });
  const versions: string[] = [];
  for (const files of loads) versions.push((await server.versions.reload('shop', files as typeof FILES)).version);
  return versions;
}

function fileOf(version: string, name: string): string {
  return join(dataDir, 'corpora', 'shop', 'versions', version, name);
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const place = Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 0x55;
  await writeFile(path, bytes);
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('restoring at start', () => {
  it('brings active versions back without encoding', async () => {
    const [version] = await loadAndClose(FILES);
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toEqual([]);
    expect(server.versions.active('shop')?.version).toBe(version);
    expect(server.versions.status()[0]?.activatedAt).toBeInstanceOf(Date);
    expect(server.encoder.encoded).toEqual([]);
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ unchanged: true, encoded: 0 });
  });

  it('restores an empty folder to no corpora', async () => {
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toEqual([]);
    expect(server.versions.status()).toEqual([]);
  });

  it('knows a corpus that was staged only', async () => {
    {
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.reload('shop', FILES, { stageOnly: true });
    }
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toEqual([]);
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ reason: 'NO_ACTIVE_VERSION' });
  });

  it('sets a version with a flipped byte aside, whichever file it is in, and falls back to the one before', async () => {
    const [first, second = ''] = await loadAndClose(FILES, MORE);
    const damaged = (await filesUnder(fileOf(second, ''))).length;
    expect(damaged).toBeGreaterThan(3);
    for (let number = 0; number < damaged; number += 1) {
      const path = (await filesUnder(fileOf(second, '')))[number] ?? '';
      await flipByte(path);
      {
        await using server = await openVersionsOnDisk({ dataDir });
        const reports = await server.versions.restore();
        expect(reports).toMatchObject([{ corpus: 'shop', version: second }]);
        expect(reports[0]?.problem).toContain('set aside');
        expect(server.versions.active('shop')?.version).toBe(first);
        expect(server.encoder.encoded).toEqual([]);
        // Building it again costs no encoding, and makes it active for the next round.
        expect(await server.versions.reload('shop', MORE)).toMatchObject({ version: second, encoded: 0, unchanged: false });
      }
    }
    expect(await readdir(join(dataDir, 'corpora', 'shop', 'set-aside'))).toHaveLength(damaged);
  });

  it('finds the stand-in active at the start after that', async () => {
    const [first, second = ''] = await loadAndClose(FILES, MORE);
    await rm(fileOf(second, 'manifest.json'));
    for (const reports of [1, 0]) {
      await using server = await openVersionsOnDisk({ dataDir });
      expect(await server.versions.restore()).toHaveLength(reports);
      expect(server.versions.active('shop')?.version).toBe(first);
    }
  });

  it('takes no version for a stand-in that was staged and never active', async () => {
    const [version = ''] = await loadAndClose(FILES);
    {
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      await server.versions.reload('shop', MORE, { stageOnly: true });
    }
    await flipByte(fileOf(version, 'vectors.f32'));
    await using server = await openVersionsOnDisk({ dataDir });
    const problem = expect.stringContaining('faqmatch activate shop <version>');
    expect(await server.versions.restore()).toMatchObject([{ version }, { version: '', problem }]);
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ reason: 'NO_ACTIVE_VERSION', message: problem });
    expect(await server.versions.list('shop')).toHaveLength(1);
  });

  it('has nothing active when the only version is damaged, and says so', async () => {
    const [version = ''] = await loadAndClose(FILES);
    await flipByte(fileOf(version, 'vectors.f32'));
    await using server = await openVersionsOnDisk({ dataDir });
    const problem = expect.stringContaining('Reload the corpus');
    expect(await server.versions.restore()).toMatchObject([{ version }, { version: '', problem }]);
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ code: 'failed_precondition', message: problem });
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ activated: true, encoded: 0, unchanged: false });
  });

  it('sets a damaged version aside that is not active', async () => {
    const [first = '', second] = await loadAndClose(FILES, MORE);
    await truncate(fileOf(first, 'vectors.f32'), 10);
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toMatchObject([{ version: first }]);
    expect(server.versions.active('shop')?.version).toBe(second);
    await expect(server.versions.rollback('shop', undefined)).rejects.toMatchObject({ reason: 'NO_PREVIOUS_VERSION' });
  });

  it.each([
    ['an inactive version', 0, 'manifest.json'],
    ['the active version', 1, 'vectors.f32'],
  ])('moves and changes nothing for a passing lack of file handles: %s', async (_, place, name) => {
    const versions = await loadAndClose(FILES, MORE);
    const path = fileOf(versions[place] ?? '', name);
    const read: Disk['read'] = (file) =>
      file === path ? Promise.reject(Object.assign(new Error('planted'), { code: 'EMFILE' })) : unsyncedDisk.read(file);
    {
      await using server = await openVersionsOnDisk({ dataDir, disk: { ...unsyncedDisk, read } });
      const reports = await server.versions.restore();
      expect(reports).toMatchObject([{ version: versions[place], problem: expect.stringContaining('EMFILE') }]);
      // Until the next start the one before stands in.
      expect(server.versions.active('shop')?.version).toBe(versions[1 - place]);
    }
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toEqual([]);
    expect(server.versions.active('shop')?.version).toBe(versions[1]);
    expect(await server.versions.list('shop')).toHaveLength(2);
  });

  describe('with a damaged active.json', () => {
    const pathOf = (name: string): string => join(dataDir, 'corpora', 'shop', name);
    const names = (version: string): string =>
      JSON.stringify({ version, previous: null, activatedAt: new Date('2100-01-01').toISOString() });
    const DAMAGED: readonly (readonly [string, string])[] = [
      ['empty', ''],
      ['cut off', '{"vers'],
      ['garbage', '\u0000\u0001\u0002'],
      ['of a version that is not there', names('v-0000000000000000')],
    ];

    /** Two versions that were active, and a third that was only staged. */
    async function stagedOnTop(): Promise<{ readonly first: string; readonly second: string; readonly staged: string }> {
      const [first = '', second = ''] = await loadAndClose(FILES, MORE);
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      const { version } = await server.versions.reload('shop', THIRD, { stageOnly: true });
      return { first, second, staged: version };
    }

    it.each(DAMAGED)('%s: what was active last is active again and stays so, never what was only staged', async (_, text) => {
      const { second } = await stagedOnTop();
      await writeFile(pathOf('active.json'), text);
      for (const reports of [1, 0]) {
        await using server = await openVersionsOnDisk({ dataDir });
        expect(await server.versions.restore()).toHaveLength(reports);
        expect(server.versions.active('shop')?.version).toBe(second);
        expect(await server.versions.list('shop')).toHaveLength(3);
      }
    });

    it('knows what a rollback goes to when it is written anew', async () => {
      const { first } = await stagedOnTop();
      await writeFile(pathOf('active.json'), '');
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      expect(await server.versions.rollback('shop', undefined)).toMatchObject({ version: first });
    });

    it('takes what was activated last, not what was built last', async () => {
      const [first = ''] = await loadAndClose(FILES, MORE);
      {
        await using server = await openVersionsOnDisk({ dataDir });
        await server.versions.restore();
        await server.versions.rollback('shop', undefined);
      }
      await writeFile(pathOf('active.json'), '');
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      expect(server.versions.active('shop')?.version).toBe(first);
    });

    it('takes one that was active earlier where the last is damaged as well', async () => {
      const { first, second } = await stagedOnTop();
      await writeFile(pathOf('active.json'), '');
      await flipByte(fileOf(second, 'vectors.f32'));
      await using server = await openVersionsOnDisk({ dataDir });
      expect(await server.versions.restore()).toMatchObject([{ version: '' }, { version: second }]);
      expect(server.versions.active('shop')?.version).toBe(first);
    });

    it('takes no staged version where none that was active is left, and says how to activate one', async () => {
      const { first, second, staged } = await stagedOnTop();
      await writeFile(pathOf('active.json'), '');
      for (const version of [first, second]) await rm(fileOf(version, ''), { recursive: true });
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      const refused = { reason: 'NO_ACTIVE_VERSION', message: expect.stringMatching(new RegExp(`faqmatch activate shop.*${staged}`, 'u')) };
      await expect(server.versions.acquire('shop')).rejects.toMatchObject(refused);
      expect(await server.versions.activate('shop', staged)).toMatchObject({ version: staged });
      expect((await server.versions.acquire('shop')).version).toBe(staged);
    });

    it('knows what was active once it was started on a folder of a release that kept no list', async () => {
      const { second } = await stagedOnTop();
      await rm(pathOf('activated.json'));
      {
        await using server = await openVersionsOnDisk({ dataDir });
        expect(await server.versions.restore()).toEqual([]);
        expect(server.versions.active('shop')?.version).toBe(second);
      }
      await writeFile(pathOf('active.json'), '');
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      expect(server.versions.active('shop')?.version).toBe(second);
    });

    it('takes the only version there is where no list was kept, and of several none', async () => {
      const [only] = await loadAndClose(FILES);
      const forget = async (): Promise<void> => {
        await rm(pathOf('activated.json'));
        await writeFile(pathOf('active.json'), '');
      };
      await forget();
      {
        await using server = await openVersionsOnDisk({ dataDir });
        await server.versions.restore();
        expect(server.versions.active('shop')?.version).toBe(only);
        await server.versions.reload('shop', MORE, { stageOnly: true });
      }
      await forget();
      await using server = await openVersionsOnDisk({ dataDir });
      expect(await server.versions.restore()).toHaveLength(2);
      await expect(server.versions.acquire('shop')).rejects.toMatchObject({ reason: 'NO_ACTIVE_VERSION' });
    });

    it('is no worse off for a damaged activated.json', async () => {
      const { second } = await stagedOnTop();
      await writeFile(pathOf('activated.json'), '{"lastFirst":["../x"]}');
      {
        await using server = await openVersionsOnDisk({ dataDir });
        expect(await server.versions.restore()).toEqual([]);
      }
      await writeFile(pathOf('active.json'), '');
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      expect(server.versions.active('shop')?.version).toBe(second);
    });
  });

  it('takes no staged version for one that was active where both that were are damaged', async () => {
    const versions = await loadAndClose(FILES);
    {
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      // Staged before the switch that follows, so that its age says nothing.
      await server.versions.reload('shop', THIRD, { stageOnly: true });
      versions.push((await server.versions.reload('shop', MORE)).version);
    }
    for (const version of versions) await flipByte(fileOf(version, 'vectors.f32'));
    await using server = await openVersionsOnDisk({ dataDir });
    await server.versions.restore();
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ reason: 'NO_ACTIVE_VERSION' });
  });

  it('builds a version again whose folder was damaged while the server ran', async () => {
    await using server = await openVersionsOnDisk({ dataDir });
    const { version } = await server.versions.reload('shop', FILES);
    await flipByte(fileOf(version, 'vectors.f32'));
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ version, unchanged: false, encoded: 0, activated: true });
    expect(server.problems.join()).toContain('set aside');
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ unchanged: true });
  });

  it('keeps versions of another model stored, unused, until the corpus is reloaded', async () => {
    const [old = ''] = await loadAndClose(FILES);
    await using server = await openVersionsOnDisk({ dataDir, encoder: createFakeEncoder({ digest: 'sha256:other' }) });
    expect(await server.versions.restore()).toMatchObject([{ version: old, problem: expect.stringContaining('sha256:other') }]);
    const refused = { code: 'failed_precondition', reason: 'MODEL_MISMATCH' };
    await expect(server.versions.acquire('shop')).rejects.toMatchObject(refused);
    await expect(server.versions.activate('shop', old)).rejects.toMatchObject(refused);
    expect((await server.versions.list('shop'))[0]).toMatchObject({
      version: old,
      active: false,
      problem: expect.stringContaining('model'),
    });
    const result = await server.versions.reload('shop', MORE);
    expect(result).toMatchObject({ encoded: 12, reused: 0, removed: 0, previousVersion: old, activated: true });
    await expect(server.versions.rollback('shop', undefined)).rejects.toMatchObject(refused);
    expect(server.versions.active('shop')?.version).toBe(result.version);
  });

  it('counts what a reload takes away of a version that another model built', async () => {
    await loadAndClose(MORE);
    await using server = await openVersionsOnDisk({ dataDir, encoder: createFakeEncoder({ digest: 'sha256:other' }) });
    await server.versions.restore();
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ removed: 1, activated: true });
  });

  it('refuses a version that another release built, without calling it damaged', async () => {
    const { loadVersion } = await import('../../../src/versions/loaded-version.ts');
    const [version = ''] = await loadAndClose(FILES);
    await using server = await openVersionsOnDisk({ dataDir });
    const open = await server.store.open('shop', version);
    const other = Buffer.from(JSON.stringify({ scorerFormat: 0, rowFormat: 1 }));
    const changed = { ...open, artifact: async (name: string) => (name === 'build.json' ? other : open.artifact(name)) };
    await expect(loadVersion(changed)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'VERSION_FORMAT' });
  });

  describe('a version that another release built', () => {
    const OUTDATED = 'v-0000000000000001';

    /** Puts an active version of another form in the place of the one that is stored. @param changes artifacts that differ beside the form. */
    async function outdate(version: string, changes: Readonly<Record<string, Uint8Array>> = {}): Promise<void> {
      await using server = await openVersionsOnDisk({ dataDir });
      const { manifest, rows, artifactNames, artifact } = await server.store.open('shop', version);
      const stored = await Promise.all(artifactNames.map(async (name): Promise<[string, Uint8Array]> => [name, await artifact(name)]));
      const build = Buffer.from(JSON.stringify({ scorerFormat: 0, rowFormat: 1 }));
      const artifacts = new Map<string, Uint8Array>([...stored, ['build.json', build], ...Object.entries(changes)]);
      const vectors = await server.encoder.encodeAll(rows.map(({ text }) => text));
      await server.store.write({ manifest: { ...manifest, version: OUTDATED }, rows, vectors, artifacts });
      await server.store.activate('shop', OUTDATED);
      await server.store.remove('shop', version);
    }

    it('is built anew at start from the content that it holds, encoding nothing, as a reload of its files would', async () => {
      const [version = ''] = await loadAndClose(FILES);
      await outdate(version);
      await using server = await openVersionsOnDisk({ dataDir });
      const reports = await server.versions.restore();
      expect(reports).toMatchObject([{ corpus: 'shop', version: OUTDATED, builtAnewAs: version }]);
      expect(server.encoder.encoded).toEqual([]);
      expect(server.versions.active('shop')?.version).toBe(version);
      expect(await server.versions.reload('shop', FILES)).toMatchObject({ unchanged: true, version });
      expect((await server.versions.list('shop')).map((each) => each.version).sort()).toEqual([OUTDATED, version].sort());
    });

    it('is built once, and found at the next start', async () => {
      const [version = ''] = await loadAndClose(FILES);
      await outdate(version);
      for (const reports of [1, 0]) {
        await using server = await openVersionsOnDisk({ dataDir });
        expect(await server.versions.restore()).toHaveLength(reports);
        expect(server.versions.active('shop')?.version).toBe(version);
      }
    });

    it('stays as it is where its content cannot be read, and the report says so', async () => {
      const [version = ''] = await loadAndClose(FILES);
      await outdate(version, { 'corpus.json': Buffer.from('{"form":99}') });
      await using server = await openVersionsOnDisk({ dataDir });
      const [report] = await server.versions.restore();
      expect(report).toMatchObject({ version: OUTDATED, problem: expect.stringMatching(/another release.*Building it anew.*failed/u) });
      await expect(server.versions.acquire('shop')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'VERSION_FORMAT' });
      expect(await server.versions.reload('shop', FILES)).toMatchObject({ activated: true, previousVersion: OUTDATED });
    });

    it('is given up where the versions are closed meanwhile, and built at the next start', async () => {
      const [version = ''] = await loadAndClose(FILES);
      await outdate(version);
      const [began, unused] = [Promise.withResolvers<void>(), async () => Promise.reject(new Error('not asked for'))];
      const fit: BuildLanes['fit'] = (_, { signal }) => {
        began.resolve();
        return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      };
      {
        await using server = await openVersionsOnDisk({ dataDir, lanes: { fit, parse: unused, close: async () => undefined } });
        const restored = server.versions.restore();
        await began.promise;
        await server.versions.close();
        await expect(restored).rejects.toThrow('shutting down');
        expect(await server.folders('shop')).toEqual([OUTDATED]);
      }
      await using server = await openVersionsOnDisk({ dataDir });
      await server.versions.restore();
      expect(server.versions.active('shop')?.version).toBe(version);
    });

    it('of another model, too, waits for a reload', async () => {
      const [version = ''] = await loadAndClose(FILES);
      await outdate(version);
      await using server = await openVersionsOnDisk({ dataDir, encoder: createFakeEncoder({ digest: 'sha256:other' }) });
      expect(await server.versions.restore()).toMatchObject([{ version: OUTDATED, problem: expect.stringContaining('sha256:other') }]);
      expect(server.encoder.encoded).toEqual([]);
      expect(server.versions.active('shop')).toBeUndefined();
    });
  });

  it('ignores a file that does not belong to the store', async () => {
    const [version] = await loadAndClose(FILES);
    await appendFile(join(dataDir, 'corpora', 'shop', 'notes.txt'), 'hello');
    await using server = await openVersionsOnDisk({ dataDir });
    expect(await server.versions.restore()).toEqual([]);
    expect(server.versions.active('shop')?.version).toBe(version);
  });
});
