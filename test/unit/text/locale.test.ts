import { expect, test } from 'vitest';
import { canonicalLocale, meantLocale, widerLocales } from '../../../src/text/locale.ts';

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

test('what other programs write is understood, but is no tag', () => {
  expect(['de_DE', 'zh_hant_TW', 'german!'].map(meantLocale)).toEqual(['de-DE', 'zh-Hant-TW', undefined]);
});

test.each([
  ['zh-TW', ['zh-TW', 'zh-Hant-TW', 'zh-Hant', 'zh']],
  ['de-AT-1996', ['de-AT-1996', 'de-AT', 'de-Latn-AT-1996', 'de-Latn-AT', 'de-Latn', 'de']],
  ['zh', ['zh', 'zh-Hans-CN', 'zh-Hans']],
])('%s belongs to %j', (tag, wider) => {
  expect(widerLocales(tag)).toEqual(wider);
});
