/** Which two intents utterances fall between: one taken for the other, or both asked about. Pure. */
import type { EvaluatedRow } from '../evaluated-row.ts';
import type { AmbiguousPair } from './evaluation-report.ts';

/** As many as a person looks through. */
const MOST_PAIRS = 50;

interface Contest {
  readonly rival: string;
  readonly asked: boolean;
}

/** With which intents a row's own one was contested. */
function contests({ intent, best, decision, clarifyIntents }: EvaluatedRow): readonly Contest[] {
  if (intent === null || best === undefined) return [];
  const asked = decision === 'clarify' ? clarifyIntents.filter((other) => other !== intent) : [];
  const mistaken = best === intent ? [] : [{ rival: best, asked: false }];
  // An asking that does not offer the right intent is a mistake alone.
  return [...mistaken, ...(clarifyIntents.includes(intent) ? asked.map((rival) => ({ rival, asked: true })) : [])];
}

/** Pairs of intents by how often rows fell between them, most first; an intent's name decides ties. */
export function ambiguousPairs(rows: readonly EvaluatedRow[]): readonly AmbiguousPair[] {
  const pairs = new Map<string, { intents: readonly [string, string]; mistaken: number; asked: number; example: string }>();
  for (const row of rows) {
    for (const { rival, asked } of contests(row)) {
      const [first = '', second = ''] = [row.intent ?? '', rival].toSorted();
      const key = JSON.stringify([first, second]);
      const pair = pairs.get(key) ?? { intents: [first, second] as const, mistaken: 0, asked: 0, example: row.utterance };
      pairs.set(key, { ...pair, mistaken: pair.mistaken + (asked ? 0 : 1), asked: pair.asked + (asked ? 1 : 0) });
    }
  }
  return [...pairs.values()]
    .toSorted((a, b) => b.mistaken + b.asked - (a.mistaken + a.asked) || (a.intents.join() < b.intents.join() ? -1 : 1))
    .slice(0, MOST_PAIRS);
}
