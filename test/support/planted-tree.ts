/** Small source trees for testing the checks themselves: what is planted there must be found. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/checkout.ts';

/** A temporary folder; removed when disposed. */
export interface PlantedTree extends Disposable {
  /** Absolute path. */
  readonly folder: string;
}

/** How a tool ended in a planted tree. */
export interface PlantedRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes `files` (path to text) into a fresh folder outside the repository, so that no run can change the checkout. */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'faqmatch-planted-')));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs an installed tool the way `npm run` would, but in `folder`. */
export function runIn(folder: string, tool: string, args: readonly string[]): PlantedRun {
  const result = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}` },
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}
