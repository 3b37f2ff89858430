import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { driftBetween } from '../../scripts/generated-drift.ts';
import type { PlantedTree } from '../support/planted-tree.ts';
import { plantTree, runIn } from '../support/planted-tree.ts';

const matchProto = 'proto/faqmatch/v1/match.proto';
const againstBaseline = ['breaking', '--against', join(root, 'proto', 'baseline.binpb')];

/** A copy of the contract with one text in match.proto replaced by another. */
function contractWith(before: string, after: string): PlantedTree {
  const tree = plantTree({ 'buf.yaml': readFileSync(join(root, 'buf.yaml'), 'utf8') });
  cpSync(join(root, 'proto'), join(tree.folder, 'proto'), { recursive: true });
  const path = join(tree.folder, matchProto);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(before);
  writeFileSync(path, text.replace(before, after));
  return tree;
}

describe('the contract checks', () => {
  test('a renamed field breaks the contract', () => {
    using tree = contractWith('string utterance = 2;', 'string text = 2;');
    const { code, stdout } = runIn(tree.folder, 'buf', againstBaseline);
    expect(stdout).toContain('"utterance"');
    expect(code).not.toBe(0);
  });

  test('a renumbered field breaks the contract', () => {
    using tree = contractWith('string utterance = 2;', 'string utterance = 92;');
    expect(runIn(tree.folder, 'buf', againstBaseline).code).not.toBe(0);
  });

  test('an added field does not break it', () => {
    using tree = contractWith('string utterance = 2;', 'string utterance = 2;\n  // Added later.\n  string added = 92;');
    expect(runIn(tree.folder, 'buf', againstBaseline)).toMatchObject({ code: 0, stdout: '' });
  });

  test('a field without a comment is refused', () => {
    using tree = contractWith('string utterance = 2;', 'string utterance = 2;\n\n  string added = 92;');
    const { code, stdout } = runIn(tree.folder, 'buf', ['lint']);
    expect(stdout).toContain('"added"');
    expect(code).not.toBe(0);
  });
});

describe('the drift of generated code', () => {
  test('names the files that are missing, left over or different', () => {
    using expected = plantTree({ 'same.ts': '1', 'v1/changed.ts': '1', 'v1/missing.ts': '1' });
    using actual = plantTree({ 'same.ts': '1', 'v1/changed.ts': '2', 'v1/old.ts': '1' });
    expect(driftBetween(expected.folder, actual.folder)).toEqual([
      'v1/changed.ts differs',
      'v1/missing.ts is missing',
      'v1/old.ts is left over',
    ]);
  });

  test('is empty for equal folders', () => {
    using expected = plantTree({ 'v1/same.ts': '1' });
    using actual = plantTree({ 'v1/same.ts': '1' });
    expect(driftBetween(expected.folder, actual.folder)).toEqual([]);
  });
});
