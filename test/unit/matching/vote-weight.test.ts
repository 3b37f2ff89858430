import { expect, test } from 'vitest';
import { type VoteSample, voteWeight } from '../../../src/matching/vote-weight.ts';

const NEAR = [{ row: 0, intent: 1, similarity: 0.9, lexical: 0 }];

/** The ridge prefers intent 0 by `lead`; the only neighbour is of intent 1. */
function sample(intent: number, lead: number): VoteSample {
  return { intent, scores: Float32Array.of(lead, 0), near: NEAR };
}

/** Rows that a vote of .1 wins, those that it loses, and rows that no vote changes. */
function rows({ won, lost, same }: { readonly won: number; readonly lost: number; readonly same: number }): readonly VoteSample[] {
  const many = (count: number, intent: number, lead: number) => Array.from({ length: count }, () => sample(intent, lead));
  return [...many(won, 1, 0.05), ...many(lost, 0, 0.05), ...many(same, 0, 0.5)];
}

test('no rows give no vote', () => {
  expect(voteWeight([])).toBe(0);
});

test('a vote that surely helps counts, one that surely does harm does not', () => {
  // From .1 to .2 nothing more is won.
  expect(voteWeight(rows({ won: 40, lost: 0, same: 460 }))).toBeGreaterThan(0.1);
  expect(voteWeight(rows({ won: 40, lost: 0, same: 460 }))).toBeLessThanOrEqual(0.2);
  expect(voteWeight(rows({ won: 0, lost: 40, same: 460 }))).toBeLessThan(1e-4);
});

test('many rows that it changes nothing for speak against a larger vote', () => {
  expect(voteWeight(rows({ won: 0, lost: 0, same: 2000 }))).toBeLessThan(0.001);
});

test('one row more or less moves the vote by little', () => {
  for (const won of [0, 5, 10, 20]) {
    const weights = [9, 10, 11].map((lost) => voteWeight(rows({ won, lost, same: 600 })));
    expect(Math.abs((weights[2] as number) - (weights[0] as number))).toBeLessThan(0.05);
    expect(weights[0]).toBeGreaterThanOrEqual(weights[1] as number);
    expect(weights[1]).toBeGreaterThanOrEqual(weights[2] as number);
  }
});
