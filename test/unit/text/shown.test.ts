import { expect, test } from 'vitest';
import { shown } from '../../../src/text/shown.ts';

test('callers’ values are shown quoted and short', () => {
  expect(shown('a"b\n')).toBe('"a\\"b\\n"');
  expect(shown('x'.repeat(1000)).length).toBeLessThan(100);
});
