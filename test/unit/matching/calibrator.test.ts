import { describe, expect, test } from 'vitest';
import {
  type Calibrator,
  type CalibratorRow,
  confidences,
  fitLogistic,
  logit,
  sigmoid,
  type Weights,
} from '../../../src/matching/calibrator.ts';
import { features } from '../../../src/matching/features.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { closeAt } from '../../support/close-at.ts';
import { seededRandom } from '../../support/index-oracle.ts';

const isRight = (row: CalibratorRow) => row.right;
const FLAT: Weights = [0, 0, 0, 0];

function row(score: number, right: boolean, weight = 1): CalibratorRow {
  return { features: { score, lead: score / 2, nearest: 0.7 }, right, inScope: right, weight };
}

/** Log-posterior whose greatest value fitLogistic looks for. */
function posterior(rows: readonly CalibratorRow[], weights: Weights, prior: Weights): number {
  const likelihood = rows.reduce((sum, { features: found, right, weight }) => {
    const x = logit(weights, found);
    return sum + weight * Math.log(sigmoid(right ? x : -x));
  }, 0);
  return likelihood - weights.reduce((sum, value, i) => sum + (value - (prior[i] ?? 0)) ** 2, 0) / 2;
}

test.each([2, 3, 5])('%i intents that score the same share what is in scope evenly, however sure the best alone would be', (ties) => {
  const scores = Float32Array.from({ length: ties + 1 }, (_, intent) => (intent < ties ? 0.9 : 0.1));
  const found = features(scores, closeAt(0.95));
  const calibrator: Calibrator = { right: [4, 0, 0, 0], inScope: [5, 0, 0, 0], temperature: 0.05, noneOdds: 1, baseline: 0 };
  const { intents, none } = confidences(calibrator, { scores, found, allowed: undefined });
  for (let intent = 0; intent < ties; intent += 1) expect(intents[intent]).toBeCloseTo(sigmoid(5) / ties, 3);
  expect(none).toBeCloseTo(1 - sigmoid(5), 3);
  const allowed = (intent: number) => intent === 0 || intent === ties;
  const alone = confidences(calibrator, { scores, found: features(scores, closeAt(0.95), allowed), allowed });
  expect(alone.intents[0]).toBeCloseTo(sigmoid(4) * sigmoid(5), 9);
});

test('where the second would be more probable than the best, both have what a softmax gives them, and nothing is lost to none', () => {
  const scores = Float32Array.of(0.5, 0.5, 0.5, 0.1);
  const found = features(scores, closeAt(0.6));
  const calibrator: Calibrator = { right: [-2, 0, 0, 0], inScope: [2, 0, 0, 0], temperature: 0.05, noneOdds: 1, baseline: 0 };
  const { intents, none } = confidences(calibrator, { scores, found, allowed: undefined });
  for (const intent of [0, 1, 2]) expect(intents[intent]).toBeCloseTo(sigmoid(2) / 3, 3);
  expect(none).toBeCloseTo(1 - sigmoid(2), 9);
});

describe('fitLogistic', () => {
  test('finds the weights that its rows were drawn from', () => {
    const random = seededRandom(21);
    const truth: Weights = [0.5, 1.5, -1, 2];
    const rows = Array.from({ length: 20_000 }, (): CalibratorRow => {
      const found = { score: 0.6 + (random() - 0.5), lead: 0.45 + (random() - 0.5), nearest: 0.7 + 0.6 * (random() - 0.5), refused: 0 };
      return { features: found, right: random() < sigmoid(logit(truth, found)), inScope: true, weight: 1 };
    });
    const fitted = fitLogistic(rows, isRight, { mean: FLAT, strength: 1 });
    fitted.forEach((value, i) => {
      expect(Math.abs(value - (truth[i] ?? 0))).toBeLessThan(0.1);
    });
  });

  test('without rows it gives the prior', () => {
    expect(fitLogistic([], isRight, { mean: UNIVERSAL_CALIBRATOR.right, strength: 1 })).toEqual(UNIVERSAL_CALIBRATOR.right);
  });

  test('a few rows move it a little from the prior, many rows far', () => {
    const distance = (weights: Weights) => Math.hypot(...weights.map((value, i) => value - UNIVERSAL_CALIBRATOR.right[i as 0]));
    const wrong = (weight: number) => fitLogistic([row(0.9, false, weight)], isRight, { mean: UNIVERSAL_CALIBRATOR.right, strength: 1 });
    expect(distance(wrong(0.1))).toBeLessThan(distance(wrong(1)));
    expect(distance(wrong(1))).toBeLessThan(distance(wrong(1000)));
    const held = fitLogistic([row(0.9, false, 1)], isRight, { mean: UNIVERSAL_CALIBRATOR.right, strength: 20 });
    expect(distance(held)).toBeLessThan(distance(wrong(1)) / 2);
  });

  test('the weights are of greatest posterior under a prior of any strength, to many digits', () => {
    const random = seededRandom(5);
    const rows = Array.from({ length: 60 }, () => row(random(), random() < 0.6, 0.5 + random()));
    const mean: Weights = [1, 0.5, -0.5, 2];
    for (const strength of [0.25, 1, 9]) {
      const fitted = fitLogistic(rows, isRight, { mean, strength });
      const value = (at: Weights) =>
        posterior(rows, at, at) - (strength * at.reduce((sum, weight, i) => sum + (weight - (mean[i] ?? 0)) ** 2, 0)) / 2;
      for (let i = 0; i < 4; i += 1) {
        const [up, down] = [1e-4, -1e-4].map((step) => value(fitted.with(i, (fitted[i] ?? 0) + step) as unknown as Weights));
        expect(Math.abs(((up ?? 1) - (down ?? 0)) / 2e-4)).toBeLessThan(1e-6);
      }
    }
  });

  const HARD: readonly { readonly name: string; readonly rows: readonly CalibratorRow[] }[] = [
    { name: 'separable rows', rows: Array.from({ length: 50 }, (_, i) => row(i / 50, i >= 25)) },
    { name: 'separable rows of great weight', rows: Array.from({ length: 50 }, (_, i) => row(i / 50, i >= 25, 1e4)) },
    { name: 'rows that are all right', rows: Array.from({ length: 500 }, (_, i) => row(i / 500, true)) },
    { name: 'rows that are all wrong', rows: Array.from({ length: 500 }, (_, i) => row(i / 500, false)) },
    { name: 'equal rows, half of them right', rows: Array.from({ length: 100 }, (_, i) => row(0.5, i % 2 === 0)) },
    { name: 'scores far outside of what is usual', rows: Array.from({ length: 40 }, (_, i) => row(i - 20, i > 22)) },
  ];
  test.each(HARD)('$name give finite weights, and no step away from them is better', ({ rows }) => {
    const prior = UNIVERSAL_CALIBRATOR.right;
    const fitted = fitLogistic(rows, isRight, { mean: prior, strength: 1 });
    expect(fitted.every(Number.isFinite)).toBe(true);
    const best = posterior(rows, fitted, prior);
    for (let i = 0; i < 4; i += 1) {
      for (const step of [-0.05, 0.05]) {
        const moved = fitted.map((value, j) => value + (i === j ? step : 0)) as unknown as Weights;
        expect(posterior(rows, moved, prior)).toBeLessThanOrEqual(best + 1e-6);
      }
    }
  });
});

test('sigmoid stays in [0, 1] at both ends and is symmetric', () => {
  expect(sigmoid(0)).toBe(0.5);
  expect(sigmoid(1000)).toBe(1);
  expect(sigmoid(-1000)).toBe(0);
  expect(sigmoid(3) + sigmoid(-3)).toBeCloseTo(1, 15);
});

describe('confidences', () => {
  const spread = (scores: readonly number[], options: { calibrator?: Calibrator; allowed?: (intent: number) => boolean } = {}) => {
    const vector = Float32Array.from(scores);
    const found = features(vector, closeAt(0.8), options.allowed);
    return confidences(options.calibrator ?? UNIVERSAL_CALIBRATOR, { scores: vector, found, allowed: options.allowed });
  };

  test('no intent at all, or none allowed, leaves everything to none of these', () => {
    expect(spread([])).toEqual({ intents: new Float64Array(0), none: 1 });
    expect(spread([0.9, 0.8], { allowed: () => false })).toEqual({ intents: new Float64Array(2), none: 1 });
    expect(spread([-Infinity, -Infinity])).toEqual({ intents: new Float64Array(2), none: 1 });
  });

  test('a lone intent leaves the rest to none of these', () => {
    const { intents, none } = spread([0.7]);
    expect(intents[0]).toBeGreaterThan(0);
    expect((intents[0] ?? 0) + none).toBeCloseTo(1, 12);
  });

  test('equal scores get equal confidences, whose sum stays within 1', () => {
    // Certain to be in scope and unsure which: without a limit the second would be more probable than the first.
    const calibrator: Calibrator = { right: [-3, 0, 0, 0], inScope: [9, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 };
    const { intents, none } = spread([0.5, 0.5, 0.1], { calibrator });
    expect(intents[0]).toBe(intents[1]);
    expect((intents[0] ?? 0) + (intents[1] ?? 0) + (intents[2] ?? 0) + none).toBeCloseTo(1, 12);
  });

  test('intents that are not allowed, and those without a score, get nothing', () => {
    const { intents } = spread([0.9, 0.8, -Infinity, 0.2], { allowed: (intent) => intent !== 0 });
    expect(intents[0]).toBe(0);
    expect(intents[2]).toBe(0);
    expect(intents[1]).toBeGreaterThan(intents[3] ?? 1);
  });

  test('"none of these" weighs as many times as much as its odds say, and what is in scope keeps its proportions', () => {
    const before = spread([0.6, 0.4, 0.1]);
    const after = spread([0.6, 0.4, 0.1], { calibrator: { ...UNIVERSAL_CALIBRATOR, noneOdds: 3 } });
    expect(after.none / (1 - after.none)).toBeCloseTo((3 * before.none) / (1 - before.none), 9);
    expect((after.intents[0] ?? 0) / (after.intents[1] ?? 1)).toBeCloseTo((before.intents[0] ?? 0) / (before.intents[1] ?? 1), 9);
  });

  test('what is in scope is all that intents can have, however sure the best would be', () => {
    const calibrator: Calibrator = { right: [5, 0, 0, 0], inScope: [-5, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 };
    const { intents, none } = spread([0.9, 0.1], { calibrator });
    expect(intents[0]).toBeCloseTo(sigmoid(-5) * sigmoid(5), 12);
    expect((intents[0] ?? 1) + (intents[1] ?? 1)).toBeCloseTo(sigmoid(-5), 12);
    expect(none).toBeCloseTo(1 - sigmoid(-5), 12);
  });
});

test('of two scores .02 apart the better one holds no more of what is in scope than chance would give it', () => {
  const calibrator: Calibrator = { right: [9, 0, 0, 0], inScope: [9, 0, 0, 0], temperature: 0.05, noneOdds: 1, baseline: 0 };
  const shareAt = (lead: number) => {
    const scores = Float32Array.of(0.9, 0.9 - lead);
    const { intents, none } = confidences(calibrator, { scores, found: features(scores, closeAt(0.9)), allowed: undefined });
    return (intents[0] ?? 0) / (1 - none);
  };
  expect(shareAt(0.02)).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
  expect(shareAt(0.04)).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
});

test('the nearer a counter-example is than any question, the less is in scope, and the intents keep their proportions', () => {
  const scores = Float32Array.of(0.8, 0.3, 0.1);
  const at = (refused: number) =>
    confidences(UNIVERSAL_CALIBRATOR, { scores, found: features(scores, closeAt(0.7, refused)), allowed: undefined });
  const [free, near, nearer] = [at(0), at(0.05), at(0.2)];
  const odds = ({ none }: ReturnType<typeof at>) => none / (1 - none);
  expect(odds(near) / odds(free)).toBeCloseTo(Math.E, 9);
  expect(odds(nearer) / odds(free)).toBeCloseTo(Math.exp(4), 6);
  free.intents.forEach((confidence, intent) => {
    expect((near.intents[intent] ?? 0) / (1 - near.none)).toBeCloseTo(confidence / (1 - free.none), 12);
  });
});
