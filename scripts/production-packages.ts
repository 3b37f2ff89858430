/** The installed packages that the program needs when it runs, found by walking the manifests from the project's own dependencies. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package as npm installed it. */
export interface InstalledPackage {
  readonly name: string;
  /** Relative to the checkout, with forward slashes: `node_modules/a`, or `node_modules/a/node_modules/b` for a version of a's own. */
  readonly folder: string;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Where `name` is found from `folder`, as Node looks for it: in the folder's own node_modules, then in those above. */
function locate(root: string, folder: string, name: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const candidate = join(above, 'node_modules', name);
    if (existsSync(join(root, candidate, 'package.json'))) return candidate;
    if (above === '.') return undefined;
  }
}

/**
 * Every package that is reached through `dependencies` and `optionalDependencies`, sorted by folder. Development dependencies are never
 * reached; peer dependencies are not followed, since those that run are dependencies of the project as well.
 * @param skipped names of packages to leave out, and with them all that only they need.
 * @throws Error where a needed package is not installed.
 */
export function productionPackages(root: string, skipped: ReadonlySet<string>): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const waiting = ['.'];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = readManifest(join(root, folder));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (skipped.has(name)) continue;
      const located = locate(root, folder, name);
      if (located === undefined && name in optionalDependencies) continue;
      if (located === undefined) throw new Error(`Expected ${name}, which ${folder}/package.json needs, to be installed; run: npm ci`);
      if (found.has(located)) continue;
      found.set(located, { name, folder: located });
      waiting.push(located);
    }
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}
