import { describe, expect, test } from 'vitest';
import { shortenedText } from '../../../src/quality/report/shortened-text.ts';

describe('a text in a list', () => {
  test('stays as it is where it is short', () => {
    expect(shortenedText('where is my parcel')).toBe('where is my parcel');
    expect(shortenedText('x'.repeat(200))).toBe('x'.repeat(200));
  });

  test('is cut to so many characters, with a sign that it goes on', () => {
    expect(shortenedText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
    expect(shortenedText('one two three', 5)).toBe('one…');
  });

  test('is never cut within a character', () => {
    const family = '👨‍👩‍👧';
    expect(shortenedText(family.repeat(4), 4)).toBe(family.repeat(4));
    expect(shortenedText(family.repeat(5), 4)).toBe(`${family.repeat(3)}…`);
  });
});
