/** Ways in which users write one thing differently: each should change no decision. Pure; what does not apply leaves the text as it is. */

/** A rewriting of an utterance. */
export interface Transformation {
  readonly name: string;
  readonly apply: (utterance: string) => string;
}

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bI am\b/giu, "I'm"],
  [/\bI have\b/giu, "I've"],
  [/\bI would\b/giu, "I'd"],
  [/\bdo not\b/giu, "don't"],
  [/\bdoes not\b/giu, "doesn't"],
  [/\bcannot\b/giu, "can't"],
  [/\bwhat is\b/giu, "what's"],
  [/\bwhere is\b/giu, "where's"],
  [/\bit is\b/giu, "it's"],
];
const EXPANSIONS: readonly (readonly [RegExp, string])[] = [
  [/\bI'm\b/giu, 'I am'],
  [/\bI've\b/giu, 'I have'],
  [/\bI'd\b/giu, 'I would'],
  [/\bdon['’]?t\b/giu, 'do not'],
  [/\bdoesn['’]?t\b/giu, 'does not'],
  [/\bcan['’]t\b/giu, 'cannot'],
  [/\bwhat['’]?s\b/giu, 'what is'],
  [/\bwhere['’]?s\b/giu, 'where is'],
  [/\bit['’]s\b/giu, 'it is'],
];

function replaced(utterance: string, pairs: readonly (readonly [RegExp, string])[]): string {
  return pairs.reduce((text, [pattern, to]) => text.replace(pattern, to), utterance);
}

/** Contracts what is written out, else writes out what is contracted. */
function contracted(utterance: string): string {
  const shorter = replaced(utterance, CONTRACTIONS);
  return shorter === utterance ? replaced(utterance, EXPANSIONS) : shorter;
}

/** The longest word of at least `least` letters, the first of equals; undefined where there is none. */
function longestWord(utterance: string, least: number): { readonly word: string; readonly at: number } | undefined {
  const words = [...utterance.matchAll(/\p{L}+/gu)].map((found) => ({ word: found[0], at: found.index }));
  return words.filter(({ word }) => word.length >= least).toSorted((a, b) => b.word.length - a.word.length || a.at - b.at)[0];
}

function withWord(utterance: string, { word, at }: { readonly word: string; readonly at: number }, other: string): string {
  return utterance.slice(0, at) + other + utterance.slice(at + word.length);
}

/** Rewrites the longest word at its middle letter; shorter words than four letters stay. */
function atMiddle(rewrite: (word: string, middle: number) => string): (utterance: string) => string {
  return (utterance) => {
    const found = longestWord(utterance, 4);
    return found === undefined ? utterance : withWord(utterance, found, rewrite(found.word, Math.floor(found.word.length / 2)));
  };
}

/** Two letters in the middle of the longest word change places, as fingers do. */
const withTypo = atMiddle((word, middle) => `${word.slice(0, middle - 1)}${word[middle]}${word[middle - 1]}${word.slice(middle + 1)}`);
const withLetterLeftOut = atMiddle((word, middle) => word.slice(0, middle) + word.slice(middle + 1));
const withLetterTwice = atMiddle((word, middle) => word.slice(0, middle) + word.slice(middle - 1));

/** Rows of keys, each letter being replaced by its right neighbour, the last by its left one. */
const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

function neighbourOf(letter: string): string {
  const row = KEYS.find((keys) => keys.includes(letter)) ?? '';
  const at = row.indexOf(letter);
  return row[at + 1] ?? row[at - 1] ?? letter;
}

const withWrongKey = atMiddle(
  (word, middle) => word.slice(0, middle) + neighbourOf((word[middle] ?? '').toLowerCase()) + word.slice(middle + 1),
);

const THINGS =
  /\b(order|parcel|refund|voucher|card|account|invoice|payment|password|laptop|printer|screen|phone|address|loan|transfer|code|item|delivery|email|ticket|file|fee|limit|statement)(s?)\b/iu;

/** The first thing that is named turns from one into many, or from many into one. */
function withPlural(utterance: string): string {
  return utterance.replace(THINGS, (_, thing: string, ending: string) => (ending === '' ? `${thing.replace(/y$/u, 'ie')}s` : thing));
}

/** All of them. */
export const TRANSFORMATIONS: readonly Transformation[] = [
  { name: 'lower case', apply: (text) => text.toLowerCase() },
  { name: 'upper case', apply: (text) => text.toUpperCase() },
  { name: 'no punctuation', apply: (text) => text.replace(/[.,;:!?]+/gu, '') },
  { name: 'more punctuation', apply: (text) => `${text.replace(/[.!?]+$/u, '')}?!` },
  { name: 'spacing', apply: (text) => `  ${text.replaceAll(' ', '   ')} ` },
  { name: 'politeness', apply: (text) => `please, I would like to know: ${text}` },
  { name: 'one typo', apply: withTypo },
  { name: 'a letter left out', apply: withLetterLeftOut },
  { name: 'a letter twice', apply: withLetterTwice },
  { name: 'a wrong key', apply: withWrongKey },
  { name: 'contraction', apply: contracted },
  { name: 'plural', apply: withPlural },
];
