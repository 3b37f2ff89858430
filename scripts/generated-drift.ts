import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What is wrong with `actual`, compared file by file with `expected`: one line per file that is missing, unexpected or different; empty when they agree. */
export function driftBetween(expected: string, actual: string): readonly string[] {
  const paths = [...new Set([...filesIn(expected), ...filesIn(actual)])].sort();
  return paths.flatMap((path) => {
    const [made, kept] = [join(expected, path), join(actual, path)];
    if (!existsSync(kept)) return [`${path} is missing`];
    if (!existsSync(made)) return [`${path} is left over`];
    return readFileSync(made).equals(readFileSync(kept)) ? [] : [`${path} differs`];
  });
}

function filesIn(folder: string): readonly string[] {
  return globSync('**', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
}
