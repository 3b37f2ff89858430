import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOneEdit } from '../../src/text/one-edit.ts';
import { buildSpelling } from '../../src/text/spelling.ts';

/** Every text one slip away, by definition. */
function slips(word: string, letters: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (let at = 0; at <= word.length; at += 1) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    if (after !== '') all.add(before + after.slice(1));
    if (after.length > 1) all.add(`${before}${after[1]}${after[0]}${after.slice(2)}`);
    for (const letter of letters) {
      all.add(before + letter + after);
      if (after !== '') all.add(before + letter + after.slice(1));
    }
  }
  all.delete(word);
  return all;
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

it('one edit is what the definition says', () => {
  fc.assert(
    fc.property(word, word, (left, right) => {
      expect(isOneEdit(left, right)).toBe(slips(left, ['a', 'b', 'c']).has(right));
      expect(isOneEdit(right, left)).toBe(isOneEdit(left, right));
    }),
    { numRuns: 2000 },
  );
});

it('a reading, whatever comes, changes the words that it names and nothing else', () => {
  const spelling = buildSpelling(['where is my refund', 'cancel the order', 'naïve café']);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom('refnud', 'ordre', 'cancle', 'my'), fc.string({ unit: 'grapheme' }))), (parts) => {
      const text = parts.join(' ');
      const { text: read, words } = spelling.read(text, () => false);
      expect(read.split(' ')).toHaveLength(text.split(' ').length);
      if (words.length === 0) expect(read).toBe(text);
      for (const changed of words) expect(text).toContain(changed.typed);
    }),
  );
});
