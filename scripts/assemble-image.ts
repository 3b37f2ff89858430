/**
 * Writes everything that a container image holds beside its base into a folder: `node scripts/assemble-image.ts <folder>`.
 * The Dockerfile runs it, and test/deploy starts a server from the folder, so that what is tested is what is shipped. Needs `npm ci` and
 * `npm run build` first; asks no network. Prints how much of what went in.
 */
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { root } from './checkout.ts';
import type { ImagePlatform } from './image-contents.ts';
import { EXECUTABLE, IMAGE_PARTS, isLicence, isNeeded, isNeededOfPackage, NOT_LOADED } from './image-contents.ts';
import { productionPackages } from './production-packages.ts';

const thisPlatform: ImagePlatform = { platform: process.platform, arch: process.arch };

/** Files under a folder of the checkout, relative to it, with forward slashes. Packages nested in a package are not its own files. */
function filesUnder(folder: string): readonly string[] {
  return globSync('**', { cwd: join(root, folder), withFileTypes: true, exclude: (entry) => entry.name === 'node_modules' })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(root, folder).length + 1)
        .replaceAll(sep, '/'),
    );
}

function ownFiles(): readonly string[] {
  return IMAGE_PARTS.flatMap((part) =>
    statSync(join(root, part)).isDirectory() ? filesUnder(part).map((path) => `${part}/${path}`) : [part],
  ).filter(isNeeded);
}

function packageFiles(): readonly string[] {
  return productionPackages(root, new Set(NOT_LOADED.keys())).flatMap(({ name, folder }) => {
    const files = filesUnder(folder);
    const facts = { name, hasLicenceFile: files.some((path) => !path.includes('/') && isLicence(path)) };
    return files.filter((path) => isNeededOfPackage(path, facts, thisPlatform)).map((path) => `${folder}/${path}`);
  });
}

/**
 * Copies files to below `target` and returns their sizes in bytes by path. Modes depend neither on the builder's umask nor on the
 * checkout's: the image's user owns nothing and must be able to read.
 */
function place(paths: readonly string[], target: string): ReadonlyMap<string, number> {
  process.umask(0o022);
  for (const folder of new Set(paths.map((path) => dirname(join(target, path))))) mkdirSync(folder, { recursive: true });
  return new Map(
    paths.map((path) => {
      const to = join(target, path);
      copyFileSync(join(root, path), to);
      const mode = path === EXECUTABLE ? 0o755 : 0o644;
      const { mode: copied, size } = statSync(to);
      if ((copied & 0o777) !== mode) chmodSync(to, mode);
      return [path, size];
    }),
  );
}

/** Lines such as `  49.1 MB  node_modules/onnxruntime-node`, largest first; what is under a megabyte is one line. */
function sizeLines(files: ReadonlyMap<string, number>): readonly string[] {
  const sizes = new Map<string, number>();
  for (const [path, bytes] of files) {
    const [part = '', name = '', inner = ''] = path.split('/');
    const key = part !== 'node_modules' ? part : name.startsWith('@') ? `${part}/${name}/${inner}` : `${part}/${name}`;
    sizes.set(key, (sizes.get(key) ?? 0) + bytes);
  }
  const line = (bytes: number, name: string): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${name}`;
  const large = [...sizes].filter(([, bytes]) => bytes >= 1e6).sort(([, a], [, b]) => b - a);
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const rest = total - large.reduce((sum, [, bytes]) => sum + bytes, 0);
  return [
    ...large.map(([name, bytes]) => line(bytes, name)),
    line(rest, `${sizes.size - large.length} more`),
    line(total, `${files.size} files in all`),
  ];
}

const [target] = process.argv.slice(2);
if (target === undefined || (existsSync(target) && readdirSync(target).length > 0)) {
  console.error(`Expected a folder to write to that is empty or absent, got ${target ?? 'none'}: node scripts/assemble-image.ts <folder>`);
  process.exitCode = 2;
} else {
  const sizes = place([...ownFiles(), ...packageFiles()], target);
  for (const line of sizeLines(sizes)) console.log(line);
}
