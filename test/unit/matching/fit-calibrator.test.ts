import { describe, expect, test } from 'vitest';
import { type Calibrator, confidences, logit, sigmoid } from '../../../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../../src/matching/contract.ts';
import { features } from '../../../src/matching/features.ts';
import { fitCalibrator as fitCalibratorFor } from '../../../src/matching/fit-calibrator.ts';
import { fitDecisions } from '../../../src/matching/fit-decisions.ts';
import type { HonestRows, HonestScore, SimulatedScore } from '../../../src/matching/honest-rows.ts';
import { LONE_INTENT_CALIBRATOR, UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { closeAt } from '../../support/close-at.ts';
import { seededRandom } from '../../support/index-oracle.ts';

const random = seededRandom(31);

function fitCalibrator(rows: HonestRows, share: number, changes: Partial<Parameters<typeof fitCalibratorFor>[1]> = {}): Calibrator {
  return fitCalibratorFor(rows, { share, prior: UNIVERSAL_CALIBRATOR, baseline: 0, questionsPerIntent: 10, ...changes });
}

/** An utterance of intent 0 of three: its own score is high, the others are low. */
function inScope(right = true): HonestScore {
  const scores = Float32Array.of(0.6 + 0.4 * random(), 0.3 * random(), 0.3 * random());
  const nearest = 0.7 + 0.2 * random();
  return { scores, closenessOf: closeAt(nearest), intent: right ? 0 : 1 };
}

/** An utterance that is far from every intent. */
function outside(source = 0): SimulatedScore {
  const nearest = 0.3 + 0.2 * random();
  return {
    scores: Float32Array.of(0.3 * random(), 0.3 * random(), 0.3 * random()),
    closenessOf: closeAt(nearest),
    intent: undefined,
    source,
  };
}

/** An utterance out of scope that looks like intent 0. */
function lure(source = 0): SimulatedScore {
  return { scores: Float32Array.of(0.6 + 0.4 * random(), 0.1, 0.1), closenessOf: closeAt(0.8), intent: undefined, source };
}

const many = <Row extends HonestScore>(count: number, make: (number: number) => Row) => Array.from({ length: count }, (_, at) => make(at));

function bestConfidence(calibrator: Calibrator, { scores, closenessOf }: HonestScore): { readonly best: number; readonly none: number } {
  const found = features(scores, closenessOf);
  const { intents, none } = confidences(calibrator, { scores, found, allowed: undefined });
  return { best: intents[found.best] ?? 0, none };
}

test('honest rows teach it to trust clear leads and to refuse what is far', () => {
  const calibrator = fitCalibrator({ inScope: many(200, () => inScope()), simulated: many(200, outside), counterExamples: [] }, 0.25);
  expect(bestConfidence(calibrator, inScope()).best).toBeGreaterThan(0.8);
  expect(bestConfidence(calibrator, outside()).none).toBeGreaterThan(0.8);
});

test('the mean of either probability over its traffic is the share of it for which that is true', () => {
  // A fitted intercept makes the two equal, but for the prior's pull: a tenth of the in-scope rows is labelled with another intent.
  const rows = {
    inScope: [...many(900, () => inScope()), ...many(100, () => inScope(false))],
    simulated: many(300, outside),
    counterExamples: [],
  };
  for (const share of [0.1, 0.25, 0.5]) {
    const calibrator = fitCalibrator(rows, share, { questionsPerIntent: Number.POSITIVE_INFINITY });
    const mean = (which: 'right' | 'inScope', scored: readonly HonestScore[]) =>
      scored.reduce((sum, { scores, closenessOf }) => sum + sigmoid(logit(calibrator[which], features(scores, closenessOf))), 0) /
      scored.length;
    expect((1 - share) * mean('inScope', rows.inScope) + share * mean('inScope', rows.simulated)).toBeCloseTo(1 - share, 2);
    expect(mean('right', rows.inScope)).toBeCloseTo(0.9, 2);
  }
});

test('of what is out of scope twelve counter-examples are half, and of the rest what is far off is half', () => {
  const rows = {
    inScope: many(1000, () => inScope()),
    simulated: many(300, (at) => (at % 3 === 0 ? lure() : outside())),
    far: many(200, (at) => (at % 10 === 0 ? lure() : outside())),
    counterExamples: many(12, () => lure()),
  };
  const share = 0.4;
  const calibrator = fitCalibrator(rows, share, { questionsPerIntent: Number.POSITIVE_INFINITY });
  const mean = (scored: readonly HonestScore[]) =>
    scored.reduce((sum, { scores, closenessOf }) => sum + sigmoid(logit(calibrator.inScope, features(scores, closenessOf))), 0) /
    scored.length;
  const outOfScope = mean(rows.counterExamples) / 2 + mean(rows.simulated) / 4 + mean(rows.far) / 4;
  expect((1 - share) * mean(rows.inScope) + share * outOfScope).toBeCloseTo(1 - share, 2);
  // The kinds lie apart, or any shares would do.
  expect(mean(rows.counterExamples) - mean(rows.simulated)).toBeGreaterThan(0.2);
  expect(mean(rows.simulated) - mean(rows.far)).toBeGreaterThan(0.1);
});

test('whether the best intent is right, if the utterance is in scope, is learnt from rows in scope alone', () => {
  const own = [...many(90, () => inScope()), ...many(10, () => inScope(false))];
  const right = (rows: readonly HonestScore[], simulated: readonly SimulatedScore[], share = 0.25) =>
    fitCalibrator({ inScope: rows, simulated, counterExamples: [] }, share, { questionsPerIntent: Number.POSITIVE_INFINITY }).right;
  const alone = right(own, many(50, outside));
  for (const [place, weight] of right(own, many(50, lure)).entries()) expect(weight).toBeCloseTo(alone[place] ?? 0, 9);
  // Two rows move the constants little, and what share is out of scope does not move them.
  expect(Math.abs(right(own.slice(0, 2), many(50, outside), 0.6)[0] - UNIVERSAL_CALIBRATOR.right[0])).toBeLessThan(0.3);
});

test('the more out-of-scope traffic is expected, the less sure it is', () => {
  const rows = { inScope: many(100, () => inScope()), simulated: many(100, outside), counterExamples: [] };
  const doubtful: HonestScore = { scores: Float32Array.of(0.5, 0.2, 0.1), closenessOf: closeAt(0.55), intent: undefined };
  const sureness = [0.05, 0.25, 0.6].map((share) => bestConfidence(fitCalibrator(rows, share), doubtful).best);
  expect(sureness).toEqual(sureness.toSorted((a, b) => b - a));
});

test('counter-examples share with simulated rows, by their number, and stand alone where there are none', () => {
  // Counter-examples that lie near a question: where they alone stand for out of scope, a near utterance is trusted less.
  const near = (): HonestScore => ({
    scores: Float32Array.of(0.7 + 0.2 * random(), 0.1, 0.1),
    closenessOf: closeAt(0.7),
    intent: undefined,
  });
  const base = { inScope: many(100, () => inScope()), simulated: many(100, outside) };
  const probe: HonestScore = { scores: Float32Array.of(0.75, 0.1, 0.1), closenessOf: closeAt(0.7), intent: undefined };
  const [none, few, many50] = [0, 5, 50].map((count) =>
    bestConfidence(fitCalibrator({ ...base, counterExamples: many(count, near) }, 0.25), probe),
  );
  expect(few?.best).toBeLessThan(none?.best ?? 0);
  expect(many50?.best).toBeLessThan(few?.best ?? 0);
  const alone = bestConfidence(fitCalibrator({ ...base, simulated: [], counterExamples: many(50, near) }, 0.25), probe);
  expect(alone.best).toBeLessThan(many50?.best ?? 0);
});

test('a counter-example that counts as a part of a row weighs as that part, for confidence and for precision', () => {
  const base = { inScope: many(100, () => inScope()), simulated: many(100, outside) };
  const lures: readonly HonestScore[] = many(20, () => lure()).map(({ scores, closenessOf, intent }) => ({ scores, closenessOf, intent }));
  const probe = lure();
  const counted = (counts: number) => ({ ...base, counterExamples: lures.map((row) => ({ ...row, counts })) });
  const sure = (rows: HonestRows) => bestConfidence(fitCalibrator(rows, 0.25), probe).best;
  const learnt = (rows: HonestRows) => fitDecisions(rows, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS)?.precision[100] ?? Number.NaN;
  for (const figure of [sure, learnt]) {
    const [whole, tenth, none] = [counted(1), counted(0.1), { ...base, counterExamples: [] }].map(figure) as [number, number, number];
    expect(figure({ ...base, counterExamples: lures })).toBe(whole);
    expect(tenth).toBeGreaterThan(whole + (none - whole) / 2);
    expect(tenth).toBeLessThan(none);
  }
});

test('far simulated rows stand for half of the simulated traffic and leave more confidence to what is in scope', () => {
  const doubtful: HonestScore = { scores: Float32Array.of(0.5, 0.2, 0.1), closenessOf: closeAt(0.55), intent: undefined };
  const close = (): SimulatedScore => ({
    scores: Float32Array.of(0.5 * random(), 0.1, 0.1),
    closenessOf: closeAt(0.6),
    intent: undefined,
    source: 0,
  });
  const rows = { inScope: many(100, () => inScope()), simulated: many(100, close), counterExamples: [] };
  const near = bestConfidence(fitCalibrator(rows, 0.25), doubtful);
  expect(bestConfidence(fitCalibrator({ ...rows, far: many(100, outside) }, 0.25), doubtful).best).toBeGreaterThan(near.best);
});

test('a few questions unlike all others give no confidence to what is far from everything, unless intents have many', () => {
  const unlike = many(3, () => ({ ...inScope(), ...outside(), intent: 0 }));
  const rows = { inScope: [...many(197, () => inScope()), ...unlike], simulated: many(200, outside), counterExamples: [] };
  const alike = { ...rows, inScope: rows.inScope.slice(0, 197) };
  const far: HonestScore = { scores: Float32Array.of(0.15, 0.1, 0.1), closenessOf: closeAt(0.4), intent: undefined };
  const inScopeOf = (some: HonestRows, questionsPerIntent: number) =>
    1 - bestConfidence(fitCalibrator(some, 0.25, { questionsPerIntent }), far).none;
  expect(inScopeOf(rows, 5)).toBeLessThan(1.05 * inScopeOf(alike, 5));
  expect(inScopeOf(rows, 1000)).toBeGreaterThan(2 * inScopeOf(rows, 5));
});

test('rows that are like all others can be left out and change nothing', () => {
  const [own, other] = [inScope(), outside()];
  const rows = { inScope: many(50, () => own), simulated: many(50, () => other), counterExamples: [] };
  const [some, none] = [5, Number.POSITIVE_INFINITY].map((questionsPerIntent) => fitCalibrator(rows, 0.25, { questionsPerIntent }));
  for (const which of ['right', 'inScope'] as const)
    for (const [place, weight] of (some?.[which] ?? []).entries()) expect(weight).toBeCloseTo(none?.[which][place] ?? 0, 9);
});

test('without in-scope rows, and without any row out of scope, the constants stand', () => {
  const outOfScopeAlone = { inScope: [], simulated: many(5, outside), counterExamples: many(5, outside) };
  expect(fitCalibrator(outOfScopeAlone, 0.25)).toEqual(UNIVERSAL_CALIBRATOR);
  const inScopeAlone = { inScope: many(50, () => inScope()), simulated: [], counterExamples: [] };
  expect(fitCalibrator(inScopeAlone, 0.25, { prior: LONE_INTENT_CALIBRATOR })).toEqual(LONE_INTENT_CALIBRATOR);
  // Nor is anything learnt about deciding.
  for (const rows of [outOfScopeAlone, inScopeAlone])
    expect(fitDecisions(rows, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS)).toBeUndefined();
});

test('a single row in scope moves the constants little, at whatever share', () => {
  const simulated = many(50, outside);
  const doubtful: HonestScore = { scores: Float32Array.of(0.5, 0.2, 0.1), closenessOf: closeAt(0.55), intent: undefined };
  for (const share of [0.05, 0.25, 0.6]) {
    const none = bestConfidence(fitCalibrator({ inScope: [], simulated, counterExamples: [] }, share), doubtful).best;
    for (const right of [true, false]) {
      const one = bestConfidence(fitCalibrator({ inScope: [inScope(right)], simulated, counterExamples: [] }, share), doubtful).best;
      expect(Math.abs(one - none), `${share} ${right}`).toBeLessThan(0.12);
    }
  }
});

test('scores count above the baseline', () => {
  const raised = <Row extends HonestScore>(row: Row): Row => ({ ...row, scores: row.scores.map((score) => score + 0.25) });
  const rows = { inScope: many(40, () => inScope()), simulated: many(40, outside), counterExamples: [] };
  const same = { inScope: rows.inScope.map(raised), simulated: rows.simulated.map(raised), counterExamples: [] };
  const [flat, high] = [fitCalibrator(rows, 0.25), fitCalibrator(same, 0.25, { baseline: 0.25 })];
  const probe = inScope();
  expect(bestConfidence(high, raised(probe)).best).toBeCloseTo(bestConfidence(flat, probe).best, 5);
});

test('the temperature is learnt from enough wrong rows: low where the right intent comes second, high where it is anywhere', () => {
  const wrong = (runnerUpIsRight: boolean): HonestScore => {
    const scores = Float32Array.of(0.9, 0.5, 0.3, 0.2, 0.1);
    return { scores, closenessOf: closeAt(0.7), intent: runnerUpIsRight ? 1 : 1 + Math.floor(4 * random()) };
  };
  const temperature = (count: number, runnerUpIsRight: boolean) =>
    fitCalibrator({ inScope: many(count, () => wrong(runnerUpIsRight)), simulated: many(20, outside), counterExamples: [] }, 0.25)
      .temperature;
  expect(temperature(9, true)).toBe(UNIVERSAL_CALIBRATOR.temperature);
  expect(temperature(60, true)).toBeLessThan(temperature(60, false));
  expect(temperature(10, true)).toBeLessThan(UNIVERSAL_CALIBRATOR.temperature);
});

test('wrong rows whose own intent has no score say nothing of the temperature', () => {
  const wrong = (intent: number): HonestScore => ({
    scores: Float32Array.of(0.9, 0.5, 0.3, 0.2, -Infinity),
    closenessOf: closeAt(0.7),
    intent,
  });
  const spread = many(60, (at) => wrong(1 + (at % 3)));
  const temperature = (inScopeRows: readonly HonestScore[]) =>
    fitCalibrator({ inScope: inScopeRows, simulated: many(20, outside), counterExamples: [] }, 0.25).temperature;
  expect(temperature([...spread, ...many(60, () => wrong(4))])).toBe(temperature(spread));
});

test('where the corpus teaches nothing, the constants follow the expected share of out-of-scope traffic', () => {
  const nothing = { inScope: [], simulated: many(20, outside), counterExamples: [] };
  expect(fitCalibrator(nothing, 0.25)).toEqual(UNIVERSAL_CALIBRATOR);
  const doubtful: HonestScore = { scores: Float32Array.of(0.5, 0.2, 0.1), closenessOf: closeAt(0.55), intent: undefined };
  const [usual, half] = [0.25, 0.5].map((share) => bestConfidence(fitCalibrator(nothing, share), doubtful).none);
  const odds = (share = 0) => share / (1 - share);
  expect(odds(half)).toBeCloseTo(3 * odds(usual), 9);
});

test('ten counter-examples that are easy to refuse promise no precision that near traffic would not keep', () => {
  const near = (at: number): SimulatedScore => ({
    scores: Float32Array.of(0.5 + 0.5 * random(), 0.1, 0.1),
    closenessOf: closeAt(0.75),
    intent: undefined,
    source: at % 40,
  });
  const promised = (counterExamples: readonly HonestScore[]): number => {
    const rows = { inScope: many(400, () => inScope()), simulated: many(400, near), counterExamples };
    return fitDecisions(rows, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS)?.precision[100] ?? Number.NaN;
  };
  const without = promised([]);
  expect(promised(many(10, outside)) - without).toBeLessThan(0.06);
  expect(promised(many(200, outside)) - without).toBeGreaterThan(0.1);
});

describe('of the expected traffic', () => {
  const kinds = { simulated: many(30, outside), far: many(20, outside), counterExamples: many(50, outside) };
  const own = many(40, () => inScope());
  const coverage = (rows: Partial<HonestRows>) => {
    const all = { inScope: own, simulated: [], counterExamples: [], ...rows };
    return fitDecisions(all, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS)?.coverage ?? new Float64Array(0);
  };

  test('all rows together are the whole, whichever kinds there are', () => {
    const { simulated, far, counterExamples } = kinds;
    for (const rows of [{ simulated }, { counterExamples }, { simulated, far }, { simulated, counterExamples }, kinds])
      expect(coverage(rows)[0]).toBeCloseTo(1, 9);
  });

  test('fifty counter-examples are a fifth of what is out of scope, and all of it where nothing is simulated', () => {
    // What the coverage gains when all of them look like an intent is their share.
    const alike = many(50, () => ({ ...lure(), scores: Float32Array.of(1, 0.1, 0.1) }));
    const unlike = many(50, () => ({ ...lure(), scores: Float32Array.of(0, 0, 0), closenessOf: closeAt(0.1) }));
    const gained = (rows: Partial<HonestRows>) =>
      (coverage({ ...rows, counterExamples: alike })[100] ?? 0) - (coverage({ ...rows, counterExamples: unlike })[100] ?? 0);
    const share = DEFAULT_MATCH_SETTINGS.outOfScopeShare;
    expect(gained(kinds)).toBeCloseTo(share / 5, 9);
    expect(gained({})).toBeCloseTo(share, 9);
  });
});

test('rows in scope and rows simulated from the same intent err apart', () => {
  const own = many(200, (at) => ({ ...inScope(at % 10 !== 0), intent: at % 4 }));
  const promised = (firstSource: number) => {
    const simulated = many(200, (at) => (at % 4 === 0 ? lure(firstSource + (at % 4)) : outside(firstSource + (at % 4))));
    return fitDecisions({ inScope: own, simulated, counterExamples: [] }, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS)?.precision[100];
  };
  expect(promised(0)).toBeCloseTo(promised(100) ?? Number.NaN, 2);
});

test('whom to ask between is learnt from rows that would be asked back, by their part of what is in scope', () => {
  // In scope with .7; of that the intents have .5, .42, .06 and .02, but for the softmax's digits.
  const parts = [0.5, 0.42, 0.06, 0.02];
  const calibrator: Calibrator = {
    right: [0, 0, 0, 0],
    inScope: [Math.log(0.7 / 0.3), 0, 0, 0],
    temperature: 0.1,
    noneOdds: 1,
    baseline: 0,
  };
  const scores = Float32Array.from(parts, (part, intent) => 0.1 * Math.log(part) + (intent === 0 ? 0.1 : 0));
  const torn = (intent: number): HonestScore => ({ scores, closenessOf: closeAt(0.7), intent });
  const asked = many(40, (at) => torn(at % 10 < 4 ? 2 : at % 2));
  const learnt = (rows: readonly HonestScore[]) =>
    fitDecisions({ inScope: rows, simulated: many(20, outside), counterExamples: [] }, calibrator, DEFAULT_MATCH_SETTINGS);
  // The third is meant too often to be left out, and the first two hold .92 together.
  expect(learnt(asked)).toMatchObject({ clarifyMass: 0.95, clarifyHolds: 40 / 41 });
  // A row that is answered or refused teaches nothing of it.
  const refused = many(40, () => ({ ...torn(1), scores: Float32Array.of(0.5, 0.45, 0.45, 0.45) }));
  expect(learnt(refused)).toMatchObject({ clarifyHolds: 0 });
});

test('a precision trusts simulated rows no more than the intents that they come from, and rows from further off for a quarter', () => {
  const intents = 20;
  const likeOne = (of: number) => ({
    scores: Float32Array.from({ length: intents }, (_, at) => (at === of ? 0.9 : 0.1)),
    closenessOf: closeAt(0.8),
  });
  const likeNone = { scores: new Float32Array(intents).fill(0.1), closenessOf: closeAt(0.3) };
  const own = many(400, (at) => ({ ...likeOne(at % intents), intent: at % intents }));
  const outOfScope = (source: number, answered: boolean): SimulatedScore => ({
    ...(answered ? likeOne(0) : likeNone),
    intent: undefined,
    source,
  });
  const learnt = (simulated: readonly SimulatedScore[], far: readonly SimulatedScore[] = []) =>
    fitDecisions({ inScope: own, simulated, far, counterExamples: [] }, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS);
  const scattered = learnt(many(400, (at) => outOfScope(Math.floor(at / 20), at % 20 === 0)));
  const bundled = learnt(many(400, (at) => outOfScope(at % 20, at % 20 === 0)));
  expect(bundled?.precision[100]).toBeLessThan((scattered?.precision[100] ?? 0) - 0.005);
  const covered = (answered: boolean) =>
    learnt(
      many(40, () => outOfScope(0, false)),
      many(40, () => outOfScope(0, answered)),
    )?.coverage[100] ?? Number.NaN;
  expect(covered(true) - covered(false)).toBeCloseTo(0.25 * DEFAULT_MATCH_SETTINGS.outOfScopeShare, 9);
});
