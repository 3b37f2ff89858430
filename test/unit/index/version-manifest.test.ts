import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isArtifactName } from '../../../src/index/artifact-name.ts';
import { parseManifest, writeManifest } from '../../../src/index/embedded/version-manifest.ts';
import { madeUpVersion } from '../../support/index-oracle.ts';

const { manifest } = madeUpVersion({ corpus: 'shop', version: 'v1' }, 3);
const files = [{ name: 'artifacts/scorer.bin', size: 3, sha256: 'a'.repeat(64) }];

function digestLine(text: string): string {
  return `${createHash('sha256').update(text).digest('hex')}  manifest.json\n`;
}

test('a manifest reads as it was written', () => {
  const { text, digestText } = writeManifest({ manifest, files });
  expect(digestText).toBe(digestLine(text));
  expect(parseManifest(Buffer.from(text), digestText)).toEqual({ manifest, files });
});

test('a manifest of a later format is refused as such, not misread', () => {
  const text = writeManifest({ manifest, files }).text.replace('"format": 2', '"format": 3');
  expect(() => parseManifest(Buffer.from(text), digestLine(text))).toThrow(/not of format 2/);
});

test('a manifest cannot name a file outside its folder', () => {
  for (const name of ['../secret', 'artifacts/../../secret', 'artifacts/..', '/etc/passwd']) {
    const text = JSON.stringify({ ...JSON.parse(writeManifest({ manifest, files }).text), files: [{ ...files[0], name }] });
    expect(() => parseManifest(Buffer.from(text), digestLine(text))).toThrow(/not of format 2/);
  }
});

test('artifact names keep to letters, digits, dots and dashes, and are never a way out', () => {
  expect(['corpus.json', 'scorer-2.bin', '..a'].map(isArtifactName)).toEqual([true, true, true]);
  expect(['', '.', '..', 'a/b', 'A', 'a b', 'a\n'].map(isArtifactName)).toEqual([false, false, false, false, false, false, false]);
});
