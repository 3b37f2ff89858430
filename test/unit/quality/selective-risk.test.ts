import { expect, test } from 'vitest';
import { type Answerable, atShare, binomialAtMost, controlRisk, fewestAnswers } from '../../../src/matching/selective-risk.ts';
import { seededNumbers } from '../../../src/quality/measures/bootstrap.ts';

const WISH = { precision: 0.9, certainty: 0.95 };

function answers(count: number, wrong: number, confidence: number): readonly Answerable[] {
  return Array.from({ length: count }, (_, i) => ({ confidence, right: i >= wrong }));
}

test('binomial tails are those of the tables, and of samples too long for a plain sum', () => {
  expect(binomialAtMost(0, 10, 0.1)).toBeCloseTo(0.3486784401, 10);
  expect(binomialAtMost(2, 20, 0.1)).toBeCloseTo(0.6769268052, 10);
  expect(binomialAtMost(20, 20, 0.1)).toBeCloseTo(1, 12);
  expect(binomialAtMost(0, 0, 0.1)).toBe(1);
  expect(binomialAtMost(1000, 10_000, 0.1)).toBeCloseTo(0.5084, 3);
  expect(binomialAtMost(9_000, 100_000, 0.1)).toBeGreaterThan(0);
});

test('a threshold is proven by enough answers with few mistakes', () => {
  expect(fewestAnswers(0.9, 0.95)).toBe(29);
  expect(controlRisk(answers(28, 0, 0.52), WISH)).toBeUndefined();
  expect(controlRisk(answers(29, 0, 0.52), WISH)).toEqual({ confidence: 0.05, answers: 29, right: 29 });
  expect(controlRisk(answers(100, 4, 0.52), WISH)).toMatchObject({ right: 96 });
  expect(controlRisk(answers(100, 6, 0.52), WISH)).toBeUndefined();
  expect(controlRisk([], WISH)).toBeUndefined();
});

test('of the thresholds that are proven the least is taken, up to the first that is not', () => {
  const rows = [...answers(100, 1, 0.87), ...answers(20, 10, 0.62), ...answers(300, 0, 0.47)];
  expect(controlRisk(rows, WISH)).toEqual({ confidence: 0.65, answers: 100, right: 99 });
});

test('the search begins where about twice as many answers are as a proof takes, so that one early mistake does not end it', () => {
  // 29 answers, one of them wrong, prove nothing by themselves; with the 60 below them they do.
  const rows = [...answers(29, 1, 0.97), ...answers(60, 0, 0.72)];
  expect(controlRisk(rows, WISH)).toEqual({ confidence: 0.05, answers: 89, right: 88 });
});

test('of rows that are hardly enough half are tried first, since those below are refused', () => {
  // 59 answers without a mistake prove .95; of 100 rows the last 40 are out of scope and unsure.
  const rows = [...answers(60, 0, 0.92), ...answers(40, 40, 0.07)];
  expect(controlRisk(rows, { precision: 0.95, certainty: 0.95 })).toEqual({ confidence: 0.1, answers: 60, right: 60 });
  expect(controlRisk(rows.slice(2), { precision: 0.95, certainty: 0.95 })).toBeUndefined();
});

test('a threshold is the number that is written', () => {
  // 3 · .05 is .15000000000000002.
  expect(controlRisk([...answers(100, 0, 0.17), ...answers(100, 100, 0.12)], WISH)?.confidence).toBe(0.15);
});

test('an intent of its own demand is answered by that, whatever threshold is tried', () => {
  const lax = answers(20, 20, 0.3).map((row) => ({ ...row, demand: 0.2 }));
  const rows = answers(100, 0, 0.8);
  expect(controlRisk(rows, WISH)).toEqual({ confidence: 0.05, answers: 100, right: 100 });
  // The corpus's threshold keeps none of these twenty wrong answers back.
  expect(controlRisk([...rows, ...lax], WISH)).toBeUndefined();
  // The intent's own keeps all of them back, or lets through what a higher one would not.
  expect(controlRisk([...rows, ...lax.map((row) => ({ ...row, demand: 0.4 }))], WISH)).toMatchObject({ answers: 100 });
  expect(controlRisk([...rows, ...answers(9, 0, 0.1).map((row) => ({ ...row, demand: 0 }))], WISH)).toMatchObject({ answers: 109 });
  expect(controlRisk(lax, WISH)).toBeUndefined();
  // A confidence that is the demand itself is answered.
  expect(controlRisk([...rows, ...lax.map((row) => ({ ...row, demand: row.confidence }))], WISH)).toBeUndefined();
});

test('a threshold that is called proven is none no more often than it may be', () => {
  const random = seededNumbers(11);
  // Right a little too seldom from every confidence on, so that whatever is called proven is not.
  const proofs = Array.from({ length: 2000 }).filter(() => {
    const rows = Array.from({ length: 200 }, () => ({ confidence: random(), right: random() < 0.899 }));
    return controlRisk(rows, WISH) !== undefined;
  }).length;
  // One in twenty is allowed, and 2,000 rounds tell it to a half percent.
  expect(proofs / 2000).toBeLessThanOrEqual(0.06);
  expect(proofs).toBeGreaterThan(0);
});

test('rows of a share are as many as there can be, the same ones in every order', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ utterance: `u${i}`, intent: i < 90 ? 'a' : null }));
  const quarter = atShare(rows, 0.25) ?? [];
  expect(quarter.filter(({ intent }) => intent === null)).toHaveLength(10);
  expect(quarter).toHaveLength(40);
  expect(new Set(atShare(rows.toReversed(), 0.25))).toEqual(new Set(quarter));
  expect(atShare(rows, 0)).toHaveLength(90);
  expect(atShare(rows, 1)).toHaveLength(10);
  expect(atShare(rows.slice(0, 90), 0.25)).toBeUndefined();
  expect(atShare(rows.slice(90), 0.25)).toBeUndefined();
  // All or nothing needs one kind alone.
  expect(atShare(rows.slice(0, 90), 0)).toHaveLength(90);
  expect(atShare(rows.slice(90), 1)).toHaveLength(10);
  expect(atShare(rows.slice(0, 90), 1)).toBeUndefined();
});

test('copies of a text are drawn one by one', () => {
  const copies = (utterance: string, intent: string | null, count: number) => Array.from({ length: count }, () => ({ utterance, intent }));
  const rows = [...copies('a', 'a', 50), ...copies('b', 'b', 50), ...copies('weather', null, 10)];
  const drawn = atShare(rows, 0.25) ?? [];
  expect(drawn).toHaveLength(40);
  const ofA = drawn.filter(({ intent }) => intent === 'a').length;
  expect(Math.min(ofA, 30 - ofA)).toBeGreaterThan(5);
});
