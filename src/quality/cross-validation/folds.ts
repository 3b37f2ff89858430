/**
 * A corpus by itself as training and test: each question and counter-example is measured once, by a build that saw neither it nor any
 * near-duplicate of it. Seeded.
 */
import type { Corpus, Entry } from '../../corpus/corpus.ts';
import type { LabelledUtterance } from '../evaluated-row.ts';
import { seededNumbers } from '../measures/bootstrap.ts';
import { nearDuplicateGroups } from './near-duplicates.ts';

/** How to divide. */
export interface FoldOptions {
  /** At least 2; 4 by default, so that unseen intents make up the default out-of-scope share of a quarter. */
  readonly folds?: number;
  readonly seed?: number;
  /** Leave whole intents out, too, each in one fold; true by default where there are at least LEAST_INTENTS. */
  readonly unseenIntents?: boolean;
}

/** One build and what it is measured with. */
export interface Fold {
  readonly training: Corpus;
  readonly rows: readonly LabelledUtterance[];
}

/** The folds, with what a report says of them. */
export interface Division {
  readonly folds: readonly Fold[];
  readonly seed: number;
  /** Groups of near-duplicates that measured texts belong to. */
  readonly groups: number;
  readonly unseenIntents: boolean;
  /** Questions that no build could be measured with, since all questions of their intent are near-duplicates of one another. */
  readonly unmeasured: number;
}

/** Fewer intents than these cannot lose a quarter and remain a corpus. */
const LEAST_INTENTS = 8;

interface OwnedText {
  readonly text: string;
  /** Position of its entry; -1 for a counter-example of the corpus. */
  readonly entry: number;
  readonly counter: boolean;
}

function allTexts({ entries, counterExamples }: Corpus): readonly OwnedText[] {
  const owned = entries.flatMap(({ questions, counterExamples: own }, entry) => [
    ...questions.map((text) => ({ text, entry, counter: false })),
    ...own.map((text) => ({ text, entry, counter: true })),
  ]);
  return [...owned, ...counterExamples.map((text) => ({ text, entry: -1, counter: true }))];
}

/** Deals distinct names out in turns after a seeded shuffle. */
function deal<Name>(names: Iterable<Name>, folds: number, random: () => number): ReadonlyMap<Name, number> {
  const shuffled = [...new Set(names)].map((name) => ({ name, order: random() })).toSorted((a, b) => a.order - b.order);
  return new Map(shuffled.map(({ name }, turn) => [name, turn % folds]));
}

/** Calibration rows of intents that are still there: one of an intent that left would teach what its utterances look like out of scope. */
function knownCalibration({ calibration }: Corpus, entries: readonly Entry[]): Pick<Corpus, 'calibration'> {
  const intents = new Set(entries.map(({ intent }) => intent));
  const known = calibration?.filter(({ intent }) => intent === null || intents.has(intent)) ?? [];
  return { calibration: known.length === 0 ? undefined : known };
}

/** A corpus without the texts that `leaves` names and without entries that lose all their questions. */
function without(corpus: Corpus, leaves: (text: string, entry: number) => boolean): Corpus {
  const entries = corpus.entries.flatMap((entry, position): readonly Entry[] => {
    const stays = (text: string): boolean => !leaves(text, position);
    const questions = entry.questions.filter(stays);
    return questions.length === 0 ? [] : [{ ...entry, questions, counterExamples: entry.counterExamples.filter(stays) }];
  });
  return {
    ...corpus,
    entries,
    counterExamples: corpus.counterExamples.filter((text) => !leaves(text, -1)),
    golden: [],
    ...knownCalibration(corpus, entries),
  };
}

/**
 * Divides a corpus. A question whose intent is not in the build that measures it counts as out of scope where intents were left out on
 * purpose, and is not measured where its group's leaving took the whole intent along.
 */
export async function divideCorpus(corpus: Corpus, options: FoldOptions = {}): Promise<Division> {
  const { folds = 4, seed = 1 } = options;
  const random = seededNumbers(seed);
  const texts = allTexts(corpus);
  const groups = await nearDuplicateGroups(texts.map(({ text }) => text));
  const foldOfGroup = deal(groups, folds, random);
  const foldOfText = new Map(texts.map(({ text }, position) => [text, foldOfGroup.get(groups[position] ?? 0) ?? 0]));
  const intents = corpus.entries.map(({ intent }) => intent);
  const unseenIntents = options.unseenIntents ?? new Set(intents).size >= LEAST_INTENTS;
  const unseenIn = unseenIntents ? deal(intents, folds, random) : new Map<string, number>();
  let unmeasured = 0;
  const built = Array.from({ length: folds }, (_, fold): Fold => {
    const unseen = (entry: number): boolean => unseenIn.get(intents[entry] ?? '') === fold;
    const training = without(corpus, (text, entry) => foldOfText.get(text) === fold || unseen(entry));
    const known = new Set(training.entries.map(({ intent }) => intent));
    const rows = texts
      .filter(({ text }) => foldOfText.get(text) === fold)
      .flatMap(({ text, entry, counter }): readonly LabelledUtterance[] => {
        const intent = intents[entry] ?? '';
        if (counter) return entry < 0 ? [{ utterance: text, intent: null }] : [];
        if (unseen(entry)) return [{ utterance: text, intent: null }];
        if (known.has(intent)) return [{ utterance: text, intent }];
        unmeasured += 1;
        return [];
      });
    return { training, rows };
  });
  const groupOfText = new Map(texts.map(({ text }, position) => [text, groups[position]]));
  const measured = new Set(built.flatMap(({ rows }) => rows.map(({ utterance }) => groupOfText.get(utterance))));
  return { folds: built, seed, groups: measured.size, unseenIntents, unmeasured };
}
