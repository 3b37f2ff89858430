/**
 * Whether an encoder suits a corpus, judged by its tokenizer: words it does not know, shards, scripts it hardly has, questions it cuts.
 * What it says is about reading; how well a model answers is what golden questions measure.
 */
import type { Corpus } from '../corpus/corpus.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { createVocabularyMeasure, SHATTERED_FROM, type VocabularyFit, vocabularyOf } from '../encoder/vocabulary-fit.ts';
import { percentText } from './report/number-text.ts';

/** One way in which model and corpus do not fit. */
export interface Misfit {
  readonly kind: 'unknown words' | 'shattered words' | 'script' | 'length';
  /** What was found, in words, with figures. */
  readonly detail: string;
  readonly next: string;
}

/** Fewer words than these say nothing. */
const LEAST_WORDS = 20;
/** One word in a hundred that is no more than "unknown" to the model is one too many: two questions may differ in just that word. */
const MOST_UNKNOWN = 0.01;
/** Of an English FAQ .2 % are shards with an English model, of a German one 15 %, of medical terms 21 %. */
const MOST_SHATTERED = 0.08;
/** Pieces a word: English with an English model 1.1, medical terms 2.2, French 1.8, Spanish 2.1, German 2.2. */
const MOST_PIECES = 1.75;
/** A script with this share of a corpus's letters counts. */
const LEAST_SHARE = 0.05;
/** Pieces of a script that a vocabulary made for it has at least; an English one has 86 in Cyrillic and 494 in Han. */
const LEAST_PIECES = 600;
/** However small the vocabulary, a script with this share of it is what it was made for. */
const LEAST_OF_VOCABULARY = 0.1;

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Telugu',
  'Thai',
  'Georgian',
  'Armenian',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
] as const;

const OTHER_MODEL =
  'Choose a model made for this language, or a multilingual one with onnx/model.onnx, such as FAQMATCH_MODEL=hub:intfloat/multilingual-e5-small@main.';
const ADAPT = 'Choose a model made for this language, or adapt the encoder to these words with "python -m training.adapt".';

const percent = (share: number): string => percentText(share, share < 0.1 ? 1 : 0);

function judgeWords(name: string, fit: VocabularyFit): readonly Misfit[] {
  if (fit.words < LEAST_WORDS) return [];
  const [unknown, shattered, pieces] = [fit.unknown / fit.words, fit.shattered / fit.words, fit.pieces / fit.words];
  const such = `(${fit.examples.join(', ')})`;
  if (unknown > MOST_UNKNOWN)
    return [
      { kind: 'unknown words', detail: `${name}: the model knows nothing of ${percent(unknown)} of the words ${such}`, next: OTHER_MODEL },
    ];
  if (shattered <= MOST_SHATTERED && pieces <= MOST_PIECES) return [];
  const detail = `${name}: ${percent(shattered)} of the words break into more than ${SHATTERED_FROM} pieces ${such}, ${pieces.toFixed(1)} pieces a word`;
  return [{ kind: 'shattered words', detail, next: ADAPT }];
}

function judgeLength(name: string, fit: VocabularyFit, maxTokens: number): readonly Misfit[] {
  if (fit.truncated === 0) return [];
  const detail = `${name}: ${fit.truncated} of ${fit.texts} questions are longer than the ${maxTokens} word pieces that the model reads; the rest is not seen`;
  return [{ kind: 'length', detail, next: 'Shorten them or split them into several, or choose a model that reads more.' }];
}

/** Scripts of some texts with their share of the letters, those with little left out. */
function scriptsOf(texts: readonly string[]): readonly { readonly script: string; readonly share: number }[] {
  const letters = texts.join('\n').match(/\p{L}/gu) ?? [];
  const counted = SCRIPTS.map((script) => {
    const one = new RegExp(`\\p{Script=${script}}`, 'u');
    return { script, share: letters.filter((letter) => one.test(letter)).length / Math.max(1, letters.length) };
  });
  return counted.filter(({ share }) => share >= LEAST_SHARE);
}

function judgeScripts(name: string, texts: readonly string[], vocabulary: readonly string[] | undefined): readonly Misfit[] {
  if (vocabulary === undefined) return [];
  return scriptsOf(texts).flatMap(({ script, share }): readonly Misfit[] => {
    const one = new RegExp(`\\p{Script=${script}}`, 'u');
    const pieces = vocabulary.filter((piece) => one.test(piece)).length;
    if (pieces >= LEAST_PIECES || pieces >= vocabulary.length * LEAST_OF_VOCABULARY) return [];
    const detail = `${name}: ${percent(share)} of the letters are ${script}, in which the model's vocabulary has ${pieces} of its ${vocabulary.length} pieces`;
    return [{ kind: 'script', detail, next: OTHER_MODEL }];
  });
}

/** Questions by the locale of their entry; '' where the file names none. */
function questionsByLocale({ entries }: Corpus): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(entries, ({ locale }) => locale);
  return new Map([...groups].map(([locale, own]) => [locale, own.flatMap(({ questions }) => questions)]));
}

/** What is judged of a corpus: nothing where all is well. */
export interface Fit {
  readonly misfits: readonly Misfit[];
  /** Whether it has words enough, in any locale, for the words to be judged. */
  readonly enoughWords: boolean;
}

/** A judge of corpora for one model, made once. @throws FaqError failed_precondition (no usable tokenizer). */
export function createFitJudge(model: ModelFolder): (corpus: Corpus) => Fit {
  const measure = createVocabularyMeasure(model);
  const vocabulary = vocabularyOf(model);
  return (corpus) => {
    const groups = [...questionsByLocale(corpus)].map(([locale, texts]) => ({
      name: locale === '' ? 'questions' : `questions in ${locale}`,
      texts,
      measured: measure(texts, 'stored'),
    }));
    const questions = groups.flatMap(({ texts }) => texts);
    const misfits = [
      ...groups.flatMap(({ name, texts }) => judgeScripts(name, texts, vocabulary)),
      ...groups.flatMap(({ name, measured }) => judgeWords(name, measured)),
      ...judgeLength('questions', measure(questions, 'stored'), model.maxTokens),
    ];
    return { misfits, enoughWords: groups.some(({ measured }) => measured.words >= LEAST_WORDS) };
  };
}
