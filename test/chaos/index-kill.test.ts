import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { seededRandom } from '../support/index-oracle.ts';

const writer = fileURLToPath(new URL('../support/version-writing-process.ts', import.meta.url));

test.each([
  ['without graphs', 1_000, 120],
  // A graph takes its thread some tenths of a second: most of these kills come while it is built or saved.
  ['with graphs', 1, 900],
] as const)(
  'a process killed again and again while it writes, switches and removes versions %s always leaves a whole store',
  {
    timeout: 120_000,
  },
  async (_which, annFromRows, longestMs) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-kill-'));
    const random = seededRandom(11);
    let switches = 0;
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, [writer, dataDir, String(round), String(annFromRows)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await wait(random() * longestMs);
      child.kill('SIGKILL');
      await once(child, 'exit');

      const store = await openEmbeddedStore({ dataDir, annFromRows });
      const names = await readdir(dataDir, { recursive: true });
      expect(names.filter((name) => name.includes('.staging-'))).toEqual([]);
      const stored = await store.list('shop');
      for (const { manifest, problem } of stored) {
        expect(problem).toBeUndefined();
        expect((await store.open('shop', manifest.version)).index.method.kind).toBe(annFromRows === 1 ? 'hnsw' : 'exact');
      }
      const active = await store.active('shop');
      expect(stored.map(({ manifest }) => manifest.version)).toContain(active?.version);
      switches += stored.length;
    }
    // The writer gets somewhere between two kills, or this test would prove nothing.
    expect(switches).toBeGreaterThan(8);
    await rm(dataDir, { recursive: true, force: true });
  },
);
