import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { MatchAnswer, MatchCall } from '../../../src/answering/match-answer.ts';
import { FaqError } from '../../../src/errors.ts';
import { evaluateGolden } from '../../../src/quality/evaluate-golden.ts';
import { percentile, summariseLatency } from '../../../src/quality/latency.ts';
import type { JudgedRow } from '../../../src/quality/metrics.ts';
import { goldenMetrics, isRight } from '../../../src/quality/metrics.ts';
import { madeAnswer } from '../../support/match-answer.ts';

function row(
  ...[intent, decision, best, clarifyIntents = []]: [string | null, JudgedRow['decision'], string?, (readonly string[])?]
): JudgedRow {
  return { utterance: 'u', intent, decision, best, confidence: 0.5, clarifyIntents };
}

test('shares of a hand-counted set', () => {
  const metrics = goldenMetrics([
    row('a', 'answer', 'a'),
    row('a', 'answer', 'a'),
    row('a', 'answer', 'b'),
    row('a', 'clarify', 'a', ['a', 'b']),
    row('a', 'clarify', 'c', ['c', 'b']),
    row('a', 'no_match', 'a'),
    row(null, 'no_match', 'a'),
    row(null, 'no_match'),
    row(null, 'answer', 'b'),
    row(null, 'clarify', 'b', ['a', 'b']),
  ]);
  expect(metrics.rows).toBe(10);
  expect(metrics.inScope).toEqual({
    rows: 6,
    decisions: { answer: 3, clarify: 2, no_match: 1 },
    right: 2,
    wrong: 1,
    clarifiedRight: 1,
    accuracy: 2 / 6,
    // Best candidate right: two answers, one clarification, one refusal.
    intentAccuracy: 4 / 6,
  });
  expect(metrics.outOfScope).toEqual({ rows: 4, decisions: { answer: 1, clarify: 1, no_match: 2 }, refused: 0.5 });
  // Four answers in all, two of them right.
  expect(metrics.precision).toBe(0.5);
});

test('clarifying is never right, not even between the right intents', () => {
  expect(isRight(row('a', 'clarify', 'a', ['a', 'b']))).toBe(false);
  expect(isRight(row(null, 'clarify', 'a', ['a', 'b']))).toBe(false);
});

test('shares of nothing are NaN', () => {
  const { inScope, outOfScope, precision } = goldenMetrics([]);
  expect([inScope.accuracy, inScope.intentAccuracy, outOfScope.refused, precision]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

/** Answers with the intent that the utterance names. */
async function echo({ utterance }: MatchCall): Promise<MatchAnswer> {
  const candidate = { intent: utterance, entryId: 'e', confidence: 0.9, similarity: 1, matchedQuestion: '', answer: '', metadata: {} };
  return madeAnswer({
    decision: utterance === 'none' ? 'no_match' : 'answer',
    candidates: utterance === 'none' ? [] : [candidate],
  });
}

test('golden rows go through the match path and mistakes come in their order', async () => {
  const rows = [
    { utterance: 'a', intent: 'a' },
    { utterance: 'b', intent: 'c' },
    { utterance: 'none', intent: null },
    { utterance: 'd', intent: null },
  ];
  const progress: number[] = [];
  const { metrics, mistakes } = await evaluateGolden({ match: echo, corpus: 'x', rows, onProgress: (done) => progress.push(done) });
  expect(metrics.inScope.accuracy).toBe(0.5);
  expect(metrics.outOfScope.refused).toBe(0.5);
  expect(mistakes.map(({ utterance }) => utterance)).toEqual(['b', 'd']);
  expect(progress).toEqual([1, 2, 3, 4]);
});

test('golden rows ask as a chatbot would, of the version and with the demands that are given, for as many candidates as are ranked', async () => {
  const calls: MatchCall[] = [];
  const match = (call: MatchCall) => {
    calls.push(call);
    return echo(call);
  };
  const { signal } = new AbortController();
  const wish = { version: 'v7', minConfidence: 0.3, minPrecision: 0.9, signal };
  await evaluateGolden({ match, corpus: 'x', rows: [{ utterance: 'a', intent: 'a' }], ...wish });
  expect(calls).toEqual([{ corpus: 'x', utterance: 'a', topK: 10, filter: undefined, explain: false, reason: true, ...wish }]);
});

test('once a golden row fails, or the caller leaves, the rest is dropped', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ utterance: `u${i}`, intent: 'a' }));
  const failure = new FaqError('unavailable', 'away');
  let begun = 0;
  const failing = async (): Promise<MatchAnswer> => {
    begun += 1;
    throw failure;
  };
  await expect(evaluateGolden({ match: failing, corpus: 'x', rows, atOnce: 1 })).rejects.toBe(failure);
  await nextTurn();
  // The next one may be on its way before the failure is known.
  expect(begun).toBeLessThanOrEqual(2);
  begun = 0;
  const left = new AbortController();
  const leaving = (call: MatchCall) => {
    begun += 1;
    left.abort();
    return echo(call);
  };
  await expect(evaluateGolden({ match: leaving, corpus: 'x', rows, atOnce: 1, signal: left.signal })).rejects.toThrow(FaqError);
  await nextTurn();
  expect(begun).toBe(1);
});

test('an evaluation can be cancelled', async () => {
  const evaluation = evaluateGolden({ match: echo, corpus: 'x', rows: [{ utterance: 'a', intent: 'a' }], signal: AbortSignal.abort() });
  await expect(evaluation).rejects.toThrow(FaqError);
});

test('percentiles are measured values by nearest rank', () => {
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(percentile([1, 2, 3, 4], 0.95)).toBe(4);
  expect(percentile([7], 0)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
  expect(summariseLatency([3, 1, 2])).toEqual({ count: 3, mean: 2, p50: 2, p95: 3, p99: 3, max: 3 });
  expect(summariseLatency(Array.from({ length: 200 }, (_, i) => i + 1))).toMatchObject({ p50: 100, p95: 190, p99: 198, max: 200 });
});
