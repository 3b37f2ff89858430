import { describe, expect, it } from 'vitest';
import { exactKey, normaliseLines, normaliseText } from '../../../src/text/normalise.ts';

describe('normaliseText', () => {
  it('composes, trims and makes runs of white space one space', () => {
    expect(normaliseText('  caf\u0065\u0301 \t\u00a0\r\n au\u2003lait ')).toBe('caf\u00e9 au lait');
  });

  it('removes controls, lone surrogates and marks nobody sees', () => {
    expect(normaliseText('a\u0000b\u001bc\ufeffd\ud800e\u200bf\u202eg')).toBe('abcdefg');
  });

  it('composes across a control that stood between letter and accent', () => {
    expect(normaliseText('e\u0000\u0301')).toBe('\u00e9');
  });

  it('keeps words apart that only a vertical tab, next-line or line separator parted', () => {
    expect(normaliseText('a\u000bb\u0085c\u2028d')).toBe('a b c d');
  });

  it.each(['Где мой заказ?', '如何重置密码', 'كيف ألغي طلبي؟', 'पासवर्ड कैसे बदलें', 'می‌خواهم', '👩‍💻 🇩🇪 ❤️ 👍🏽', '🎉'])(
    'lets %s survive',
    (text) => {
      expect(normaliseText(text)).toBe(text.normalize('NFC'));
    },
  );

  it('gives an empty text for what has nothing to see', () => {
    expect(['', ' \n\t ', '\u0000\u0007', '\ud83d', '\u200b\u2060'].map(normaliseText)).toEqual(['', '', '', '', '']);
  });
});

describe('normaliseLines', () => {
  it('keeps line breaks as one kind and removes other controls', () => {
    expect(normaliseLines(' one\r\ntwo\rthree\n\n\tfour\u0000 ')).toBe('one\ntwo\nthree\n\n four');
  });

  it('keeps the indent of a line inside', () => {
    expect(normaliseLines('run:\n  npm start')).toBe('run:\n  npm start');
  });
});

describe('exactKey', () => {
  it('sets case, outer punctuation, runs of spaces and width aside', () => {
    const keys = ['Where is it?', ' where  IS it', '"Where is it?!"', '¿where is it…', 'Ｗhere is it？'].map(exactKey);
    expect(new Set(keys)).toEqual(new Set(['where is it']));
  });

  it('keeps punctuation inside and the signs that carry meaning', () => {
    expect(exactKey("Don't stop, please.")).toBe("don't stop, please");
    expect(exactKey('Do you teach C#?')).not.toBe(exactKey('Do you teach C?'));
    expect(exactKey('50%')).not.toBe(exactKey('50'));
    expect(exactKey('R&')).not.toBe(exactKey('R'));
    expect(exactKey('@home')).not.toBe(exactKey('home'));
    // An accent that stands alone is a space with a mark upon it.
    expect(exactKey('a ´b')).toBe('a \u0301b');
  });

  it('keeps a text of punctuation alone, so that two such texts differ', () => {
    expect([exactKey('?'), exactKey('!')]).toEqual(['?', '!']);
  });

  it('stays quick on a long run of punctuation inside', () => {
    const started = performance.now();
    exactKey(`a${'.'.repeat(200_000)}a`);
    // A pattern that tries the run from each of its characters takes minutes.
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
