/**
 * Text to terms: words for BM25 and character n-grams for the lexical kernel.
 * Knows nothing of weights or of any one language.
 */
import { normaliseText } from './normalise.ts';

/** A run of letters, marks and digits with inner apostrophes, or one emoji or other symbol. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|\p{Extended_Pictographic}/gu;
/** Scripts written without spaces: their runs are cut into overlapping pairs of characters. */
const UNSPACED = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+$/u;

function pairs(word: string): readonly string[] {
  const characters = Array.from(word);
  if (characters.length < 2) return [word];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** Lower-cased words of a text, in order, repeats kept; text of an unspaced script gives overlapping character pairs. May be empty. */
export function wordTerms(text: string): readonly string[] {
  const words = normaliseText(text).normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return words.flatMap((word) => (UNSPACED.test(word) ? pairs(word) : [word]));
}

/**
 * Character n-grams of 2 to 4 within words padded by one space each side ("char_wb" of scikit-learn), repeats kept.
 * Every term has one gram at least, so any text with a term has grams.
 */
export function characterGrams(text: string): readonly string[] {
  const grams: string[] = [];
  for (const word of wordTerms(text)) {
    const characters = [' ', ...word, ' '];
    for (let length = 2; length <= 4; length += 1) {
      for (let start = 0; start + length <= characters.length; start += 1) grams.push(characters.slice(start, start + length).join(''));
    }
  }
  return grams;
}
