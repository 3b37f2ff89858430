import { expect, it } from 'vitest';
import { digestOf, isInnerPath } from '../../../src/encoder/model-digest.ts';

it('the digest of a model does not depend on the order in which its files are listed', () => {
  const [one, two] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
  const digest = digestOf({ 'config.json': one, 'vocab.txt': two });
  expect(digestOf({ 'vocab.txt': two, 'config.json': one })).toBe(digest);
  expect(digestOf({ 'vocab.txt': one, 'config.json': two })).not.toBe(digest);
});

it.each(['', '/etc/passwd', '..', 'a/../../b', '..\\b', 'a\\b', 'a//b', 'a/'])('%j is no path within a model folder', (path) => {
  expect(isInnerPath(path)).toBe(false);
});

it.each(['config.json', '1_Pooling/config.json', 'onnx/model..onnx'])('%j is a path within a model folder', (path) => {
  expect(isInnerPath(path)).toBe(true);
});
