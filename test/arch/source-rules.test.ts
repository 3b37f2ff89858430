import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { plantTree, runIn } from '../support/planted-tree.ts';

interface Diagnostic {
  readonly category: string;
  readonly severity: string;
  readonly location: { readonly path: string };
}

const readsEnvironment = 'export const home = process.env.HOME;\n';
const linesOver = (count: number): string => Array.from({ length: count }, (_, line) => `export const line${line} = ${line};\n`).join('');
const functionOf = (count: number): string =>
  `export function long(values: number[]): void {\n${Array.from({ length: count }, (_, line) => `  values.push(${line});\n`).join('')}}\n`;

/** Text that must be refused: by which rule, in which file. */
const refused: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['style/noProcessEnv', 'src/server/environment.ts', readsEnvironment],
  ['style/noProcessEnv', 'src/main.ts', readsEnvironment],
  ['style/noProcessEnv', 'src/encoder/environment-import.ts', "import { env } from 'node:process';\n\nexport const home = env.HOME;\n"],
  ['style/noExcessiveLinesPerFile', 'src/corpus/too-long.ts', linesOver(301)],
  ['complexity/noExcessiveLinesPerFunction', 'src/corpus/long-function.ts', functionOf(41)],
  [
    'complexity/useMaxParams',
    'src/corpus/many.ts',
    'export function many(a: number, b: number, c: number, d: number): number {\n  return a + b + c + d;\n}\n',
  ],
  ['suspicious/noExplicitAny', 'src/corpus/any.ts', 'export const anything: any = 1;\n'],
  ['style/noNonNullAssertion', 'src/corpus/bang.ts', 'export const first = (values: string[]): string => values[0]!;\n'],
  ['style/useImportType', 'src/corpus/value-import.ts', "import { Corpus } from './corpus.ts';\n\nexport type Alias = Corpus;\n"],
  ['style/noDefaultExport', 'src/corpus/default-export.ts', 'export default 1;\n'],
  ['performance/noBarrelFile', 'src/corpus/barrel.ts', "export { one } from './one.ts';\nexport { two } from './two.ts';\n"],
  ['style/noEnum', 'src/corpus/enum.ts', 'export enum Colour {\n  Red = 1,\n}\n'],
  ['style/noParameterProperties', 'src/corpus/parameter-property.ts', 'export class Box {\n  constructor(readonly size: number) {}\n}\n'],
  ['style/useFilenamingConvention', 'src/corpus/camelCase.ts', 'export const one = 1;\n'],
  ['suspicious/noConsole', 'src/corpus/console.ts', "export const speak = (): void => console.log('x');\n"],
  [
    'nursery/noFloatingPromises',
    'src/corpus/floating.ts',
    'async function work(): Promise<void> {}\n\nexport function start(): void {\n  work();\n}\n',
  ],
];

/** Text that must pass: the exceptions that the rules make on purpose. */
const allowed: readonly (readonly [why: string, file: string, text: string])[] = [
  ['config is the one reader of the environment', 'src/config/environment.ts', readsEnvironment],
  ['300 lines are within the limit', 'src/corpus/just-right.ts', linesOver(300)],
  ['40 lines of a function are within the limit', 'src/corpus/function-just-right.ts', functionOf(40)],
  [
    'Nest marks constructor parameters with decorators',
    'src/server/decorated.ts',
    "import { Inject } from '@nestjs/common';\nimport type { Dependency } from './dependency.ts';\n\nexport class Decorated {\n  readonly dependency: Dependency;\n\n  constructor(@Inject('dependency') dependency: Dependency) {\n    this.dependency = dependency;\n  }\n}\n",
  ],
];

describe('the source rules', () => {
  let diagnostics: readonly Diagnostic[] = [];

  beforeAll(() => {
    const files: Record<string, string> = { 'biome.json': readFileSync(join(root, 'biome.json'), 'utf8') };
    for (const [, file, text] of [...refused, ...allowed]) files[file] = text;
    using tree = plantTree(files);
    const { stdout } = runIn(tree.folder, 'biome', ['lint', '--reporter=json', '--max-diagnostics=none', 'src']);
    diagnostics = JSON.parse(stdout).diagnostics;
  });

  const rulesBrokenBy = (file: string): ReadonlySet<string> =>
    new Set(diagnostics.filter(({ location }) => location.path === file).map(({ category }) => category.replace('lint/', '')));

  test.each(refused)('%s refuses %s', (rule, file) => {
    expect(rulesBrokenBy(file)).toEqual(new Set([rule]));
  });

  test.each(allowed)('%s: %s passes', (_, file) => {
    expect(rulesBrokenBy(file)).toEqual(new Set());
  });
});
