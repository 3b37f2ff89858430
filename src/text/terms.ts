/**
 * Text to terms: words for BM25 and character n-grams for the lexical kernel.
 * Knows nothing of weights or of any one language.
 */
import { normaliseText } from './normalise.ts';

/** Scripts written without spaces, their length marks included; digits and other scripts beside them are words of their own. */
const UNSPACED_SCRIPTS = '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]';
const UNSPACED = `[[\\p{L}\\p{M}]&&${UNSPACED_SCRIPTS}]`;
const START = `[[\\p{L}\\p{N}]--${UNSPACED}]`;
const REST = `[[\\p{L}\\p{M}\\p{N}]--${UNSPACED}]`;
/** A run of an unspaced script; a run of letters, marks and digits with inner apostrophes; a flag; or one emoji or like symbol. */
const WORD = new RegExp(
  `(?<unspaced>${UNSPACED}+)|${START}${REST}*(?:['’]${REST}+)*|\\p{Regional_Indicator}{2}|\\p{Extended_Pictographic}`,
  'gv',
);

/** Half of a character that takes two code units. */
const SURROGATE = /[\uD800-\uDFFF]/;

function pairs(word: string): readonly string[] {
  const characters = Array.from(word);
  if (characters.length < 2) return [word];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

/** Lower-cased words of a text, in order, repeats kept; text of an unspaced script gives overlapping character pairs. May be empty. */
export function wordTerms(text: string): readonly string[] {
  const terms: string[] = [];
  for (const match of normaliseText(text).normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (match.groups?.unspaced === undefined) terms.push(match[0]);
    else terms.push(...pairs(match[0]));
  }
  return terms;
}

/**
 * Character n-grams of 2 to 4 within words padded by one space each side ("char_wb" of scikit-learn), repeats kept.
 * Every term has one gram at least, so any text with a term has grams.
 */
export function characterGrams(text: string): readonly string[] {
  const grams: string[] = [];
  for (const word of wordTerms(text)) {
    const padded = ` ${word} `;
    // Where one character is one code unit, which is nearly always, cutting the string takes less than half as long as joining characters.
    const characters = SURROGATE.test(word) ? Array.from(padded) : undefined;
    const count = characters?.length ?? padded.length;
    for (let length = 2; length <= 4; length += 1) {
      for (let start = 0; start + length <= count; start += 1) {
        const end = start + length;
        grams.push(characters?.slice(start, end).join('') ?? padded.slice(start, end));
      }
    }
  }
  return grams;
}
