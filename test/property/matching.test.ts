import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confidences, type Weights } from '../../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import { decide } from '../../src/matching/decide.ts';
import { bestTwo, features } from '../../src/matching/features.ts';
import { fitScorer } from '../../src/matching/fit.ts';
import { leaveIntentOut, leaveOneOut } from '../../src/matching/honest-scores.ts';
import { type Equality, judge } from '../../src/matching/judge.ts';
import { fitKernelRidge } from '../../src/matching/kernel-ridge.ts';
import { drawRows } from '../../src/matching/landmarks.ts';
import { neighbourVote } from '../../src/matching/neighbour-vote.ts';
import { ridgeScorer } from '../../src/matching/ridge-scorer.ts';
import { rowsByIntent } from '../../src/matching/rows-by-intent.ts';
import { loadScorer, serialiseScorer } from '../../src/matching/stored-scorer.ts';
import { closeAt } from '../support/close-at.ts';
import { fixedScorer } from '../support/fixed-scorer.ts';
import { madeUpCorpus, naiveMultiply } from '../support/matching-corpora.ts';
import { naiveRidge } from '../support/naive-ridge.ts';
import { scoresOf } from '../support/scores-of.ts';

const scoreList = (most: number) =>
  fc.array(
    fc.oneof({ weight: 6, arbitrary: fc.float({ min: -3, max: 3, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(-Infinity) }),
    {
      minLength: 1,
      maxLength: most,
    },
  );
const weight = fc.double({ min: -20, max: 20, noNaN: true });
const weights: fc.Arbitrary<Weights> = fc.tuple(weight, weight, weight, weight);
const calibrators = fc.record({
  right: weights,
  inScope: weights,
  temperature: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
  noneOdds: fc.double({ min: 0.05, max: 20, noNaN: true }),
  baseline: fc.constantFrom(0, 0.1),
});
const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

describe('confidences', () => {
  test('lie in [0, 1], sum with none of these to 1, follow the scores and spare what is not allowed', () => {
    fc.assert(
      fc.property(scoreList(30), calibrators, fc.integer({ min: 0 }), (list, calibrator, mask) => {
        const scores = Float32Array.from(list);
        const allowed = mask % 3 === 0 ? undefined : (intent: number) => ((mask >> (intent % 31)) & 1) === 1;
        const found = features(scores, closeAt((mask % 200) / 100 - 1, mask % 7 === 0 ? (mask % 50) / 100 : 0), allowed);
        const { intents, none } = confidences(calibrator, { scores, found, allowed });
        const sum = intents.reduce((total, confidence) => total + confidence, none);
        expect(sum).toBeCloseTo(1, 9);
        expect(none).toBeGreaterThanOrEqual(0);
        list.forEach((score, intent) => {
          const confidence = intents[intent] ?? Number.NaN;
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
          if (score === -Infinity || allowed?.(intent) === false) expect(confidence).toBe(0);
          else {
            expect(confidence).toBeLessThanOrEqual(intents[found.best] ?? 0);
            list.forEach((lower, other) => {
              if (lower < score) expect(intents[other]).toBeLessThanOrEqual(confidence);
            });
          }
        });
      }),
    );
  });
});

test('bestTwo finds what a stable sort finds', () => {
  fc.assert(
    fc.property(scoreList(12), fc.integer({ min: 0, max: 4095 }), (list, mask) => {
      const lets = (intent: number) => ((mask >> intent) & 1) === 1;
      const order = list
        .map((score, intent) => ({ score: Math.fround(score), intent }))
        .filter(({ score, intent }) => score !== -Infinity && lets(intent))
        .sort((a, b) => b.score - a.score || a.intent - b.intent);
      expect(bestTwo(Float32Array.from(list), lets)).toEqual({ best: order[0]?.intent ?? -1, second: order[1]?.intent ?? -1 });
    }),
  );
});

test('a judgement ranks allowed intents by confidence, cuts at top_k and decides the same for every top_k', () => {
  const equalities: fc.Arbitrary<Equality> = fc.oneof(
    fc.constant<Equality>({ kind: 'none' }),
    fc.constant<Equality>({ kind: 'counter_example' }),
    fc
      .uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 })
      .map((intents): Equality => ({ kind: 'question', intents })),
  );
  const minimum = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 10, maxLength: 20 }),
      equalities,
      minimum,
      (list, equality, minConfidence) => {
        const scores = Float32Array.from(list);
        const judged = (topK: number) =>
          judge({
            scorer: fixedScorer(scores),
            scores,
            closenessOf: () => ({ nearest: 0.6, refused: 0 }),
            allowed: undefined,
            equality,
            topK,
            minConfidence,
            settings: DEFAULT_MATCH_SETTINGS,
          });
        const all = judged(100);
        const few = judged(2);
        expect(few).toEqual({ ...all, ranked: all.ranked.slice(0, 2) });
        const listed = all.ranked.map(({ confidence }) => confidence);
        expect(listed).toEqual(listed.toSorted((a, b) => b - a));
        expect(new Set(all.ranked.map(({ intent }) => intent)).size).toBe(list.length);
        // With "none of these" 1 to the last digit: what rounding takes from the intents goes there.
        expect(listed.reduce((sum, confidence) => sum + confidence, all.none)).toBe(1);
        if (all.verdict.decision === 'clarify') expect(all.clarify.length).toBeGreaterThanOrEqual(2);
        else expect(all.clarify).toEqual([]);
        expect(all.clarify).toHaveLength(all.verdict.clarify);
        const best = listed[0] ?? 0;
        if (equality.kind === 'none' && minConfidence !== undefined && best < minConfidence) expect(all.verdict.decision).toBe('no_match');
      },
    ),
  );
});

test('a stricter least confidence never turns a refusal into an answer', () => {
  const list = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }).map((values) => values.toSorted((a, b) => b - a));
  const bound = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(list, bound, bound, (confidenceList, a, b) => {
      const decision = (minConfidence: number) =>
        decide({ confidences: confidenceList, noneConfidence: 0.2, minConfidence, settings: DEFAULT_MATCH_SETTINGS }).decision;
      const [loose, strict] = [decision(Math.min(a, b)), decision(Math.max(a, b))];
      expect([loose, 'no_match']).toContain(strict);
    }),
  );
});

test('landmarks are distinct rows, ascending, as many as allowed, and no intent gives more than one above another that has more left', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 220 }),
      (list, limit) => {
        const intents = Int32Array.from(list);
        const drawn = Array.from(drawRows(intents, 8, limit));
        expect(drawn).toHaveLength(Math.min(limit, list.length));
        expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
        const all = rowsByIntent(intents, 8).map((rows) => rows.length);
        const taken = all.map((_, intent) => drawn.filter((row) => intents[row] === intent).length);
        taken.forEach((count, intent) => {
          if (count < (all[intent] ?? 0)) for (const other of taken) expect(other).toBeLessThanOrEqual(count + 1);
        });
      },
    ),
  );
});

test('the shares of a vote are positive and sum to 1, and greater the nearer', () => {
  const hits = fc.array(fc.record({ intent: fc.integer({ min: 0, max: 5 }), similarity: fc.float({ min: -1, max: 1, noNaN: true }) }), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(hits, (near) => {
      const votes = neighbourVote(near);
      expect(votes.reduce((sum, vote) => sum + vote.share, 0)).toBeCloseTo(1, 9);
      expect(votes.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
      expect(new Set(votes.map(({ intent }) => intent)).size).toBe(votes.length);
    }),
  );
});

test('honest scores of any small corpus are those of a refit without what is left out', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 3, max: 30 }), async (list, seed, limit) => {
      const { input } = madeUpCorpus({ sizes: list, dimension: 6, seed, settings: { landmarks: limit } });
      fc.pre(input.texts.length > 1);
      const fit = await fitKernelRidge(input, naiveMultiply, () => undefined);
      const refit = naiveRidge(input, Array.from(drawRows(input.intents, input.intentCount, limit)));
      const row = seed % input.texts.length;
      const intent = input.intents[row] ?? 0;
      const block = rowsByIntent(input.intents, input.intentCount)[intent] ?? [];
      const [without] = await leaveIntentOut(fit, intent, { block, wanted: [row], multiply: naiveMultiply });
      const expected = refit(row, block);
      leaveOneOut(fit, row).forEach((score, other) => {
        expect(Math.abs(score - (refit(row, [row])[other] ?? Number.NaN))).toBeLessThan(5e-3);
        if (other !== intent) expect(Math.abs((without?.[other] ?? Number.NaN) - (expected[other] ?? Number.NaN))).toBeLessThan(5e-3);
      });
    }),
    { numRuns: 40 },
  );
});

test('any small corpus fits, stores, loads and scores the same, with finite numbers', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 12 }), async (list, seed, counterExamples) => {
      const { input } = madeUpCorpus({ sizes: list, dimension: 6, seed, counterExamples, settings: { landmarks: 12 } });
      const fitted = await fitScorer(input, naiveMultiply);
      const [fresh, loaded] = [ridgeScorer(fitted), loadScorer(serialiseScorer(fitted))];
      expect(loaded.calibrator).toEqual(fitted.calibrator);
      expect([...fitted.calibrator.right, ...fitted.calibrator.inScope].every(Number.isFinite)).toBe(true);
      const vector = input.vectors.subarray(0, 6);
      const near = [{ row: 0, intent: 0, similarity: 1, lexical: 0 }];
      const utterance = { text: 'how topic1', vector, near };
      const scores = scoresOf(fresh, utterance);
      expect(scores.every(Number.isFinite)).toBe(true);
      expect(scoresOf(loaded, utterance)).toEqual(scores);
    }),
    { numRuns: 40 },
  );
});
