import { describe, expect, test } from 'vitest';
import { DEFAULT_MATCH_SETTINGS, type Probe } from '../../../src/matching/contract.ts';
import { NO_REFUSALS } from '../../../src/matching/counter-examples.ts';
import { fitHitScorer, usesHitScorer } from '../../../src/matching/fit.ts';
import { hitScorer, hitScores } from '../../../src/matching/hit-scorer.ts';
import { NO_SHARES } from '../../../src/matching/scorer.ts';
import { HITS_CALIBRATOR, UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { NO_COUNTER_EXAMPLES } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

const hit = (intent: number, similarity: number, lexical = 0) => ({ row: 0, intent, similarity, lexical });

test('an intent scores its greatest cosine, a tenth of its share of the best BM25 and a tenth of its vote', () => {
  const near = [hit(0, 0.8, 3), hit(1, 0.7, 6), hit(0, 0.6, 1.5)];
  const weights = near.map(({ similarity }) => Math.exp(similarity / 0.05));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scores = hitScores(near, NO_REFUSALS, 3);
  expect(scores[0]).toBeCloseTo(0.8 + 0.1 * 0.5 + (0.1 * ((weights[0] ?? 0) + (weights[2] ?? 0))) / total, 5);
  expect(scores[1]).toBeCloseTo(0.7 + 0.1 + (0.1 * (weights[1] ?? 0)) / total, 5);
  expect(scores[2]).toBe(-Infinity);
});

test('hits without a shared term, and no hits at all, are handled', () => {
  expect(hitScores([hit(1, -0.3)], NO_REFUSALS, 2)[1]).toBeCloseTo(-0.3 + 0.1, 6);
  expect([...hitScores([], NO_REFUSALS, 2)]).toEqual([-Infinity, -Infinity]);
});

test('the parts of an intent sum to its score, and an intent without a hit has none', () => {
  const scorer = hitScorer({ kind: 'hits', intentCount: 3, calibrator: UNIVERSAL_CALIBRATOR, counterExamples: NO_COUNTER_EXAMPLES });
  const near = [hit(0, 0.8, 3), hit(1, 0.7, 6), hit(0, 0.6, 9)];
  const prepared = scorer.prepare('text');
  const vector = new Float32Array(2);
  const scores = scoresOf(scorer, { text: 'text', vector, near });
  for (const intent of [0, 1]) {
    const { dense, lexical, neighbours } = scorer.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent });
    expect(dense + lexical + neighbours).toBeCloseTo(scores[intent] ?? Number.NaN, 6);
  }
  expect(scorer.shares(prepared, { vector, near, refusals: NO_REFUSALS, intent: 2 })).toEqual(NO_SHARES);
});

test('the hit scorer stands in above either limit and not at it', () => {
  const settings = { ...DEFAULT_MATCH_SETTINGS, maxRidgeQuestions: 3, maxRidgeIntents: 2 };
  const uses = (questions: number, intentCount: number) =>
    usesHitScorer({ texts: new Array<string>(questions).fill(''), counterTexts: [], intentCount, settings });
  expect([uses(3, 2), uses(4, 2), uses(3, 3)]).toEqual([false, true, true]);
  // Counter-examples are rows of the ridge as questions are.
  expect(usesHitScorer({ texts: ['a', 'b', 'c'], counterTexts: ['d'], intentCount: 2, settings })).toBe(true);
});

describe('its calibrator', () => {
  const settings = DEFAULT_MATCH_SETTINGS;
  const none = { counterIntents: new Int32Array(0), counterVectors: new Float32Array(0) };
  const random = seededRandom(6);
  const twoEach = Int32Array.from({ length: 100 }, (_, row) => row >> 1);
  /** A probe that finds its own intent near, most of the time, and others farther off. */
  const goodProbe = (intent: number): Probe => {
    const nearOthers = Array.from({ length: 20 }, (_, i) => hit((intent + 1 + i) % 50, 0.2 + 0.3 * random(), random()));
    return {
      kind: 'question',
      text: '',
      intent,
      refusals: NO_REFUSALS,
      near: [...(random() < 0.9 ? [hit(intent, 0.8 + 0.1 * random(), 5)] : []), ...nearOthers],
      nearOthers,
    };
  };

  test('is sure of a clear lead and unsure of far hits', () => {
    const fitted = fitHitScorer(
      { intents: twoEach, intentCount: 50, ...none, settings },
      Array.from({ length: 100 }, (_, row) => goodProbe(row >> 1)),
    );
    expect(fitted.calibrator).not.toEqual(HITS_CALIBRATOR);
    const [, score, lead, nearest] = fitted.calibrator.right;
    // Each of the three speaks for the best intent in these probes.
    expect(score + lead + nearest).toBeGreaterThan(1);
  });

  test('with one question an intent, where no probe can find its own intent, its own constants stand', () => {
    const intents = Int32Array.from({ length: 1200 }, (_, row) => row);
    const probes = Array.from({ length: 1000 }, (_, intent): Probe => {
      const near = [hit((intent + 1) % 1200, 0.5), hit((intent + 2) % 1200, 0.4)];
      return { kind: 'question', text: '', intent, near, nearOthers: near, refusals: NO_REFUSALS };
    });
    expect(fitHitScorer({ intents, intentCount: 1200, ...none, settings }, probes).calibrator).toEqual(HITS_CALIBRATOR);
  });

  test('knows an intent by the nearest of its questions among the hits, in whatever order they come', () => {
    // Which of an intent's hits comes first depends on the index; what a probe teaches must not.
    const probes = Array.from({ length: 100 }, (_, row) => goodProbe(row >> 1)).map((probe) => ({
      ...probe,
      near: [...probe.near, ...probe.near.map((one) => ({ ...one, row: one.row + 1000, similarity: one.similarity - 0.3 }))],
    }));
    const calibratorOf = (some: readonly Probe[]) =>
      fitHitScorer({ intents: twoEach, intentCount: 50, ...none, settings }, some).calibrator;
    const turned = calibratorOf(probes.map((probe) => ({ ...probe, near: probe.near.toReversed() })));
    for (const [place, weight] of calibratorOf(probes).right.entries()) expect(turned.right[place]).toBeCloseTo(weight, 6);
    for (const [place, weight] of calibratorOf(probes).inScope.entries()) expect(turned.inScope[place]).toBeCloseTo(weight, 6);
  });

  test('the only question of an intent is no row in scope, and says what is asked outside', () => {
    // Fifty intents of two questions, and one of a single question whose probe could only be wrong.
    const intents = Int32Array.from([...twoEach, 50]);
    const probes = Array.from({ length: 100 }, (_, row) => goodProbe(row >> 1));
    const lone: Probe = { ...goodProbe(50), near: probes[0]?.nearOthers ?? [] };
    const right = (some: readonly Probe[], of: Int32Array) =>
      fitHitScorer({ intents: of, intentCount: 51, ...none, settings }, some).calibrator.right;
    // What is right in scope is not asked of it, but for the weight that all rows together have.
    const [without, alone] = [right(probes, intents), right([...probes, lone], intents)];
    for (const [place, weight] of without.entries()) expect(alone[place]).toBeCloseTo(weight, 6);
  });

  test('a probe without neighbours, and no probes at all, fit', () => {
    const nothing = fitHitScorer({ intents: twoEach, intentCount: 50, ...none, settings }, []);
    expect(nothing.calibrator).toEqual(HITS_CALIBRATOR);
    const empty = fitHitScorer({ intents: twoEach, intentCount: 50, ...none, settings }, [
      { kind: 'question', text: '', intent: 0, near: [], nearOthers: [], refusals: NO_REFUSALS },
      { kind: 'counter_example', text: '', intent: undefined, near: [], nearOthers: [], refusals: NO_REFUSALS },
    ]);
    expect(empty.calibrator.right.every(Number.isFinite)).toBe(true);
    expect(empty.calibrator.inScope.every(Number.isFinite)).toBe(true);
  });
});
