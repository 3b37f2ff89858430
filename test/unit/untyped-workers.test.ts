import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { root } from '../../scripts/checkout.ts';

/** Loads a script as a thread would, and says which of Node's own modules it took for that. */
const LOAD = `
import { parentPort, workerData } from 'node:worker_threads';
await import(workerData.script).catch(() => undefined);
parentPort.postMessage(process.moduleLoadList);`;

const scripts = globSync('src/**/*-worker.ts', { cwd: root });

it('knows the scripts of threads', () => {
  expect(scripts.length).toBeGreaterThan(4);
});

it.each(scripts)('a thread of a test strips no types, which Node does with WebAssembly: %s', async (script) => {
  const workerData = { script: pathToFileURL(join(root, script)).href };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(LOAD)}`), { workerData });
  const loaded = await new Promise<readonly string[]>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  expect(loaded.some((name) => name.includes('internal/modules/typescript'))).toBe(true);
  expect(loaded.filter((name) => name.includes('amaro'))).toEqual([]);
});
