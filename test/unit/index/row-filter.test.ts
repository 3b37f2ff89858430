import { describe, expect, test } from 'vitest';
import { filterTest, localeTest, withStoredLocales } from '../../../src/index/row-filter.ts';

describe('a locale asked for', () => {
  test.each([
    ['en', 'en', true],
    ['EN-us', 'en-US', true],
    ['en-US', 'en', true],
    ['en', 'en-GB', true],
    ['zh-Hant-TW', 'zh-Hant', true],
    ['zh-Hant', 'zh-Hant-TW', true],
    // The script that a region is written in.
    ['zh-TW', 'zh-Hant', true],
    ['zh-Hant', 'zh-HK', true],
    ['iw-IL', 'he', true],
    // Another region, another script and another language that begins alike.
    ['en-US', 'en-GB', false],
    ['zh-Hant', 'zh-Hans', false],
    ['zh-TW', 'zh-Hans', false],
    ['zh-TW', 'zh-HK', false],
    ['sr-RS', 'sr-Latn', false],
    ['de', 'del', false],
    // Without a locale an entry is in no language.
    ['en', '', false],
    ['', 'en', false],
    ['-x', '', false],
  ])('%s against the stored %s: %s', (asked, stored, passes) => {
    expect(localeTest([asked])(stored)).toBe(passes);
  });

  test('is any of several, and with none everything passes', () => {
    expect(['de', 'en-GB', ''].map(localeTest(['fr', 'en']))).toEqual([false, true, false]);
    expect(['de', ''].map(localeTest([]))).toEqual([true, true]);
  });

  test('stands with the tags, all of which have to be there', () => {
    const passes = filterTest({ locales: ['en'], tags: ['a', 'b'] });
    expect(passes({ locale: 'en-GB', tags: ['b', 'a', 'c'] })).toBe(true);
    expect(passes({ locale: 'en-GB', tags: ['a'] })).toBe(false);
  });
});

test('the locales of a version stand in for those asked for, and where none does the filter still lets nothing through', () => {
  const stored = new Set(['en', 'en-GB', 'de-AT', '']);
  expect(withStoredLocales({ locales: ['en'], tags: ['a'] }, stored)).toEqual({ locales: ['en', 'en-GB'], tags: ['a'] });
  expect(withStoredLocales({ locales: ['EN-us', 'de'], tags: [] }, stored)).toEqual({ locales: ['en', 'de-AT'], tags: [] });
  expect(withStoredLocales({ locales: ['fr'], tags: [] }, stored)).toEqual({ locales: ['fr'], tags: [] });
  expect(withStoredLocales({ locales: [], tags: ['a'] }, stored)).toEqual({ locales: [], tags: ['a'] });
});
