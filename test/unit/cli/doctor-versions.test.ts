import { afterEach, expect, it } from 'vitest';
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
