import { expect, test } from 'vitest';
import { rowsByIntent } from '../../../src/matching/rows-by-intent.ts';

test('rowsByIntent lists rows ascending and gives an intent without rows an empty list', () => {
  expect(rowsByIntent(Int32Array.of(2, 0, 2), 3)).toEqual([[1], [], [0, 2]]);
});
