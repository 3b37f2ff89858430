/** What a container image holds, laid out in a temporary folder, and programs run from there as the image would run them. */
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Stats } from 'node:fs';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { root } from '../../scripts/checkout.ts';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Nothing of this machine's but the way to Node and to the system's own programs (env, bash). */
const BARE_ENVIRONMENT = { PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':') };

/** Starts a program that sees `environment` and PATH, and no other variable. Its folder is the first argument's, as WORKDIR would be. */
export function startBare(
  cwd: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const [program = '', ...args] = command;
  return spawn(program, args, { cwd, env: { ...BARE_ENVIRONMENT, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program as {@link startBare} does and waits for its end. */
export async function runBare(...args: Parameters<typeof startBare>): Promise<ProgramEnd> {
  const child = startBare(...args);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

/** Every file and folder below `folder` by its relative path. */
export function treeOf(folder: string): ReadonlyMap<string, Stats> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), lstatSync(path)];
    }),
  );
}

/** An assembled image. */
export interface AssembledImage extends AsyncDisposable {
  /** What the image has under /app. */
  readonly app: string;
  /** What the script printed: sizes. */
  readonly printed: string;
  /** Empty folders beside it, for what a container would mount. */
  readonly data: string;
}

/**
 * Runs scripts/assemble-image.ts, which the Dockerfile runs. Far from the checkout, so that nothing that was left out is found above.
 * @throws Error where the script fails.
 */
export async function assembleImage(): Promise<AssembledImage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'faqmatch-image-')));
  // As strangers to the builder see it.
  chmodSync(folder, 0o755);
  const app = join(folder, 'app');
  const { code, out, err } = await runBare(root, [process.execPath, join(root, 'scripts', 'assemble-image.ts'), app]);
  if (code !== 0) throw new Error(`scripts/assemble-image.ts ended with ${code}: ${err}`);
  return { app, printed: out, data: join(folder, 'data'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
