/** Whether labelled utterances can measure a corpus: intents it has, and labels that contradict neither one another nor what is stored. Pure. */
import type { Corpus } from '../corpus/corpus.ts';
import { createIntentAdvice } from '../corpus/nearest-intent.ts';
import type { Fault } from '../errors.ts';
import { exactKey } from '../text/normalise.ts';
import type { LabelledUtterance } from './evaluated-row.ts';

/** A labelled utterance with its place, for messages. */
export interface LocatedUtterance extends LabelledUtterance {
  readonly file: string;
  /** From 1; 0 where unknown. */
  readonly line: number;
}

/** What is wrong with a labelled utterance. */
export type GoldenFaultCode =
  /** The corpus has no such intent. */
  | 'unknown_intent'
  /** The same utterance stands twice with different intents. */
  | 'contradicting_rows'
  /** A stored question of another intent, or none of these although it is a stored question. */
  | 'contradicts_question'
  /** In scope here, a counter-example there. */
  | 'contradicts_counter_example';

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function nameOf(intent: string | null): string {
  return intent === null ? 'none of the intents' : quoted(intent);
}

/** Which intents store an utterance as a question, and which refuse it; null refuses for the whole corpus. */
function storedTexts({ entries, counterExamples }: Corpus) {
  const questions = new Map<string, Set<string>>();
  const refused = new Map<string, Set<string | null>>();
  const add = <Value>(map: Map<string, Set<Value>>, text: string, value: Value): void => {
    const key = exactKey(text);
    map.set(key, (map.get(key) ?? new Set<Value>()).add(value));
  };
  for (const { intent, questions: texts, counterExamples: own } of entries) {
    for (const text of texts) add(questions, text, intent);
    for (const text of own) add<string | null>(refused, text, intent);
  }
  for (const text of counterExamples) add<string | null>(refused, text, null);
  return { questions, refused };
}

/** Sentences about one row, by code. */
type Finding = readonly [GoldenFaultCode, string];

function againstCorpus(row: LabelledUtterance, stored: ReturnType<typeof storedTexts>): readonly Finding[] {
  const key = exactKey(row.utterance);
  const right = row.intent === null ? [] : [row.intent, ...(row.alternatives ?? [])];
  const owners = stored.questions.get(key);
  const refusing = stored.refused.get(key);
  const found: Finding[] = [];
  if (owners !== undefined && !right.some((intent) => owners.has(intent))) {
    const owner = [...owners].map(quoted).join(', ');
    found.push(['contradicts_question', `${quoted(row.utterance)} is a stored question of ${owner}, here ${nameOf(row.intent)} is meant`]);
  }
  if (row.intent !== null && refusing !== undefined && (refusing.has(null) || refusing.has(row.intent)))
    found.push(['contradicts_counter_example', `${quoted(row.utterance)} is a counter-example, here ${quoted(row.intent)} is meant`]);
  return found;
}

function faultOf(row: LocatedUtterance, [code, what]: Finding): Fault {
  return { file: row.file, line: row.line, field: '', code, message: `${what}; correct one of them.` };
}

/** What a row says against the first one of the same text. Rows are given in their order. */
function compareRows(): (row: LocatedUtterance) => readonly Finding[] {
  const seen = new Map<string, LocatedUtterance>();
  return (row) => {
    const key = exactKey(row.utterance);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, row);
    if (before === undefined || before.intent === row.intent) return [];
    const what = `${quoted(row.utterance)} means ${nameOf(before.intent)} in line ${before.line} and ${nameOf(row.intent)} here`;
    return [['contradicting_rows', what]];
  };
}

/** Labels that contradict one another, whatever the corpus. */
export function contradictingRows(rows: readonly LocatedUtterance[]): readonly Fault[] {
  const againstOthers = compareRows();
  return rows.flatMap((row) => againstOthers(row).map((finding) => faultOf(row, finding)));
}

/**
 * Every fault of the labels, in their order. Rows with alternatives may have some that the corpus lacks, but not all.
 * @param corpus what the rows are to measure.
 */
export function goldenFaults(rows: readonly LocatedUtterance[], corpus: Corpus): readonly Fault[] {
  const intents = new Set(corpus.entries.map(({ intent }) => intent));
  const adviceOf = createIntentAdvice(intents);
  const stored = storedTexts(corpus);
  const againstOthers = compareRows();
  return rows.flatMap((row) => {
    const known = row.intent === null || [row.intent, ...(row.alternatives ?? [])].some((intent) => intents.has(intent));
    if (!known) {
      const message = `Expected an intent of the corpus, came ${nameOf(row.intent)}; correct it, or write null where none is meant (in a table, leave the cell empty).${row.intent === null ? '' : adviceOf(row.intent)}`;
      return [{ file: row.file, line: row.line, field: 'intent', code: 'unknown_intent', message }];
    }
    return [...againstOthers(row), ...againstCorpus(row, stored)].map((finding) => faultOf(row, finding));
  });
}
