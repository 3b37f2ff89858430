/**
 * The canonical order of a corpus's questions and intents: what row numbers and intent numbers mean.
 * Shuffling the files' entries changes no number, so it changes no score either.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Corpus, Entry } from '../corpus/corpus.ts';
import type { QuestionRow } from '../index/contract.ts';
import { type LabelledTexts, NO_INTENT } from '../matching/contract.ts';
import { byCodeUnits } from '../text/code-units.ts';
import { wordTerms } from '../text/terms.ts';
import type { CounterTexts } from './exact-lookup.ts';

/** Grows when the order of rows, the terms of a row or what counts as out of scope change meaning; part of a version's identity. */
export const ROW_FORMAT = 3;

/** Rows and intents of a corpus in canonical order. */
export interface RowLayout {
  /** Text of each row: entries by id, in each the canonical question first and then the others sorted. */
  readonly questions: readonly string[];
  /** Position in corpus.entries of each row. */
  readonly entryOfRow: Int32Array;
  /** Intent names, sorted; a name's position is the intent's number. */
  readonly intents: readonly string[];
  /** Intent number of each row. */
  readonly intentOfRow: Int32Array;
  /** Counter-examples of the corpus and of its entries, sorted; one that several entries have is there for each of their intents. */
  readonly counterTexts: readonly string[];
  /** Number of the intent that each refuses; NO_INTENT where it refuses all. */
  readonly counterIntents: Int32Array;
  /** All counter-examples, by whom they refuse. */
  readonly refusing: CounterTexts;
  /** Calibration rows, sorted by utterance. */
  readonly labelled: Pick<LabelledTexts, 'texts' | 'intents'>;
}

function orderedQuestions(entry: Entry): readonly string[] {
  const [canonical, ...others] = entry.questions;
  return canonical === undefined ? [] : [canonical, ...others.sort(byCodeUnits)];
}

/** Counter-examples with the number of the intent that each refuses, each once, sorted; an entry's own that the corpus has too refuses all. */
function orderedCounters({ corpusWide, ofIntents }: CounterTexts): readonly { readonly text: string; readonly intent: number }[] {
  const all = new Set(corpusWide);
  const own = ofIntents.filter(({ text }) => !all.has(text));
  const distinct = new Map(
    [...[...all].map((text) => ({ text, intent: NO_INTENT })), ...own].map((each) => [`${each.intent} ${each.text}`, each]),
  );
  return [...distinct.values()].sort((left, right) => byCodeUnits(left.text, right.text) || left.intent - right.intent);
}

/** Numbers the rows and intents of a corpus. */
export function layOutRows(corpus: Corpus): RowLayout {
  const intents = [...new Set(corpus.entries.map((entry) => entry.intent))].sort(byCodeUnits);
  const numberOf = new Map(intents.map((intent, number) => [intent, number]));
  const ordered = corpus.entries
    .map((entry, position) => ({ entry, position }))
    .sort((left, right) => byCodeUnits(left.entry.id, right.entry.id));
  const rows = ordered.flatMap(({ entry, position }) =>
    orderedQuestions(entry).map((question) => ({ question, position, intent: numberOf.get(entry.intent) ?? 0 })),
  );
  const own = ordered.flatMap(({ entry }) => entry.counterExamples.map((text) => ({ text, intent: entry.intent })));
  const refusing = {
    corpusWide: corpus.counterExamples,
    ofIntents: own.map(({ text, intent }) => ({ text, intent: numberOf.get(intent) ?? 0 })),
  };
  const counters = orderedCounters(refusing);
  const calibration = (corpus.calibration ?? []).toSorted((left, right) => byCodeUnits(left.utterance, right.utterance));
  return {
    questions: rows.map((row) => row.question),
    entryOfRow: Int32Array.from(rows, (row) => row.position),
    intents,
    intentOfRow: Int32Array.from(rows, (row) => row.intent),
    counterTexts: counters.map(({ text }) => text),
    counterIntents: Int32Array.from(counters, ({ intent }) => intent),
    refusing,
    labelled: {
      texts: calibration.map(({ utterance }) => utterance),
      intents: Int32Array.from(calibration, ({ intent }) => (intent === null ? NO_INTENT : (numberOf.get(intent) ?? NO_INTENT))),
    },
  };
}

/** Rows whose terms are cut between two turns of the event loop: some 3 ms, in which a match waits. */
const ROWS_PER_TURN = 500;

/** The rows as the index stores them; terms are cut here, once, and never again at a restart. Gives way to other work in between. */
export async function questionRows(corpus: Corpus, layout: RowLayout): Promise<readonly QuestionRow[]> {
  const rows: QuestionRow[] = [];
  for (const text of layout.questions) {
    const entry = corpus.entries[layout.entryOfRow[rows.length] ?? 0];
    rows.push({
      text,
      terms: wordTerms(text),
      locale: entry?.locale ?? '',
      tags: entry?.tags ?? [],
      group: layout.intentOfRow[rows.length] ?? 0,
    });
    if (rows.length % ROWS_PER_TURN === 0) await nextTurn();
  }
  return rows;
}

/** Rows of each intent, ascending. */
export function groupRows(intentOfRow: Int32Array, intentCount: number): readonly Int32Array[] {
  const rows: number[][] = Array.from({ length: intentCount }, () => []);
  intentOfRow.forEach((intent, row) => {
    rows[intent]?.push(row);
  });
  return rows.map((list) => Int32Array.from(list));
}
