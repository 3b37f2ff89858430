/**
 * A text as it is sent: cut to what the model reads by the model's own tokenizer where there is a folder, so that every server sees the same
 * word pieces, whatever its own limit is and whether or not it truncates.
 */
import type { TextRole } from '../encoder.ts';
import type { ModelFolder } from '../model-folder.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer.ts';

/** What is sent for a text. */
export interface PreparedText {
  /** Well-formed Unicode. */
  readonly text: string;
  /** Word pieces; without a folder an estimate. */
  readonly length: number;
  /** Something was cut off. */
  readonly truncated: boolean;
}

/** Makes a text ready; an utterance where no role is given. */
export type PrepareText = (text: string, role?: TextRole) => PreparedText;

/** What this process knows of the remote model's tokenizer. */
export interface Preparation {
  readonly prepare: PrepareText;
  /** As in Encoder. */
  readonly hasWord: ((word: string) => boolean) | undefined;
}

/** Without a tokenizer, this many characters are sent at most: 32 such texts stay below the 2 MB that TEI takes in one request. */
const MOST_CHARACTERS = 16_384;
/** English has about four characters a word piece; only batches are formed by it. */
const CHARACTERS_PER_PIECE = 4;

/** The first `end` code units, and no half of a character at the end. */
function firstUnits(text: string, end: number): string {
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? end - 1 : end);
}

/**
 * The longest beginning that the model reads whole. For WordPiece its pieces are exactly those that a truncating tokenizer keeps: greedy
 * matching of a word's beginning gives the beginning of the word's pieces.
 */
function longestReadable(text: string, tokenizer: Tokenizer, { guess, role }: { guess: number; role: TextRole }): string {
  const fits = (end: number): boolean => !tokenizer.tokenise(firstUnits(text, end), role).truncated;
  let high = Math.min(guess, text.length);
  while (high < text.length && fits(high)) high = Math.min(2 * high, text.length);
  let low = 0;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return firstUnits(text, low);
}

function byTokenizer(model: ModelFolder): Preparation {
  const tokenizer = createTokenizer(model);
  const prepare: PrepareText = (text, role = 'utterance') => {
    const { ids, truncated } = tokenizer.tokenise(text, role);
    const sent = truncated ? longestReadable(text, tokenizer, { guess: model.maxTokens * CHARACTERS_PER_PIECE, role }) : text;
    // The server is asked for bare vectors, so the model's prompt travels with the text.
    return { text: `${model.prompts.chosen[role]}${sent.toWellFormed()}`, length: ids.length, truncated };
  };
  return { prepare, hasWord: tokenizer.hasWord };
}

function byCharacters(text: string): PreparedText {
  const sent = firstUnits(text, MOST_CHARACTERS);
  return { text: sent.toWellFormed(), length: Math.ceil(sent.length / CHARACTERS_PER_PIECE) + 2, truncated: sent !== text };
}

/** @param model the folder of the remote's model; undefined where there is none. */
export function createPreparation(model: ModelFolder | undefined): Preparation {
  return model === undefined ? { prepare: byCharacters, hasWord: undefined } : byTokenizer(model);
}
