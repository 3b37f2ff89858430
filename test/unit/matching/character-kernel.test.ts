import { expect, test } from 'vitest';
import { characterSimilarity, fitCharacterKernel } from '../../../src/matching/character-kernel.ts';
import { characterGrams } from '../../../src/text/terms.ts';

const TEXTS = [
  'How do I return an order?',
  'how do i return an order',
  'Where is my refund',
  'Wo bleibt meine Rückerstattung?',
  'パスワードを忘れました',
  '🎁 gift cards',
  'banana banana banana',
  '?!',
];

/** TF-IDF by its formula: 1 + ln tf, idf = 1 + ln((1 + n) / (1 + df)), unit length; grams that no text has do not count. */
function naiveVector(text: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const gram of new Set(characterGrams(text))) {
    const frequency = TEXTS.filter((other) => characterGrams(other).includes(gram)).length;
    if (frequency === 0) continue;
    const count = characterGrams(text).filter((other) => other === gram).length;
    weights.set(gram, (1 + Math.log(count)) * (1 + Math.log((1 + TEXTS.length) / (1 + frequency))));
  }
  const length = Math.hypot(...weights.values());
  return new Map([...weights].map(([gram, weight]) => [gram, weight / length]));
}

function naiveCosine(left: string, right: string): number {
  const other = naiveVector(right);
  return [...naiveVector(left)].reduce((sum, [gram, weight]) => sum + weight * (other.get(gram) ?? 0), 0);
}

test('similarities are the cosines of character TF-IDF vectors, in every script, for known and for new text', () => {
  const rows = Int32Array.from(TEXTS.keys());
  const similarity = characterSimilarity(fitCharacterKernel(TEXTS, rows));
  for (const text of [...TEXTS, 'return order banana', 'refunds!', 'パスワード', 'zzz qqq xxx order']) {
    const found = similarity(text);
    TEXTS.forEach((other, landmark) => {
      expect(found[landmark]).toBeCloseTo(naiveCosine(text, other), 5);
    });
  }
});

test('idf counts every stored question, also those that are no landmark', () => {
  const similarity = characterSimilarity(fitCharacterKernel(TEXTS, Int32Array.of(2, 6)));
  const found = similarity('Where is my banana');
  expect(found).toHaveLength(2);
  expect(found[0]).toBeCloseTo(naiveCosine('Where is my banana', TEXTS[2] ?? ''), 5);
  expect(found[1]).toBeCloseTo(naiveCosine('Where is my banana', TEXTS[6] ?? ''), 5);
});

test('a text is wholly like itself, and text without a known gram is like nothing', () => {
  const similarity = characterSimilarity(fitCharacterKernel(TEXTS, Int32Array.of(0, 3, 4)));
  expect(similarity(TEXTS[3] ?? '')[1]).toBeCloseTo(1, 5);
  for (const text of ['', '...', '\u{1F9EA}', 'ЖЩЫ']) expect([...similarity(text)]).toEqual([0, 0, 0]);
});

test('a corpus without a single gram gives zeros', () => {
  const similarity = characterSimilarity(fitCharacterKernel(['?', '!'], Int32Array.of(0, 1)));
  expect([...similarity('anything')]).toEqual([0, 0]);
});
