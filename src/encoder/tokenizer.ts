/**
 * Text to word-piece ids, by the tokenizer of the model's own folder. Reads nothing from disk or network itself.
 */
import { PreTrainedTokenizer } from '@huggingface/transformers';
import type { TextRole } from './encoder.ts';
import { modelError } from './model-error.ts';
import type { ModelFolder } from './model-folder.ts';

/** Word pieces of one text. */
export interface TokenIds {
  /** Ids, special ones included, no padding; at least one, at most the model's limit. */
  readonly ids: Int32Array;
  /** The text had more word pieces than the model reads. */
  readonly truncated: boolean;
}

/** A model's tokenizer. */
export interface Tokenizer {
  /** Takes .03 to .1 ms for an utterance, on the calling thread. Any text is allowed, the empty one too. The prompt of its role (an utterance's by default) goes before it. */
  tokenise(text: string, role?: TextRole): TokenIds;
  /** Ids of a text alone, uncut, without special ids and prompt. */
  piecesOf(text: string): readonly number[];
  /** Whether the vocabulary has the word whole; where it is bytes, within a text. */
  hasWord(word: string): boolean;
  /** Id that fills a batch's shorter rows. */
  readonly padId: number;
  /** Id of what the vocabulary does not have, where there is one. */
  readonly unknownId: number | undefined;
}

/**
 * Characters looked at per word piece allowed: a text is cut at maxTokens times this before the tokenizer sees it, so that a text of
 * megabytes does not hold up the thread. A word of over 100 characters is one piece, so real text never loses a piece by it.
 */
const CHARACTERS_PER_PIECE = 256;

/** Special ids before and after a text's own, e.g. [CLS] and [SEP]. */
interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function frameOf(tokenizer: PreTrainedTokenizer): Frame {
  const probe = 'a';
  const bare = tokenizer.encode(probe, { add_special_tokens: false });
  const framed = tokenizer.encode(probe);
  const start = framed.findIndex((_, index) => bare.every((id, offset) => framed[index + offset] === id));
  if (bare.length === 0 || start < 0) return { before: [], after: [] };
  return { before: framed.slice(0, start), after: framed.slice(start + bare.length) };
}

/** The types of the library leave these properties out. */
function specialId(tokenizer: PreTrainedTokenizer, name: string): number | undefined {
  const id: unknown = Reflect.get(tokenizer, name);
  return typeof id === 'number' ? id : undefined;
}

function load(model: ModelFolder): PreTrainedTokenizer {
  try {
    return new PreTrainedTokenizer(model.tokenizer.json, model.tokenizer.config);
  } catch (error) {
    throw modelError(
      'MODEL_UNSUPPORTED',
      'tokenizer.json of the model cannot be used. Expected a tokenizer that transformers.js knows (WordPiece, BPE or Unigram): copy the model again or choose another.',
      error,
    );
  }
}

/**
 * Makes the tokenizer of a model.
 * Too long a text keeps its special pieces at both ends, as the Python tokenizers do; transformers.js would cut the last one off.
 * @throws FaqError failed_precondition where the folder's tokenizer cannot be used.
 */
export function createTokenizer(model: ModelFolder): Tokenizer {
  const tokenizer = load(model);
  const frame = frameOf(tokenizer);
  const room = model.maxTokens - frame.before.length - frame.after.length;
  const most = model.maxTokens * CHARACTERS_PER_PIECE;
  const prepare = (text: string): string => {
    const wellFormed = text.toWellFormed();
    return model.lowerCase ? wellFormed.toLowerCase() : wellFormed;
  };
  const piecesOf = (text: string): readonly number[] => tokenizer.encode(prepare(text), { add_special_tokens: false });
  const unknownId = specialId(tokenizer, 'unk_token_id');
  const whole = (ids: readonly number[]): boolean => ids.length === 1 && ids[0] !== unknownId;
  return {
    padId: specialId(tokenizer, 'pad_token_id') ?? 0,
    unknownId,
    piecesOf,
    // Byte-level vocabularies have most words with the space before them only.
    hasWord: (word) => whole(piecesOf(word)) || whole(piecesOf(` ${word}`)),
    tokenise(own, role = 'utterance') {
      const text = model.prompts.chosen[role] + own;
      const cut = text.length > most ? text.slice(0, most) : text;
      const ids = tokenizer.encode(prepare(cut));
      if (ids.length <= model.maxTokens) return { ids: Int32Array.from(ids), truncated: cut !== text };
      const kept = ids.slice(frame.before.length, frame.before.length + room);
      return { ids: Int32Array.from([...frame.before, ...kept, ...frame.after]), truncated: true };
    },
  };
}
