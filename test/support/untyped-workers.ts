/**
 * Before any test: loads every worker script once, in a process of its own, so that Node keeps what is left of it without its types and threads find
 * it (NODE_COMPILE_CACHE). Node strips types with WebAssembly, and V8 aborts the process now and then where several threads hold WebAssembly
 * (nodejs/node#64500). What is built has no types to strip.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cachePath, root } from '../../scripts/checkout.ts';

/** Where Node keeps the scripts of the tests' threads. */
export const compileCache = cachePath('untyped');

/** A script that is no thread refuses or fails with its first line; what it imports was loaded by then. */
const LOAD_ALL = 'await Promise.allSettled(process.argv.slice(1).map((file) => import(file)))';

/** Called by vitest. */
export function setup(): void {
  const scripts = globSync(['src/**/*-worker.ts', 'test/support/*-worker.ts'], { cwd: root }).map((file) => join(root, file));
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', LOAD_ALL, ...scripts], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    encoding: 'utf8',
    timeout: 60_000,
  });
  const kept = readdirSync(compileCache, { recursive: true }).length;
  if (status !== 0 || kept < scripts.length)
    throw new Error(`Of ${scripts.length} worker scripts, Node kept ${kept} files (status ${status}): ${stderr}`);
}
