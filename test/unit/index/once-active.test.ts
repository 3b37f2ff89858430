import { expect, test } from 'vitest';
import { addActivated } from '../../../src/index/once-active.ts';

test('the last activated is first, each name stands once, and only so many are kept', () => {
  expect(addActivated(['v1', undefined, null], [])).toEqual(['v1']);
  expect(addActivated(['v2', 'v1'], ['v1', 'v0', 'v2'])).toEqual(['v2', 'v1', 'v0']);
  const many = Array.from({ length: 50 }, (_, number) => `v${number}`);
  expect(addActivated(['new'], many)).toEqual(['new', ...many.slice(0, 19)]);
});
