/** The texts that a corpus stores, and what a labelled utterance says against them. Pure. */
import { exactKey } from '../text/normalise.ts';
import type { Entry } from './corpus.ts';
import { quoted } from './describe-value.ts';

/** Stored texts by exactKey. */
export interface KnownTexts {
  readonly intents: ReadonlySet<string>;
  /** Intents that store a text as a question. */
  readonly questions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Intents that a text is a counter-example of; null for the whole corpus. */
  readonly refused: ReadonlyMap<string, ReadonlySet<string | null>>;
}

/** The texts of a corpus. */
export function knownTexts({
  entries,
  counterExamples,
}: {
  readonly entries: readonly Entry[];
  readonly counterExamples: readonly string[];
}): KnownTexts {
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
  return { intents: new Set(entries.map(({ intent }) => intent)), questions, refused };
}

/** What a label may be wrong about. */
export type LabelFaultCode =
  /** The same utterance stands twice with different intents. */
  | 'contradicting_rows'
  /** A stored question of another intent, or none of these although it is a stored question. */
  | 'contradicts_question'
  /** In scope here, a counter-example there. */
  | 'contradicts_counter_example';

/** A fault of a label with its sentence. */
export type LabelFinding = readonly [LabelFaultCode, string];

/** An intent as messages name it. */
export function intentText(intent: string | null): string {
  return intent === null ? 'none of the intents' : quoted(intent);
}

/** What a label says against the stored texts. @param right all intents that are right, the label's own first; none where none is meant. */
export function againstStored(utterance: string, right: readonly string[], known: KnownTexts): readonly LabelFinding[] {
  const key = exactKey(utterance);
  const [intent = null] = right;
  const owners = known.questions.get(key);
  const refusing = known.refused.get(key);
  const found: LabelFinding[] = [];
  if (owners !== undefined && !right.some((one) => owners.has(one))) {
    const owner = Array.from(owners, quoted).join(', ');
    found.push(['contradicts_question', `${quoted(utterance)} is a stored question of ${owner}, here ${intentText(intent)} is meant`]);
  }
  if (intent !== null && refusing !== undefined && (refusing.has(null) || refusing.has(intent)))
    found.push(['contradicts_counter_example', `${quoted(utterance)} is a counter-example, here ${intentText(intent)} is meant`]);
  return found;
}
