/**
 * Misspelt words of an utterance read as words of the corpus, one edit away. Knows no language and no vocabulary: the corpus's own texts
 * say which words there are, and whoever asks says which other words exist (docs/decisions/0015-misspelt-words.md).
 */
import { isOneEdit } from './one-edit.ts';

/** One word that is read as another. */
export interface ReadWord {
  readonly typed: string;
  readonly read: string;
}

/** An utterance as it is read. */
export interface Reading {
  readonly text: string;
  /** In the order of the text; empty where it is read as it was typed. */
  readonly words: readonly ReadWord[];
}

/** Reads utterances. Immutable; some microseconds an unknown word. */
export interface Spelling {
  /**
   * @param text normalised (normalise.ts). @param exists whether a lower-cased word exists outside the corpus; asked only of words one edit
   *   from one of the corpus.
   */
  read(text: string, exists: (word: string) => boolean): Reading;
}

/** A run of letters with inner apostrophes. */
const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
/** Order numbers, addresses, paths, names in code: nothing to correct. */
const NO_WORDS = /[\p{N}@/\\_]|[\p{L}\p{M}]\.[\p{L}\p{M}]/u;
const SMALL = /\p{Ll}/u;
/** Scripts in which one character is a syllable or a word, so that one edit makes another word. */
const SYLLABLES = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
/** Shorter words have too many neighbours: "cash", "case" and "cast" are all there is to "cas". */
const SHORTEST = 4;
/** Most words that may be read into an utterance, the most frequent ones; bounds the time of a look-up in a corpus of any size. */
const MOST_WORDS = 20_000;

/** Lower-cased, with one kind of apostrophe. */
function keyOf(word: string): string {
  return word.toLowerCase().replaceAll('’', "'");
}

/** Texts repeat their tokens, so each is taken apart once. */
function countWords(texts: Iterable<string>): ReadonlyMap<string, number> {
  const tokens = new Map<string, number>();
  for (const text of texts) for (const token of text.split(' ')) tokens.set(token, (tokens.get(token) ?? 0) + 1);
  const counts = new Map<string, number>();
  for (const [token, times] of tokens) {
    for (const [word] of token.matchAll(WORD)) counts.set(keyOf(word), (counts.get(keyOf(word)) ?? 0) + times);
  }
  return counts;
}

/** Words by first letter and length: a misspelt word is looked for among those that begin alike and are as long, or one letter off. */
type Shelves = ReadonlyMap<string, readonly string[]>;

function shelfOf(word: string, length = word.length): string {
  return `${length}${word.charAt(0)}`;
}

/** On a shelf the most frequent come first, then by code units. */
function shelve(counts: ReadonlyMap<string, number>): Shelves {
  const words = [...counts].filter(([word]) => word.length >= SHORTEST && !SYLLABLES.test(word));
  words.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return Map.groupBy(
    words.slice(0, MOST_WORDS).map(([word]) => word),
    (word) => shelfOf(word),
  );
}

/** What a spelling is read by. */
interface Words {
  readonly counts: ReadonlyMap<string, number>;
  readonly shelves: Shelves;
}

/** The most frequent word of the corpus one edit away; undefined where there is none, or two that are as frequent. */
function nearest(word: string, { counts, shelves }: Words): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (let length = word.length - 1; length <= word.length + 1; length += 1) {
    for (const other of shelves.get(shelfOf(word, length)) ?? []) {
      const count = counts.get(other) ?? 0;
      if (count < most) break;
      if (!isOneEdit(word, other)) continue;
      best = count > most ? other : undefined;
      most = count;
    }
  }
  return best;
}

/** The corpus's word that is this one with an apostrophe, e.g. "won't" for "wont". */
function withApostrophe(word: string, { shelves }: Words): string | undefined {
  return shelves.get(shelfOf(word, word.length + 1))?.find((other) => other.replace("'", '') === word);
}

/** What a lower-cased word is read as; undefined where it stays. */
function readAs(word: string, words: Words, exists: (word: string) => boolean): string | undefined {
  if (word.length < SHORTEST || words.counts.has(word)) return undefined;
  const known = (part: string): boolean => words.counts.has(part) || exists(part);
  const contraction = withApostrophe(word, words);
  const found = contraction ?? nearest(word, words);
  if (found === undefined || word.split("'").every(known)) return undefined;
  // A known word with one more letter at its end is inflected sooner than misspelt.
  return contraction === undefined && known(word.slice(0, -1)) ? undefined : found;
}

/** As the typed word is written: capitals, a capital first, or neither. */
function inCaseOf(typed: string, word: string): string {
  if (typed === typed.toLowerCase()) return word;
  if (typed === typed.toUpperCase()) return word.toUpperCase();
  const [first = ''] = word;
  return typed.startsWith(first) ? word : first.toUpperCase() + word.slice(first.length);
}

/** One token between spaces as it is read. @param readWord what a word of it is read as. */
function readToken(token: string, { counts }: Words, readWord: (typed: string) => string): string {
  // Most tokens are words of the corpus as they stand, or short.
  if (token.length < SHORTEST || counts.has(token) || NO_WORDS.test(token)) return token;
  return token.replace(WORD, readWord);
}

/** @param texts stored questions and counter-examples, normalised. */
export function buildSpelling(texts: Iterable<string>): Spelling {
  const counts = countWords(texts);
  const words: Words = { counts, shelves: shelve(counts) };
  return {
    read(text, exists) {
      const changed: ReadWord[] = [];
      const readWord = (typed: string): string => {
        const found = SYLLABLES.test(typed) ? undefined : readAs(keyOf(typed), words, exists);
        // Capitals among small letters are a code or a name; where all is in capitals, they say nothing.
        if (found === undefined || (typed === typed.toUpperCase() && SMALL.test(text))) return typed;
        const read = inCaseOf(typed, found);
        changed.push({ typed, read });
        return read;
      };
      const tokens = text.split(' ').map((token) => readToken(token, words, readWord));
      return { text: tokens.join(' '), words: changed };
    },
  };
}
