import { describe, expect, test } from 'vitest';
import type { MatchAnswer } from '../../../src/answering/match-answer.ts';
import { type EvaluatedRow, evaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { COUNTING, countedShare, FIGURE_NAMES, type FigureName, figureStatistics } from '../../../src/quality/figures.ts';
import { madeAnswer } from '../../support/match-answer.ts';

/** What was answered, best first; the confidences are halves of one another. */
function answered(decision: MatchAnswer['decision'], ...intents: readonly string[]): MatchAnswer {
  return madeAnswer({
    decision,
    candidates: intents.map((intent, rank) => ({
      intent,
      entryId: `entry of ${intent}`,
      confidence: 0.5 ** (rank + 1),
      similarity: 0.9,
      matchedQuestion: `question of ${intent}`,
      answer: '',
      metadata: {},
    })),
  });
}

const row = (intent: string | null, answer: MatchAnswer, alternatives?: readonly string[]): EvaluatedRow =>
  evaluatedRow({ utterance: 'u', intent, ...(alternatives === undefined ? {} : { alternatives }) }, answer);

/** Five in scope, three out of scope. */
const ROWS = [
  row('a', answered('answer', 'a', 'b')),
  row('a', answered('answer', 'b', 'a')),
  row('b', answered('no_match', 'b', 'a')),
  row('b', answered('clarify', 'c', 'a')),
  row('c', answered('no_match')),
  row(null, answered('no_match', 'a')),
  row(null, answered('clarify', 'a', 'b')),
  row(null, answered('answer', 'b')),
];

describe('the headline figures of eight rows, counted by hand', () => {
  const statistics = figureStatistics(ROWS);
  const all = Int32Array.from(ROWS.keys());
  const HAND: Readonly<Partial<Record<FigureName, number>>> = {
    // Answered rightly: the first.
    accuracy: 1 / 5,
    // Best candidate right, whatever the decision: the first and the third.
    intentAccuracy: 2 / 5,
    // Three answers, one of them right.
    precision: 1 / 3,
    // Clarifying is no refusal.
    refused: 1 / 3,
    // Ranks 1, 2, 1; two rows without the right intent among the candidates.
    reciprocalRank: (1 + 1 / 2 + 1) / 5,
    ndcgAt10: (1 + 1 / Math.log2(3) + 1) / 5,
    // F1 of a and b in scope: 2·1 / (2 + 1) and 2·1 / (2 + 2); c and "none of these" are said once and never rightly.
    macroF1: (2 / 3 + 1 / 2 + 0 + 0) / 4,
    // Said is what was answered, else "none of these": three of eight right; spreads 64 − 18 and 64 − 30.
    mcc: (3 * 8 - 21) / Math.sqrt(46 * 34),
    // All eight confidences of a best candidate are .5, but for the row without one.
    brier: (2 * 0.25 + 5 * 0.25) / 8,
  };

  test.each(Object.entries(HAND))('%s', (name, wanted) => {
    expect(statistics[name as FigureName](all)).toBeCloseTo(wanted, 12);
  });

  test('out-of-scope rows move no figure of rows in scope', () => {
    const inScope = Int32Array.of(0, 1, 2, 3, 4);
    for (const name of ['accuracy', 'intentAccuracy', 'macroF1', 'ndcgAt10', 'reciprocalRank'] as const)
      expect(statistics[name](inScope)).toBe(statistics[name](all));
  });

  test('are told from the rows that count for each', () => {
    const counts = Object.fromEntries(FIGURE_NAMES.map((name) => [name, ROWS.filter(COUNTING[name]).length]));
    expect(counts).toEqual({
      accuracy: 5,
      intentAccuracy: 5,
      precision: 3,
      refused: 3,
      coverageAt90: 5,
      ece: 8,
      brier: 8,
      auroc: 8,
      mcc: 8,
      macroF1: 5,
      ndcgAt10: 5,
      reciprocalRank: 5,
    });
    expect(FIGURE_NAMES.map((name) => countedShare(name, ROWS)).filter((share) => share !== undefined)).toEqual([
      { good: 1, count: 5 },
      { good: 2, count: 5 },
      { good: 1, count: 3 },
      { good: 1, count: 3 },
    ]);
  });
});

test('coverage is told at the precision of nine answers in ten', () => {
  const sure = (right: boolean, at: number) => ({ ...row('a', answered('answer', right ? 'a' : 'b')), confidence: 1 - at / 100 });
  const of = (rights: readonly boolean[]) =>
    figureStatistics(rights.map(sure)).coverageAt90(Int32Array.from({ length: rights.length }, (_, i) => i));
  const nine = [...Array<boolean>(9).fill(true), false];
  expect(of([...nine, true])).toBe(10 / 11);
  // Two wrong ones before the tenth right one: eight in ten, and only those before the first wrong one count.
  expect(of([...Array<boolean>(8).fill(true), false, false, ...Array<boolean>(4).fill(true)])).toBe(8 / 14);
  expect(of([false, true])).toBe(0);
});

describe('a measured row', () => {
  test('of several right intents is judged by the one that came first', () => {
    const found = row('a', answered('answer', 'c', 'b', 'a'), ['b']);
    expect(found).toMatchObject({ intent: 'b', relevant: ['a', 'b'], best: 'c', confidence: 0.5, second: 0.25, ranking: ['c', 'b', 'a'] });
    expect(found.nearest?.question).toBe('question of c');
    expect(found.meant?.question).toBe('question of b');
    expect(row('a', answered('answer', 'c'), ['b']).intent).toBe('a');
  });

  test('whose best candidate is right has no other question that was meant', () => {
    expect(row('a', answered('answer', 'a', 'b')).meant).toBeUndefined();
  });

  test('out of scope has no right intent, and without candidates no confidence', () => {
    expect(row(null, answered('no_match'))).toMatchObject({ relevant: [], best: undefined, confidence: 0, second: 0, nearest: undefined });
  });
});
