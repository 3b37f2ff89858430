/** Compiles src into dist: `node scripts/build.ts [--if-stale]`. Prints on standard error only, since a command's output may follow. */
import { existsSync, globSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { cachePath, root, runTool } from './checkout.ts';

const stamp = join(root, 'dist', '.built');
const buildInfo = join(root, 'dist', '.tsbuildinfo');

/** Whether a source has no compiled file. */
function lacksOutputs(): boolean {
  return globSync('src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.d.ts') }).some(
    (source) => !existsSync(join(root, source.replace(/^src/, 'dist').replace(/\.ts$/, '.js'))),
  );
}

/** Whether something that dist is made of changed since the last whole build. Folders count too: their time tells of a removed file. */
function isStale(): boolean {
  if (!existsSync(stamp) || lacksOutputs()) return true;
  const builtAt = statSync(stamp).mtimeMs;
  const sources = ['src', ...globSync(['src/**', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'], { cwd: root })];
  return sources.some((path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0) > builtAt);
}

/** Removes compiled files whose source is gone: nothing else would, and they would still load. */
function prune(): void {
  for (const compiled of globSync('dist/**/*.js', { cwd: root })) {
    const source = join(root, 'src', compiled.slice('dist/'.length).replace(/\.js$/, '.ts'));
    if (existsSync(source)) continue;
    rmSync(join(root, compiled), { force: true });
    rmSync(join(root, `${compiled}.map`), { force: true });
  }
}

/** Compiles what changed. Returns the compiler's exit code; the stamp is written only after a clean run. */
async function build(): Promise<number> {
  // Without the outputs the compiler's memory of them is a lie: it would write nothing.
  if (!existsSync(stamp) || lacksOutputs()) rmSync(buildInfo, { force: true });
  rmSync(stamp, { force: true });
  const { code } = await runTool('tsc', ['-p', 'tsconfig.build.json'], { output: 'stderr' });
  prune();
  if (code === 0) writeFileSync(stamp, '');
  return code;
}

const onlyIfStale = process.argv.includes('--if-stale');
if (!onlyIfStale || isStale()) {
  // Two commands started at once must not write dist at once; the second finds it fresh and goes on.
  const release = await lock(root, { lockfilePath: cachePath('build.lock'), retries: { retries: 600, minTimeout: 100, maxTimeout: 200 } });
  try {
    process.exitCode = onlyIfStale && !isStale() ? 0 : await build();
  } finally {
    await release();
  }
}
