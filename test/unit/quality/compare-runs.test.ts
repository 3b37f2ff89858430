import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/quality/compare-runs.ts';
import type { EvaluatedRow } from '../../../src/quality/evaluated-row.ts';

const quick = { resamples: 40 };

type Plain = readonly [string, string | null, string?, Partial<EvaluatedRow>?];

/** A row that means `intent` and is told `best`; out of scope where it means nothing, and refused where it is told nothing. */
function row(...[utterance, intent, best, changes = {}]: Plain): EvaluatedRow {
  return {
    utterance,
    intent,
    decision: best === undefined ? 'no_match' : 'answer',
    best,
    confidence: best === undefined ? 0 : 0.8,
    clarifyIntents: [],
    relevant: intent === null ? [] : [intent],
    ranking: best === undefined ? [] : [best],
    second: 0,
    nearest: undefined,
    meant: undefined,
    ...changes,
  };
}

const compare = (before: readonly EvaluatedRow[], after: readonly EvaluatedRow[]) =>
  compareRuns({ name: 'old', rows: before }, { name: 'new', rows: after }, quick);

describe('rows of two runs', () => {
  test('are paired by utterance and label, of repeats the first with the first', async () => {
    const before = [row('a', 'x', 'x'), row('a', 'x', 'y'), row('b', null, 'x')];
    const after = [row('a', 'x', 'x'), row('a', 'x', 'x'), row('b', 'x', 'x')];
    const comparison = await compare(before, after);
    // The utterance "b" means another thing in the two runs: no pair.
    expect(comparison).toMatchObject({ rows: 2, leftOut: 2, broken: [] });
    expect(comparison.fixed).toMatchObject([{ utterance: 'a', before: { best: 'y' }, after: { best: 'x' } }]);
  });

  test('are paired by all intents that are right, whichever of them came first', async () => {
    const relevant = ['x', 'y'];
    const comparison = await compare([row('a', 'x', 'x', { relevant })], [row('a', 'y', 'y', { relevant: relevant.toReversed() })]);
    expect(comparison).toMatchObject({ rows: 1, leftOut: 0, fixed: [], broken: [] });
  });

  test('that changed sides are told by the chance of so uneven a split, to whichever side', async () => {
    const all = (best: string) => Array.from({ length: 6 }, (_, i) => row(`u${i}`, 'x', best));
    const [better, worse] = [await compare(all('y'), all('x')), await compare(all('x'), all('y'))];
    // Six of six: 2 / 2⁶.
    expect([better.signTest, worse.signTest]).toEqual([1 / 32, 1 / 32]);
    expect([better.fixed.length, worse.broken.length]).toEqual([6, 6]);
  });
});

describe('a difference is sure', () => {
  /** Rows in scope with `right` of them right; the others refused. */
  const inScope = (count: number, right: number) => Array.from({ length: count }, (_, i) => row(`u${i}`, 'x', i < right ? 'x' : undefined));

  test('where enough rows change to one side, better or worse', async () => {
    const [better, worse] = [await compare(inScope(20, 8), inScope(20, 16)), await compare(inScope(20, 16), inScope(20, 8))];
    expect(better.figures.accuracy).toMatchObject({ before: 0.4, after: 0.8, sure: true });
    expect(worse.figures.accuracy).toMatchObject({ before: 0.8, after: 0.4, sure: true });
    expect(worse.figures.accuracy.difference.high).toBeLessThan(0);
  });

  test('of ten rows and not of nine, however clear', async () => {
    const sureOf = async (count: number) => (await compare(inScope(count, 0), inScope(count, count - 1))).figures.accuracy.sure;
    expect([await sureOf(9), await sureOf(10)]).toEqual([false, true]);
  });

  test('of answers by the rows that either run answered', async () => {
    // Ten rows are answered before, all wrongly, and six after, five of them rightly: of answers ten rows tell.
    const before = Array.from({ length: 10 }, (_, i) => row(`u${i}`, 'x', 'y'));
    const after = before.map(({ utterance }, i) => row(utterance, 'x', ['x', 'x', 'x', 'x', 'x', 'y'][i]));
    expect((await compare(before, after)).figures.precision).toMatchObject({ before: 0, after: 5 / 6, sure: true });
    const beside = Array.from({ length: 10 }, (_, i) => row(`v${i}`, null));
    const some = (await compare([...before.slice(0, 9), ...beside], [...after.slice(0, 9), ...beside])).figures.precision;
    expect(some.sure).toBe(false);
  });
});
