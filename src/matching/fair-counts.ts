/**
 * What each counter-example tells of out-of-scope traffic. Leaving whole intents out makes the hardest such traffic that there is; counter-examples that look
 * more in scope than that were chosen for it, after a wrong answer or for fear of one, and are no draw of what is asked (docs/decisions/0031).
 */
import { type Calibrator, logit } from './calibrator.ts';
import { features } from './features.ts';
import type { CounterScore, HonestRows, HonestScore } from './honest-rows.ts';

interface Ranked {
  readonly rows: readonly CounterScore[];
  /** How much in scope all of them look. */
  readonly looks: number;
}

/** Rows that look equally in scope together, those that do most first. */
function ranked(rows: readonly HonestScore[], looksOf: (row: HonestScore) => number): readonly Ranked[] {
  const groups = Map.groupBy(rows, looksOf);
  return Array.from(groups, ([looks, own]) => ({ rows: own, looks })).sort((a, b) => b.looks - a.looks);
}

/**
 * The rows with a count for each counter-example, of 1. From the one that looks most in scope downwards each counts as much as leaves the share of them that looks as much
 * in scope as it does no greater than that of the simulated rows (one more of these, so that none at all is not certain). Drawn as traffic comes they count nearly whole, from easier traffic whole.
 * @param prior what in scope looks like: constants, since what is fitted would depend on the counts.
 */
export function countFairly(rows: HonestRows, { prior, baseline }: { readonly prior: Calibrator; readonly baseline: number }): HonestRows {
  const { simulated, counterExamples: own } = rows;
  if (simulated.length === 0) return rows;
  const looksOf = ({ scores, closenessOf }: HonestScore): number => {
    const found = features(scores, closenessOf);
    return logit(prior.inScope, { ...found, score: found.score - baseline });
  };
  const made = simulated.map(looksOf);
  const counted = new Map<HonestScore, number>();
  let used = 0;
  for (const { rows: alike, looks } of ranked(own, looksOf)) {
    const allowed = (own.length * (made.filter((other) => other >= looks).length + 1)) / (made.length + 1);
    const counts = Math.min(1, Math.max(0, allowed - used) / alike.length);
    for (const row of alike) counted.set(row, counts);
    used += counts * alike.length;
  }
  return { ...rows, counterExamples: own.map((row) => ({ ...row, counts: counted.get(row) ?? 0 })) };
}
