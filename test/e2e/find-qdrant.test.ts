import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { plantTree } from '../support/planted-tree.ts';
import { findQdrant, NO_QDRANT, startQdrant } from '../support/qdrant-server.ts';

afterEach(() => vi.unstubAllEnvs());

/** A folder for PATH whose `qdrant` is this shell script. */
function plantProgram(script: string): Disposable & { readonly folder: string } {
  const tree = plantTree({ qdrant: `#!/bin/sh\n${script}\n` });
  chmodSync(join(tree.folder, 'qdrant'), 0o755);
  return tree;
}

describe('looking for a Qdrant server', () => {
  test('takes QDRANT_URL with its key first', () => {
    using tree = plantProgram('exit 0');
    vi.stubEnv('PATH', tree.folder);
    vi.stubEnv('QDRANT_URL', 'http://127.0.0.1:6333/');
    vi.stubEnv('QDRANT_API_KEY', 'some-key');
    expect(findQdrant()).toEqual({ kind: 'url', url: 'http://127.0.0.1:6333', apiKey: 'some-key' });
  });

  test('takes the program on PATH where QDRANT_URL is empty, and nothing that cannot be run', () => {
    using tree = plantProgram('exit 0');
    vi.stubEnv('QDRANT_URL', '');
    vi.stubEnv('PATH', `/nowhere:${tree.folder}`);
    expect(findQdrant()).toEqual({ kind: 'program', path: join(tree.folder, 'qdrant') });
    chmodSync(join(tree.folder, 'qdrant'), 0o644);
    expect(findQdrant()).toBeUndefined();
  });
});

describe('a qdrant program that does not come up', () => {
  const serverFolders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('faqmatch-qdrant-'));

  test('is reported with its last words, and leaves no folder', async () => {
    using tree = plantProgram('echo "cannot read the storage"; exit 3');
    const before = serverFolders();
    vi.stubEnv('PATH', `${tree.folder}:${process.env.PATH}`);
    await expect(startQdrant()).rejects.toThrow(/ended with 3 before it was ready[\s\S]*cannot read the storage/u);
    expect(serverFolders().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('is started again on other ports where the first ones were taken', async () => {
    using tree = plantProgram(
      'echo "$QDRANT__SERVICE__HTTP_PORT" >> "$(dirname "$0")/ports"; echo "Address already in use (os error 98)"; exit 1',
    );
    vi.stubEnv('PATH', `${tree.folder}:${process.env.PATH}`);
    await expect(startQdrant()).rejects.toThrow(/already in use/u);
    const { stdout } = spawnSync('sort', ['-u', join(tree.folder, 'ports')], { encoding: 'utf8' });
    expect(stdout.trim().split('\n').length).toBeGreaterThan(1);
  });
});

test('a run without a server skips the suites that take one, and says so in one line', { timeout: 120_000 }, () => {
  const files = ['test/e2e/qdrant-server.test.ts', 'test/e2e/qdrant-cluster.test.ts'];
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: { HOME: process.env.HOME, PATH: '' },
  });
  expect(status).toBe(0);
  const lines = stdout.split('\n').filter((line) => line.includes(NO_QDRANT));
  expect(lines).toEqual([expect.stringMatching(/^Skipped \d+: /u)]);
});
