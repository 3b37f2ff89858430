import { expect, test } from 'vitest';
import { canonicalLocale } from '../../../src/text/locale.ts';

test.each([
  ['PT-br', 'pt-BR'],
  ['de', 'de'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['iw', 'he'],
])('%s is written %s', (tag, canonical) => {
  expect(canonicalLocale(tag)).toBe(canonical);
});

test.each(['german!', 'de_DE', 'x'])('%s is no tag', (tag) => {
  expect(canonicalLocale(tag)).toBeUndefined();
});
