/**
 * Makes src/generated from proto: `node scripts/generate.ts` writes it, `--check` compares it with a fresh copy and fails on drift.
 * Besides ts-proto's code there is descriptor-set.ts, which server reflection reads.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, runTool } from './checkout.ts';
import { driftBetween } from './generated-drift.ts';

const generatedPath = 'src/generated';
const base64LineLength = 120;

async function buf(args: readonly string[]): Promise<void> {
  const { code, output } = await runTool('buf', args, { output: 'kept' });
  if (code !== 0) throw new Error(`buf ${args[0]} failed with exit code ${code}:\n${output}`);
}

/** The FileDescriptorSet as a module. Comments stay in it, so that `grpcurl describe` shows them. */
function descriptorModule(set: Buffer): string {
  const base64 = set.toString('base64');
  const lines = base64.match(new RegExp(`.{1,${base64LineLength}}`, 'g')) ?? [];
  return [
    '// Made by scripts/generate.ts from proto. DO NOT EDIT.',
    '',
    '/** The google.protobuf.FileDescriptorSet of the whole contract, its imports included, serialised and in base64. */',
    'export const descriptorSetBase64 = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

/** Writes the generated folder under `base`. The old one goes first: a message removed from proto must leave no file behind. */
async function generateUnder(base: string): Promise<void> {
  const folder = join(base, generatedPath);
  rmSync(folder, { recursive: true, force: true });
  await buf(['generate', '--include-imports', '--output', base]);
  const setFile = join(folder, 'descriptor-set.binpb');
  await buf(['build', '--as-file-descriptor-set', '--output', setFile]);
  writeFileSync(join(folder, 'descriptor-set.ts'), descriptorModule(readFileSync(setFile)));
  rmSync(setFile);
}

/** Compares what is committed with what would be generated now. Returns the exit code. */
async function check(): Promise<number> {
  const temporary = mkdtempSync(join(tmpdir(), 'faqmatch-generated-'));
  try {
    await generateUnder(temporary);
    const drift = driftBetween(join(temporary, generatedPath), join(root, generatedPath));
    if (drift.length === 0) return 0;
    console.error(`${generatedPath} does not follow from proto:\n${drift.map((line) => `  ${line}`).join('\n')}`);
    console.error('Run `npm run generate` and commit what it writes.');
    return 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) {
  process.exitCode = await check();
} else {
  await generateUnder(root);
  console.error(`Wrote ${relative(process.cwd(), join(root, generatedPath)) || generatedPath}.`);
}
