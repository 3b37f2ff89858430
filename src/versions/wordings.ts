/**
 * What a corpus says of its intents beside their questions: the intents' names in words and, where questions are few, the answers.
 * They train the scorer and are no questions: no hit and no evidence comes of them, and a reload does not count them as encoded.
 */
import type { Corpus } from '../corpus/corpus.ts';
import type { FitInput, LabelledTexts } from '../matching/contract.ts';
import { readableName } from '../text/readable-name.ts';
import { type Embedder, type EmbedOptions, embedTexts, vectorsOf } from './embed-texts.ts';
import { groupRows, type RowLayout } from './version-rows.ts';

/** Most questions of an intent whose answers are read; with eight and more its answer adds nothing (docs/decisions/0018-answers.md). */
const FEW_QUESTIONS = 6;
/** Characters of an answer that are read, about 110 word pieces: what comes later moved nothing, and every one of them costs a reload time. */
const ANSWER_CHARACTERS = 500;
/** Answers that are tried by themselves. */
const TRIED_ANSWERS = 256;

/** Wordings without vectors. */
type Labelled = Pick<LabelledTexts, 'texts' | 'intents'>;

/** The wordings of a corpus; each part is empty where there are none worth reading. */
export interface Wordings {
  readonly names: Labelled;
  readonly answersWithQuestion: Labelled;
  /** Row of the question before each of them. */
  readonly answeredRows: Int32Array;
  readonly answersAlone: Labelled;
}

/** Nothing but the questions. */
export const NO_WORDINGS: Wordings = {
  names: { texts: [], intents: new Int32Array(0) },
  answersWithQuestion: { texts: [], intents: new Int32Array(0) },
  answeredRows: new Int32Array(0),
  answersAlone: { texts: [], intents: new Int32Array(0) },
};

interface ReadAnswer {
  readonly row: number;
  readonly question: string;
  readonly answer: string;
  readonly intent: number;
}

/** The beginning of a text, up to its last space. A script without spaces is cut where it is long enough, and no character in two. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const space = cut.lastIndexOf(' ');
  return space > most / 2 ? cut.slice(0, space) : cut.replace(/[\uD800-\uDBFF]$/, '');
}

/** Answers of intents with few questions, by entry in canonical order. One that several intents give tells them apart no better than none. */
function readAnswers({ entries }: Corpus, { questions, entryOfRow, intentOfRow, intents }: RowLayout): readonly ReadAnswer[] {
  const counts = groupRows(intentOfRow, intents.length).map((rows) => rows.length);
  const answers = Array.from(entryOfRow.keys())
    .filter((row) => entryOfRow[row] !== entryOfRow[row - 1])
    .map((row) => ({
      row,
      question: questions[row] ?? '',
      answer: beginning(entries[entryOfRow[row] ?? 0]?.answer ?? '', ANSWER_CHARACTERS),
      intent: intentOfRow[row] ?? 0,
    }));
  const givers = Map.groupBy(answers, ({ answer }) => answer);
  const shared = (answer: string) => new Set(givers.get(answer)?.map(({ intent }) => intent)).size > 1;
  return answers.filter(({ answer, intent }) => answer !== '' && (counts[intent] ?? 0) <= FEW_QUESTIONS && !shared(answer));
}

function labelled(rows: readonly { readonly text: string; readonly intent: number }[]): Labelled {
  return { texts: rows.map(({ text }) => text), intents: Int32Array.from(rows, ({ intent }) => intent) };
}

/** The wordings to read. Deterministic, whatever the order of entries. */
export function wordingsOf(corpus: Corpus, layout: RowLayout): Wordings {
  const names = layout.intents.map((name, intent) => ({ text: readableName(name), intent }));
  const answers = readAnswers(corpus, layout);
  const step = Math.max(1, Math.ceil(answers.length / TRIED_ANSWERS));
  return {
    names: names.some(({ text }) => text === '') ? NO_WORDINGS.names : labelled(names),
    answersWithQuestion: labelled(answers.map(({ question, answer, intent }) => ({ text: `${question} ${answer}`, intent }))),
    answeredRows: Int32Array.from(answers, ({ row }) => row),
    answersAlone: labelled(answers.filter((_, i) => i % step === 0).map(({ answer, intent }) => ({ text: answer, intent }))),
  };
}

/** All texts of the wordings, each once. */
export function wordingTexts({ names, answersWithQuestion, answersAlone }: Wordings): readonly string[] {
  return [...new Set([...names.texts, ...answersWithQuestion.texts, ...answersAlone.texts])];
}

/** Wordings as a fit takes them. @throws what embedTexts throws. */
export async function embedWordings(
  wordings: Wordings,
  embedder: Embedder,
  options: EmbedOptions,
): Promise<Pick<FitInput, 'names' | 'answers'>> {
  const embedded = await embedTexts(wordingTexts(wordings), embedder, options);
  const { dimension } = embedder.encoder.info;
  const withVectors = (part: Labelled): LabelledTexts => ({ ...part, vectors: vectorsOf(part.texts, embedded, dimension) });
  const { names, answersWithQuestion, answeredRows, answersAlone } = wordings;
  return {
    ...(names.texts.length === 0 ? {} : { names: withVectors(names) }),
    ...(answersWithQuestion.texts.length === 0
      ? {}
      : { answers: { withQuestion: withVectors(answersWithQuestion), questionRows: answeredRows, alone: withVectors(answersAlone) } }),
  };
}
