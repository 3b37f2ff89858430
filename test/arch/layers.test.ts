import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { plantTree, runIn } from '../support/planted-tree.ts';

const rulesPath = join(root, '.dependency-cruiser.mjs');

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** One import that must be refused: which rule, in which file, of what. */
const refused: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ['nest-only-in-server', 'src/versions/nest.ts', '@nestjs/common'],
  ['nest-only-in-server', 'src/matching/rx.ts', 'rxjs'],
  ['grpc-only-at-the-border', 'src/cli/grpc.ts', '@grpc/grpc-js'],
  ['grpc-only-at-the-border', 'src/encoder/grpc.ts', '@grpc/grpc-js'],
  ['grpc-only-at-the-border', 'src/versions/health.ts', 'grpc-health-check'],
  ['inference-only-in-encoder', 'src/matching/onnx.ts', 'onnxruntime-node'],
  ['inference-only-in-encoder', 'src/server/tokens.ts', '@huggingface/transformers'],
  ['qdrant-only-in-its-index', 'src/index/embedded/qdrant.ts', '@qdrant/js-client-rest'],
  ['generated-only-at-the-border', 'src/cli/wire.ts', '../generated/wire.ts'],
  ['generated-only-at-the-border', 'src/matching/wire.ts', '../generated/wire.ts'],
  ['parts-are-strangers', 'src/matching/index.ts', '../index/contract.ts'],
  ['parts-are-strangers', 'src/corpus/encoder.ts', '../encoder/encoder.ts'],
  ['parts-are-strangers', 'src/encoder/corpus.ts', '../corpus/corpus.ts'],
  ['parts-are-strangers', 'src/index/matching.ts', '../matching/decide.ts'],
  ['parts-never-look-up', 'src/corpus/versions.ts', '../versions/stage.ts'],
  ['parts-never-look-up', 'src/index/composition.ts', '../composition.ts'],
  ['parts-never-look-up', 'src/text/quality.ts', '../quality/metrics.ts'],
  ['ties-never-look-up', 'src/versions/server.ts', '../server/start.ts'],
  ['ties-never-look-up', 'src/versions/quality.ts', '../quality/metrics.ts'],
  ['ties-never-look-up', 'src/answering/wiring.ts', '../wiring/open-encoder.ts'],
  ['parts-never-look-up', 'src/index/wiring.ts', '../wiring/open-encoder.ts'],
  ['wiring-serves-the-commands', 'src/wiring/terminal.ts', '../cli/terminal.ts'],
  ['opened-from-above', 'src/server/encoder.ts', '../wiring/open-encoder.ts'],
  ['opened-from-above', 'src/quality/encoder.ts', '../wiring/open-encoder.ts'],
  ['ground-stands-alone', 'src/names.ts', './versions/stage.ts'],
  ['ground-stands-alone', 'src/plain-error.ts', './corpus/corpus.ts'],
  ['client-stands-alone', 'src/client/server.ts', '../server/start.ts'],
  ['client-stands-alone', 'src/client/text.ts', '../text/terms.ts'],
  ['src-never-imports-what-surrounds-it', 'src/quality/test.ts', '../../test/support/fake.ts'],
  ['src-never-imports-what-surrounds-it', 'src/cli/script.ts', '../../scripts/build.ts'],
  ['no-development-package-in-src', 'src/cli/dev.ts', 'vitest'],
  ['no-development-package-in-src', 'src/cli/unlisted.ts', 'left-out'],
  ['no-cycles', 'src/quality/cycle-a.ts', './cycle-b.ts'],
  ['no-unresolvable', 'src/quality/nowhere.ts', './nowhere-to-be-found.ts'],
];

/** Imports that must stay possible: a rule that refuses everything would pass the cases above. */
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['src/server/nest.ts', '@nestjs/common'],
  ['src/server/wire.ts', '../generated/wire.ts'],
  ['src/server/ties.ts', '../composition.ts'],
  ['src/system-code.ts', './text/terms.ts'],
  ['src/client/grpc.ts', '@grpc/grpc-js'],
  ['src/client/wire.ts', '../generated/wire.ts'],
  ['src/client/errors.ts', '../errors.ts'],
  ['src/encoder/remote/grpc.ts', '@grpc/grpc-js'],
  ['src/encoder/onnx.ts', 'onnxruntime-node'],
  ['src/encoder/inner.ts', './encoder.ts'],
  ['src/encoder/text.ts', '../text/terms.ts'],
  ['src/index/qdrant/client.ts', '@qdrant/js-client-rest'],
  ['src/versions/parts.ts', '../matching/decide.ts'],
  ['src/wiring/server.ts', '../server/start.ts'],
  ['src/cli/serve.ts', '../wiring/open-encoder.ts'],
  ['src/quality/parts.ts', '../versions/stage.ts'],
];

const dependencies = [
  '@nestjs/common',
  'rxjs',
  '@grpc/grpc-js',
  'grpc-health-check',
  'onnxruntime-node',
  '@huggingface/transformers',
  '@qdrant/js-client-rest',
];

/** Stand-ins for what the planted files import. */
function surroundings(): Record<string, string> {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])),
      devDependencies: { vitest: '1.0.0' },
    }),
    'src/quality/cycle-b.ts': "export type { planted } from './cycle-a.ts';\n",
  };
  for (const name of [...dependencies, 'vitest', 'left-out']) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: '1.0.0', main: 'index.js' });
    files[`node_modules/${name}/index.js`] = 'exports.stub = 1;\n';
  }
  const modules = [
    'src/generated/wire.ts',
    'src/index/contract.ts',
    'src/encoder/encoder.ts',
    'src/corpus/corpus.ts',
    'src/matching/decide.ts',
    'src/text/terms.ts',
    'src/versions/stage.ts',
    'src/composition.ts',
    'src/errors.ts',
    'src/quality/metrics.ts',
    'src/server/start.ts',
    'src/wiring/open-encoder.ts',
    'src/cli/terminal.ts',
    'test/support/fake.ts',
    'scripts/build.ts',
  ];
  for (const path of modules) files[path] = 'export const stub = 1;\n';
  return files;
}

describe('the layer rules', () => {
  let violations: readonly Violation[] = [];

  beforeAll(() => {
    const files = surroundings();
    // Type-only imports are the hardest to see, so they are what is planted.
    for (const [, file, imported] of refused)
      files[file] = `import type { stub } from '${imported}';\nexport type planted = typeof stub;\n`;
    for (const [file, imported] of allowed) files[file] = `import { stub } from '${imported}';\nexport const planted = stub;\n`;
    using tree = plantTree(files);
    const { stdout } = runIn(tree.folder, 'depcruise', ['--config', rulesPath, '--output-type', 'json', 'src']);
    violations = JSON.parse(stdout).summary.violations;
  });

  test.each(refused)('%s refuses %s when it imports %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toEqual([rule]);
  });

  test.each(allowed)('%s may import %s', (file) => {
    expect(violations.filter(({ from }) => from === file)).toEqual([]);
  });

  test('every rule has a planted violation', async () => {
    const { default: configuration } = await import(rulesPath);
    const names: readonly string[] = configuration.forbidden.map(({ name }: { name: string }) => name);
    expect(new Set(refused.map(([rule]) => rule))).toEqual(new Set(names));
  });

  test('the real tree keeps every rule', () => {
    const { code, stdout } = runIn(root, 'depcruise', ['--config', rulesPath, 'src']);
    expect(stdout).toContain('no dependency violations found');
    expect(code).toBe(0);
  });
});
