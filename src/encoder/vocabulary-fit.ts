/**
 * How a model's tokenizer takes some texts: words it does not know, words it breaks into shards, texts it cuts, scripts it hardly has.
 * Counts; what they mean for a corpus is judged elsewhere.
 */
import type { TextRole } from './encoder.ts';
import type { ModelFolder } from './model-folder.ts';
import { createTokenizer } from './tokenizer.ts';

/** Counts over some texts. A word is a run of letters, as Unicode's word boundaries have it; numbers are none. */
export interface VocabularyFit {
  /** Words, each time they occur. */
  readonly words: number;
  /** Word pieces of all words. */
  readonly pieces: number;
  /** Words with a part that the vocabulary lacks. */
  readonly unknown: number;
  /** Words of more than SHATTERED_FROM pieces. */
  readonly shattered: number;
  /** Some distinct words of either kind, for people. */
  readonly examples: readonly string[];
  readonly texts: number;
  /** Texts longer than the model reads, prompt included. */
  readonly truncated: number;
}

/** More pieces than these make shards of a word: 2 of 1,000 words of an English FAQ with an English model, 150 of a German one. */
export const SHATTERED_FROM = 3;

const EXAMPLES = 5;
const ALL_LETTERS = /^[\p{L}\p{M}'’]+$/u;
const BOUNDARIES = new Intl.Segmenter('und', { granularity: 'word' });

/** Words of a text. */
function* wordsOf(text: string): Generator<string> {
  for (const { segment, isWordLike } of BOUNDARIES.segment(text)) if (isWordLike === true && ALL_LETTERS.test(segment)) yield segment;
}

/** A measure of a model's tokenizer, made once. @throws FaqError failed_precondition where the tokenizer cannot be used. */
export function createVocabularyMeasure(model: ModelFolder): (texts: readonly string[], role: TextRole) => VocabularyFit {
  const tokenizer = createTokenizer(model);
  const known = new Map<string, { readonly pieces: number; readonly unknown: boolean }>();
  const look = (word: string) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const ids = tokenizer.piecesOf(word);
    const facts = { pieces: ids.length, unknown: tokenizer.unknownId !== undefined && ids.includes(tokenizer.unknownId) };
    known.set(word, facts);
    return facts;
  };
  return (texts, role) => {
    const examples = new Set<string>();
    const counts = { words: 0, pieces: 0, unknown: 0, shattered: 0, truncated: 0 };
    for (const text of texts) {
      if (tokenizer.tokenise(text, role).truncated) counts.truncated += 1;
      for (const word of wordsOf(text)) {
        const { pieces, unknown } = look(word);
        counts.words += 1;
        counts.pieces += pieces;
        if (unknown) counts.unknown += 1;
        else if (pieces > SHATTERED_FROM) counts.shattered += 1;
        if ((unknown || pieces > SHATTERED_FROM) && examples.size < EXAMPLES) examples.add(word);
      }
    }
    return { ...counts, texts: texts.length, examples: [...examples] };
  };
}

/** The pieces of a model's vocabulary; undefined where they are bytes, which say nothing of scripts. */
export function vocabularyOf(model: ModelFolder): readonly string[] | undefined {
  const { json } = model.tokenizer;
  if (JSON.stringify(Reflect.get(json, 'pre_tokenizer') ?? null).includes('"ByteLevel"')) return undefined;
  const part: unknown = Reflect.get(json, 'model');
  const vocabulary: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, 'vocab') : undefined;
  // Unigram lists [piece, score]; WordPiece and BPE map piece to id.
  if (Array.isArray(vocabulary)) return vocabulary.map((entry: unknown) => String(Array.isArray(entry) ? entry[0] : entry));
  return typeof vocabulary === 'object' && vocabulary !== null ? Object.keys(vocabulary) : undefined;
}
