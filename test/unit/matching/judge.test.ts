import { expect, test } from 'vitest';
import type { Calibrator } from '../../../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../../src/matching/contract.ts';
import { type JudgeInput, judge } from '../../../src/matching/judge.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { fixedScorer } from '../../support/fixed-scorer.ts';

function judgeScores(scores: readonly number[], changes: Partial<JudgeInput> = {}, calibrator: Calibrator = UNIVERSAL_CALIBRATOR) {
  const vector = Float32Array.from(scores);
  return judge({
    scorer: fixedScorer(vector, { calibrator }),
    scores: vector,
    closenessOf: () => ({ nearest: 0.8, refused: 0 }),
    allowed: undefined,
    equality: { kind: 'none' },
    topK: 5,
    minConfidence: undefined,
    settings: { ...DEFAULT_MATCH_SETTINGS, answerConfidence: 0.5, clarifyConfidence: 0.3, clarifyRatio: 0.6 },
    ...changes,
  });
}

const intentsOf = (judgement: ReturnType<typeof judge>) => judgement.ranked.map((item) => item.intent);

test('an exact question is answered with certainty, even where another intent scores higher and certainty is asked for', () => {
  for (const minConfidence of [undefined, 0, 1]) {
    const judgement = judgeScores([0.9, 0.1], { equality: { kind: 'question', intents: [1] }, minConfidence });
    expect(judgement.verdict).toMatchObject({ decision: 'answer', rule: 'exact_question' });
    expect(judgement.ranked).toEqual([
      { intent: 1, confidence: 1 },
      { intent: 0, confidence: 0 },
    ]);
    expect(judgement).toMatchObject({ none: 0, clarify: [], runnerUp: 0 });
  }
});

test('an exact question leads even where the scorer has nothing to say of its intent', () => {
  const judgement = judgeScores([0.9, -Infinity, -Infinity], { equality: { kind: 'question', intents: [1] } });
  expect(judgement.ranked).toEqual([
    { intent: 1, confidence: 1 },
    { intent: 0, confidence: 0 },
  ]);
});

test('a question stored under two intents is asked back, both named whatever top_k and the least confidence say', () => {
  for (const topK of [1, 5]) {
    const judgement = judgeScores([0.9, 0.5, 0.4], { equality: { kind: 'question', intents: [2, 1] }, topK, minConfidence: 1 });
    expect(judgement.verdict).toMatchObject({ decision: 'clarify', rule: 'exact_question_ambiguous' });
    expect(judgement.clarify).toEqual([2, 1]);
    expect(judgement.ranked[0]).toEqual({ intent: 1, confidence: 0.5 });
    expect(judgement.ranked).toHaveLength(Math.min(3, topK));
  }
});

test('confidences never sum to more than 1, not even by rounding, however many intents share a question', () => {
  for (let count = 1; count <= 200; count += 1) {
    const intents = Array.from({ length: count }, (_, intent) => intent);
    const { ranked } = judgeScores(Array(count).fill(0.5), { equality: { kind: 'question', intents }, topK: count });
    // Nine ninths added one by one are 1.0000000000000002.
    expect(ranked.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThanOrEqual(1);
    expect(ranked[0]?.confidence).toBeCloseTo(1 / count, 9);
  }
});

test('a counter-example is no match, with candidates that have no confidence', () => {
  const judgement = judgeScores([0.99, 0.2], { equality: { kind: 'counter_example' }, minConfidence: 0 });
  expect(judgement.verdict).toMatchObject({ decision: 'no_match', rule: 'counter_example' });
  expect(judgement.none).toBe(1);
  expect(judgement.ranked).toEqual([
    { intent: 0, confidence: 0 },
    { intent: 1, confidence: 0 },
  ]);
});

test('a filter that excludes the best intent leaves the next one as best', () => {
  const judgement = judgeScores([0.9, 0.3, 0.4], { allowed: (intent) => intent !== 0 });
  expect(intentsOf(judgement)).toEqual([2, 1]);
  expect(judgement.features).toMatchObject({ best: 2, second: 1 });
});

test('nothing allowed gives no candidates and no match, even with a least confidence of 0', () => {
  const judgement = judgeScores([0.9, 0.8], { allowed: () => false, minConfidence: 0 });
  expect(judgement).toMatchObject({ ranked: [], clarify: [], none: 1, runnerUp: undefined });
  expect(judgement.verdict.decision).toBe('no_match');
});

test('how many candidates are shown changes neither the decision nor what is asked', () => {
  // Certain to be in scope, and two intents that score alike.
  const calibrator: Calibrator = { right: [0, 0, 0, 0], inScope: [9, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 };
  const shown = [1, 2, 3, 100].map((topK) => judgeScores([0.5, 0.5, -2], { topK }, calibrator));
  for (const { verdict, clarify, runnerUp } of shown) {
    expect(verdict).toMatchObject({ decision: 'clarify', rule: 'close_candidates' });
    expect(clarify).toEqual([0, 1]);
    expect(runnerUp).toBe(1);
  }
  expect(shown.map(({ ranked }) => ranked.length)).toEqual([1, 2, 3, 3]);
});

test('as many intents are asked between as the corpus learnt that it takes to hold the right one', () => {
  const calibrator: Calibrator = { right: [-9, 0, 0, 0], inScope: [9, 0, 0, 0], temperature: 0.3, noneOdds: 1, baseline: 0 };
  const scores = Float32Array.of(0.5, 0.5, 0.3, 0.1, 0);
  const asked = [0.5, 0.8, 0.9].map((clarifyMass) => {
    const decisions = { precision: new Float64Array(201), coverage: new Float64Array(201), clarifyMass, clarifyHolds: 0.9 };
    const { clarify, ranked, none } = judgeScores([...scores], { scorer: fixedScorer(scores, { calibrator, decisions }) });
    const held = (count: number) => ranked.slice(0, count).reduce((sum, { confidence }) => sum + confidence, 0) / (1 - none);
    expect(held(clarify.length)).toBeGreaterThanOrEqual(clarifyMass);
    if (clarify.length > 2) expect(held(clarify.length - 1)).toBeLessThan(clarifyMass);
    return clarify.length;
  });
  expect(asked).toEqual([2, 3, 4]);
});

test('equal confidences are ranked by score and then by number', () => {
  const judgement = judgeScores([-50, 0.5, 0.9, -60, 0.5, -50]);
  // The three far ones are all too improbable for a number above 0.
  expect(intentsOf(judgement)).toEqual([2, 1, 4, 0, 5]);
});
