import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactKey, normaliseLines, normaliseText } from '../../src/text/normalise.ts';
import { characterGrams, wordTerms } from '../../src/text/terms.ts';

/** Any text, lone surrogates and every plane included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);

describe('text, whatever comes', () => {
  it('is normal after one pass', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normaliseText(text);
        expect(normaliseText(once)).toBe(once);
        expect(once.isWellFormed()).toBe(true);
        expect(once.normalize('NFC')).toBe(once);
        const lines = normaliseLines(text);
        expect(normaliseLines(lines)).toBe(lines);
      }),
    );
  });

  it('has the key of its normal form, in any case and between quotes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(exactKey(normaliseText(text))).toBe(exactKey(text));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abcXYZ 09') }), (text) => {
        fc.pre(text.trim() !== '');
        expect(exactKey(`"${text.toUpperCase()}!"`)).toBe(exactKey(text));
      }),
    );
  });

  it('has grams whenever it has terms, and no blank term', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const terms = wordTerms(text);
        expect(terms.every((term) => term.trim() !== '')).toBe(true);
        expect(characterGrams(text).length > 0).toBe(terms.length > 0);
      }),
    );
  });
});
