import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDataDir } from '../../../src/index/embedded/make-data-dir.ts';

test('parents are made too, and a directory that is there is left alone', async () => {
  const base = await mkdtemp(join(tmpdir(), 'faqmatch-data-dir-'));
  const deep = join(base, 'a', 'b', 'c');
  await makeDataDir(deep);
  await makeDataDir(deep);
  expect((await stat(deep)).isDirectory()).toBe(true);
  await rm(base, { recursive: true });
});

test.each([['/proc/no-such-folder/data'], ['FILE/data'], ['FILE']])('%s is refused in words, and at once', async (path) => {
  const base = await mkdtemp(join(tmpdir(), 'faqmatch-data-dir-'));
  await writeFile(join(base, 'FILE'), '');
  const directory = path.startsWith('/') ? path : join(base, path);
  await expect(makeDataDir(directory)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'DATA_DIR_UNUSABLE' });
  await rm(base, { recursive: true });
});
