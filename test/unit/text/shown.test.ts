import { expect, test } from 'vitest';
import { shown } from '../../../src/text/shown.ts';

test('callers’ values are shown quoted and short', () => {
  expect(shown('a"b\n')).toBe('"a\\"b\\n"');
  expect(shown('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
  expect(shown('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`);
});
