import { expect, test } from 'vitest';
import { neighbourVote, voteWeight } from '../../../src/matching/neighbour-vote.ts';

const hit = (intent: number, similarity: number) => ({ intent, similarity });

test('nobody near, no votes', () => {
  expect(neighbourVote([])).toEqual([]);
});

test('a single neighbour has the whole vote', () => {
  expect(neighbourVote([hit(3, -0.2)])).toEqual([{ intent: 3, share: 1 }]);
});

test('shares are softmax weights exp(cosine / 0.05), summed by intent, in any order of hits', () => {
  const near = [hit(1, 0.7), hit(0, 0.8), hit(1, 0.75)];
  const weight = (similarity: number) => Math.exp(similarity / 0.05);
  const total = weight(0.7) + weight(0.8) + weight(0.75);
  for (const order of [near, near.toReversed()]) {
    const votes = new Map(neighbourVote(order).map(({ intent, share }) => [intent, share]));
    expect(votes.get(0)).toBeCloseTo(weight(0.8) / total, 12);
    expect(votes.get(1)).toBeCloseTo((weight(0.7) + weight(0.75)) / total, 12);
  }
});

test('only the ten nearest vote', () => {
  const near = Array.from({ length: 30 }, (_, i) => hit(i, 0.9 - i / 1000));
  expect(neighbourVote(near).map((vote) => vote.intent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('the list of hits is left as it was', () => {
  const near = Object.freeze([hit(0, 0.1), hit(1, 0.9)]);
  neighbourVote(near);
  expect(near[0]?.intent).toBe(0);
});

test('the vote weighs nothing up to six questions an intent, and ever more beyond, below .15', () => {
  const even = (each: number, intents = 5) =>
    voteWeight(
      Int32Array.from({ length: each * intents }, (_, row) => row % intents),
      intents,
    );
  expect([1, 3, 6].map((each) => even(each))).toEqual([0, 0, 0]);
  expect(even(12)).toBeCloseTo(0.075, 12);
  expect(even(20)).toBeGreaterThan(even(12));
  expect(even(2000)).toBeGreaterThan(0.149);
  expect(even(2000)).toBeLessThan(0.15);
});

test('of an even number of intents the median lies between the two in the middle', () => {
  // Six and eighteen questions: twelve.
  expect(
    voteWeight(
      Int32Array.from({ length: 24 }, (_, row) => (row < 6 ? 0 : 1)),
      2,
    ),
  ).toBeCloseTo(0.075, 12);
});

test('one large intent among small ones gives the vote no weight', () => {
  expect(
    voteWeight(
      Int32Array.from({ length: 500 }, (_, row) => Math.min(row, 4)),
      5,
    ),
  ).toBe(0);
});
