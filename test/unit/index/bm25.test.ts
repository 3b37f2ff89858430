import { expect, test } from 'vitest';
import { openBm25 } from '../../../src/index/bm25.ts';
import { termWeights } from '../../../src/index/bm25-weights.ts';

function scores(documents: readonly (readonly string[])[], query: readonly string[]): readonly number[] {
  return openBm25(documents).scored(query, ({ byRow }) => [...byRow]);
}

test('a term that few documents hold counts for more than one that many hold', () => {
  const [common, rare] = scores(
    [
      ['card', 'my'],
      ['refund', 'my'],
      ['pay', 'my'],
    ],
    ['my', 'refund'],
  );
  expect(rare).toBeGreaterThan(common ?? Number.NaN);
});

test('a term that every document holds still counts a little, never below zero', () => {
  for (const score of scores([['my'], ['my'], ['my']], ['my'])) expect(score).toBeGreaterThan(0);
});

test('a term named twice in the query counts twice', () => {
  const documents = [['card', 'lost'], ['pay']];
  expect(scores(documents, ['card', 'card'])[0]).toBeCloseTo(2 * (scores(documents, ['card'])[0] ?? Number.NaN), 10);
});

test('of two documents with a term the shorter scores higher', () => {
  const [short, long] = scores([['card'], ['card', 'and', 'so', 'on'], ['other']], ['card']);
  expect(short).toBeGreaterThan(long ?? Number.NaN);
});

test('documents without terms, and no documents at all, score nothing and break nothing', () => {
  expect(scores([[], []], ['card'])).toEqual([0, 0]);
  expect(scores([[], ['card']], ['card'])[0]).toBe(0);
  expect(scores([], ['card'])).toEqual([]);
  expect(termWeights([[]]).weights).toHaveLength(0);
});

test('a reader that throws leaves nothing behind for the next query', () => {
  const bm25 = openBm25([['card'], ['pay']]);
  const thrower = (): never => {
    throw new Error('planted');
  };
  expect(() => bm25.scored(['card'], thrower)).toThrow('planted');
  expect(bm25.scored(['pay'], ({ byRow, touched }) => [byRow[0], [...touched]])).toEqual([0, [1]]);
});
