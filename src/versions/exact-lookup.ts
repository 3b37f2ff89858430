/**
 * Stored questions and counter-examples by their text, for utterances that equal one.
 */
import { exactKey, normaliseText } from '../text/normalise.ts';

/** Counter-examples that an utterance equals. */
export interface Refusal {
  /** It equals one of the whole corpus: nothing may be answered. */
  readonly everything: boolean;
  /** Intents with a counter-example of their own that it equals: these may not be answered. */
  readonly intents: ReadonlySet<number>;
  /** As the files have them; one that several have is named for each. */
  readonly texts: readonly string[];
}

/** Rows by text. */
export interface ExactLookup {
  /**
   * Rows whose question equals the utterance: those with the very same text where there are any, else those equal
   * but for case, outer punctuation and runs of spaces. Only rows that `passes` accepts. Ascending; empty where there are none.
   */
  rows(utterance: string, passes: (row: number) => boolean): readonly number[];
  /** The counter-examples that the utterance equals; undefined where there are none. */
  refusal(utterance: string): Refusal | undefined;
}

/** Counter-examples by whom they refuse. */
export interface CounterTexts {
  readonly corpusWide: readonly string[];
  /** Counter-examples of entries, each with its entry's intent number. */
  readonly ofIntents: readonly { readonly text: string; readonly intent: number }[];
}

interface OpenRefusal {
  everything: boolean;
  readonly intents: Set<number>;
  readonly texts: string[];
}

function refusals({ corpusWide, ofIntents }: CounterTexts): ReadonlyMap<string, Refusal> {
  const byKey = new Map<string, OpenRefusal>();
  const at = (text: string): OpenRefusal => {
    const key = exactKey(text);
    const known = byKey.get(key) ?? { everything: false, intents: new Set<number>(), texts: [] };
    byKey.set(key, known);
    known.texts.push(text);
    return known;
  };
  for (const text of corpusWide) at(text).everything = true;
  for (const { text, intent } of ofIntents) at(text).intents.add(intent);
  return byKey;
}

/** @param questions text of each row. */
export function buildExactLookup(questions: readonly string[], counterTexts: CounterTexts): ExactLookup {
  const byKey = new Map<string, number[]>();
  questions.forEach((question, row) => {
    const key = exactKey(question);
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  });
  const refused = refusals(counterTexts);
  return {
    rows(utterance, passes) {
      const text = normaliseText(utterance);
      const alike = (byKey.get(exactKey(text)) ?? []).filter(passes);
      const same = alike.filter((row) => questions[row] === text);
      return same.length > 0 ? same : alike;
    },
    refusal: (utterance) => refused.get(exactKey(utterance)),
  };
}
