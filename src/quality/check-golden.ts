/** Whether labelled utterances can measure a corpus: intents it has, and labels that contradict neither one another nor what is stored. Pure. */
import type { Corpus } from '../corpus/corpus.ts';
import { quoted } from '../corpus/describe-value.ts';
import { againstStored, intentText, knownTexts, type LabelFinding } from '../corpus/known-texts.ts';
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

function faultOf(row: LocatedUtterance, [code, what]: LabelFinding): Fault {
  return { file: row.file, line: row.line, field: '', code, message: `${what}; correct one of them.` };
}

/** What a row says against the first one of the same text. Rows are given in their order. */
function compareRows(): (row: LocatedUtterance) => readonly LabelFinding[] {
  const seen = new Map<string, LocatedUtterance>();
  return (row) => {
    const key = exactKey(row.utterance);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, row);
    if (before === undefined || before.intent === row.intent) return [];
    const what = `${quoted(row.utterance)} means ${intentText(before.intent)} in line ${before.line} and ${intentText(row.intent)} here`;
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
  const stored = knownTexts(corpus);
  const adviceOf = createIntentAdvice(stored.intents);
  const againstOthers = compareRows();
  return rows.flatMap((row) => {
    const known = row.intent === null || [row.intent, ...(row.alternatives ?? [])].some((intent) => stored.intents.has(intent));
    if (!known) {
      const message = `Expected an intent of the corpus, came ${intentText(row.intent)}; correct it, or write null where none is meant (in a table, leave the cell empty).${row.intent === null ? '' : adviceOf(row.intent)}`;
      return [{ file: row.file, line: row.line, field: 'intent', code: 'unknown_intent', message }];
    }
    return [
      ...againstOthers(row),
      ...againstStored(row.utterance, row.intent === null ? [] : [row.intent, ...(row.alternatives ?? [])], stored),
    ].map((finding) => faultOf(row, finding));
  });
}
