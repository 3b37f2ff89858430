import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkVersions } from '../../../src/cli/doctor-versions.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { lockDataDir } from '../../../src/index/embedded/data-dir-lock.ts';
import { DELIVERY, faqFile } from '../../support/faq-source.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../../support/versions-on-disk.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await removeFolder(folder);
});

const configOf = (dataDir: string) => loadConfig({ environment: {}, flags: { dataDir } }).config;

it('says whether the model built the active versions, of one in use too, and nothing of an empty directory', async () => {
  const dataDir = await temporaryFolder();
  folders.push(dataDir);
  expect(await checkVersions(configOf(dataDir), 'sha256:any')).toEqual([]);
  const server = await openVersionsOnDisk({ dataDir });
  await server.versions.reload('shop', faqFile(DELIVERY));
  const { digest } = server.encoder.info;
  await server.versions.close();
  const lock = await lockDataDir(dataDir);
  const fine = [expect.objectContaining({ name: 'versions', state: 'ok', detail: expect.stringContaining('1 corpus') })];
  expect(await checkVersions(configOf(dataDir), digest)).toEqual(fine);
  await lock.release();
  expect(await checkVersions(configOf(dataDir), digest)).toEqual(fine);
  expect(await checkVersions(configOf(dataDir), 'sha256:other')).toEqual([
    expect.objectContaining({
      name: 'versions',
      state: 'warn',
      detail: expect.stringContaining('shop'),
      next: expect.stringContaining('reload'),
    }),
  ]);
});

describe('a damaged mark of the active version', () => {
  const damage = (dataDir: string): Promise<void> => writeFile(join(dataDir, 'corpora', 'shop', 'active.json'), '');

  it('is told with the version that a start takes instead', async () => {
    const dataDir = await temporaryFolder();
    folders.push(dataDir);
    const server = await openVersionsOnDisk({ dataDir });
    const { version } = await server.versions.reload('shop', faqFile(DELIVERY));
    await server.versions.reload('shop', faqFile(DELIVERY.slice(1)), { stageOnly: true });
    await server.versions.reload('bank', faqFile(DELIVERY));
    const { digest } = server.encoder.info;
    await server.versions.close();
    await damage(dataDir);
    expect(await checkVersions(configOf(dataDir), digest)).toMatchObject([
      { state: 'warn', detail: expect.stringMatching(/shop.*active\.json/u), next: expect.stringContaining(`A start takes ${version}`) },
      { state: 'ok', detail: expect.stringContaining('1 corpus') },
    ]);
  });

  it('is told with what to do where no stored version is known to have been active', async () => {
    const dataDir = await temporaryFolder();
    folders.push(dataDir);
    const server = await openVersionsOnDisk({ dataDir });
    for (const rows of [DELIVERY, DELIVERY.slice(1)]) await server.versions.reload('shop', faqFile(rows), { stageOnly: true });
    await server.versions.close();
    await damage(dataDir);
    expect(await checkVersions(configOf(dataDir), 'sha256:any')).toMatchObject([
      { state: 'warn', next: expect.stringContaining('activate one by name') },
    ]);
  });

  it('that names a version which is not there is told, too', async () => {
    const dataDir = await temporaryFolder();
    folders.push(dataDir);
    const server = await openVersionsOnDisk({ dataDir });
    const { version } = await server.versions.reload('shop', faqFile(DELIVERY));
    await server.versions.close();
    await rm(join(dataDir, 'corpora', 'shop', 'versions', version), { recursive: true });
    expect(await checkVersions(configOf(dataDir), 'sha256:any')).toMatchObject([
      { state: 'warn', detail: expect.stringContaining(`${version} is not stored`), next: expect.stringContaining('reload the corpus') },
    ]);
  });
});
