import { describe, expect, it } from 'vitest';
import { characterGrams, wordTerms } from '../../../src/text/terms.ts';

describe('wordTerms', () => {
  it('gives lower-cased words with inner apostrophes and digits, repeats kept', () => {
    expect(wordTerms("I don't know: 42 or 42?")).toEqual(['i', "don't", 'know', '42', 'or', '42']);
  });

  it('cuts unspaced scripts into overlapping pairs, long vowel marks included', () => {
    expect(wordTerms('サーバー')).toEqual(['サー', 'ーバ', 'バー']);
    expect(wordTerms('密码')).toEqual(['密码']);
    expect(wordTerms('水')).toEqual(['水']);
  });

  it('parts an unspaced script from the Latin word or digit beside it', () => {
    expect(wordTerms('iPhoneの設定 第3章')).toEqual(['iphone', 'の設', '設定', '第', '3', '章']);
  });

  it('keeps the marks of Indic and Arabic words', () => {
    expect(wordTerms('नमस्ते दुनिया')).toEqual(['नमस्ते', 'दुनिया']);
    expect(wordTerms('طَلَب')).toEqual(['طَلَب']);
  });

  it('takes emoji and flags as terms, and no variation selector or joiner', () => {
    expect(wordTerms('❤️ 👩‍💻 🇩🇪')).toEqual(['❤', '👩', '💻', '🇩🇪']);
  });

  it('takes compatibility forms for what they stand for', () => {
    expect(wordTerms('ＷｉＦｉ ﬁne ①')).toEqual(['wifi', 'fine', '1']);
  });

  it('finds no term in blanks and punctuation', () => {
    expect(wordTerms(' … ?! \u0000')).toEqual([]);
  });
});

describe('characterGrams', () => {
  it('gives the n-grams of 2 to 4 of each word padded by one space', () => {
    expect(characterGrams('ab')).toEqual([' a', 'ab', 'b ', ' ab', 'ab ', ' ab ']);
  });

  it('has grams for a word of one character', () => {
    expect(characterGrams('水')).toEqual([' 水', '水 ', ' 水 ']);
  });

  it('counts an emoji as one character', () => {
    expect(characterGrams('🎉')).toEqual([' 🎉', '🎉 ', ' 🎉 ']);
  });
});
