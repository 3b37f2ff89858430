/**
 * Stored questions and counter-examples by their text, for utterances that equal one.
 */
import { exactKey, normaliseText } from '../text/normalise.ts';

/** Rows by text. */
export interface ExactLookup {
  /**
   * Rows whose question equals the utterance: those with the very same text where there are any, else those equal
   * but for case, outer punctuation and runs of spaces. Only rows that `passes` accepts. Ascending; empty where there are none.
   */
  rows(utterance: string, passes: (row: number) => boolean): readonly number[];
  /** Whether the utterance equals a counter-example of the corpus or of an entry. */
  isCounterExample(utterance: string): boolean;
}

/** @param questions text of each row. @param counterExamples of the corpus and of every entry. */
export function buildExactLookup(questions: readonly string[], counterExamples: readonly string[]): ExactLookup {
  const byKey = new Map<string, number[]>();
  questions.forEach((question, row) => {
    const key = exactKey(question);
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  });
  const counters = new Set(counterExamples.map(exactKey));
  return {
    rows(utterance, passes) {
      const text = normaliseText(utterance);
      const alike = (byKey.get(exactKey(text)) ?? []).filter(passes);
      const same = alike.filter((row) => questions[row] === text);
      return same.length > 0 ? same : alike;
    },
    isCounterExample: (utterance) => counters.has(exactKey(utterance)),
  };
}
