import { describe, expect, test } from 'vitest';
import { type Calibrator, confidences, logit, sigmoid } from '../../../src/matching/calibrator.ts';
import { features } from '../../../src/matching/features.ts';
import type { HonestRows, HonestScore, LabelledScore } from '../../../src/matching/honest-rows.ts';
import { refineCalibrator } from '../../../src/matching/refine-calibrator.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { closeAt } from '../../support/close-at.ts';
import { seededRandom } from '../../support/index-oracle.ts';

const NO_ROWS: HonestRows = { inScope: [], simulated: [], counterExamples: [] };
const TASK = { share: 0.25, baseline: 0 };
const random = seededRandom(12);

/** An utterance that looks in scope by `level`, from 0 to 1. */
function scored(level: number, intent: number | undefined): HonestScore {
  return { scores: Float32Array.of(0.2 + 0.8 * level, 0.2, 0.1), closenessOf: closeAt(0.4 + 0.5 * level), intent };
}
function labelled(level: number, intent: number | undefined, changes: Partial<LabelledScore> = {}): LabelledScore {
  return { ...scored(level, intent), utterance: `u${level} ${random()}`, proves: false, ...changes };
}
/** Traffic of which the logistic of the level is in scope, and nine tenths of that mean intent 0. */
function traffic(count: number, steepness = 8): readonly LabelledScore[] {
  return Array.from({ length: count }, () => {
    const level = random();
    const inScope = random() < sigmoid(steepness * (level - 0.4));
    return labelled(level, inScope ? (random() < 0.9 ? 0 : 1) : undefined);
  });
}
function confidence(calibrator: Calibrator, { scores, closenessOf }: HonestScore) {
  const found = features(scores, closenessOf);
  const { intents, none } = confidences(calibrator, { scores, found, allowed: undefined });
  return { best: intents[found.best] ?? 0, none };
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('labelled utterances', () => {
  test('leave a calibrator as it is where there are none, or all are kept to prove', () => {
    expect(refineCalibrator(UNIVERSAL_CALIBRATOR, NO_ROWS, TASK)).toBe(UNIVERSAL_CALIBRATOR);
    const proving = traffic(50).map((row) => ({ ...row, proves: true }));
    expect(refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: proving }, TASK)).toBe(UNIVERSAL_CALIBRATOR);
  });

  test('make confidences mean what they say of such traffic', () => {
    const rows = traffic(2000);
    const share = rows.filter(({ intent }) => intent === undefined).length / rows.length;
    const fitted = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: rows }, { share, baseline: 0 });
    const fresh = traffic(4000);
    for (const [from, to] of [
      [0, 0.3],
      [0.3, 0.6],
      [0.6, 1],
    ] as const) {
      const some = fresh.filter((row) => (row.scores[0] as number) >= 0.2 + 0.8 * from && (row.scores[0] as number) < 0.2 + 0.8 * to);
      const said = mean(some.map((row) => confidence(fitted, row).best));
      const true_ = some.filter(({ intent }) => intent === 0).length / some.length;
      // Of some 1,200 rows a share has a standard error of .014.
      expect(Math.abs(said - true_)).toBeLessThan(0.05);
    }
  });

  test('few of them move it a little, many far', () => {
    // Own constants think .9 of what labelled rows say is half and half.
    const row = scored(1, 0);
    const half = (count: number) => Array.from({ length: count }, (_, i) => labelled(1, i % 2 === 0 ? 0 : 1));
    const outside = (count: number) => Array.from({ length: count }, () => labelled(0, undefined));
    const at = (count: number) =>
      confidence(refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: [...half(count), ...outside(count)] }, TASK), row).best;
    const before = confidence(UNIVERSAL_CALIBRATOR, row).best;
    expect(before).toBeGreaterThan(0.9);
    expect(before - at(4)).toBeLessThan(0.2);
    expect(at(4)).toBeGreaterThan(at(20));
    expect(at(20)).toBeGreaterThan(at(200));
    expect(at(200)).toBeLessThan(0.6);
  });

  test("count against the corpus's own rows, which say as much as fifty of them", () => {
    const own: HonestRows = {
      inScope: Array.from({ length: 300 }, () => scored(0.9, 0)),
      simulated: Array.from({ length: 300 }, () => ({ ...scored(0.2, undefined), intent: undefined, source: 0 })),
      counterExamples: [],
    };
    // What is at .9 is out of scope for users, whatever the questions say.
    const against = [...Array.from({ length: 40 }, () => labelled(0.9, undefined)), ...Array.from({ length: 40 }, () => labelled(1, 0))];
    const alone = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: against }, TASK);
    const together = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...own, labelled: against }, TASK);
    const none = (calibrator: Calibrator) => confidence(calibrator, scored(0.9, 0)).none;
    expect(none(alone)).toBeGreaterThan(none(together));
    expect(none(together)).toBeGreaterThan(none(UNIVERSAL_CALIBRATOR));
  });

  test("and the corpus's own rows are as fifty of them at most in the expected proportion, and as many as they are where they are fewer", () => {
    const of = (count: number, level: number, intent: number | undefined) => Array.from({ length: count }, () => labelled(level, intent));
    const own = (count: number): HonestRows => ({
      inScope: Array.from({ length: count }, () => scored(0.7, 0)),
      simulated: Array.from({ length: 2 * count }, () => ({ ...scored(0.3, undefined), intent: undefined, source: 0 })),
      counterExamples: [],
    });
    const task = { share: 0.2, baseline: 0 };
    const seen = [...of(60, 0.7, 1), ...of(20, 0.9, undefined)];
    const probabilities = (calibrator: Calibrator) =>
      [0.3, 0.7, 0.9].flatMap((level) => {
        const { scores, closenessOf } = scored(level, 0);
        const found = features(scores, closenessOf);
        return [sigmoid(logit(calibrator.right, found)), sigmoid(logit(calibrator.inScope, found))];
      });
    const alike = (inside: number, outside: number) =>
      probabilities(
        refineCalibrator(
          UNIVERSAL_CALIBRATOR,
          { ...NO_ROWS, labelled: [...seen, ...of(inside, 0.7, 0), ...of(outside, 0.3, undefined)] },
          task,
        ),
      );
    const beside = (count: number) => probabilities(refineCalibrator(UNIVERSAL_CALIBRATOR, { ...own(count), labelled: seen }, task));
    // Fewer labelled rows are drawn a little more to what they start from.
    for (const [place, probability] of beside(500).entries())
      expect(Math.abs(probability - (alike(40, 10)[place] ?? 2))).toBeLessThan(0.03);
    // Fewer of its own are no more than they are.
    for (const [place, probability] of beside(4).entries()) expect(Math.abs(probability - (alike(4, 8)[place] ?? 2))).toBeLessThan(0.03);
    expect(Math.abs((alike(40, 10)[2] ?? 0) - (alike(4, 8)[2] ?? 0))).toBeGreaterThan(0.1);
  });

  test('say how what is left is shared behind the best intent, where enough of them are wrong', () => {
    // The right intent is second by far, or second by a hair, behind the same best one.
    const rows = (third: number) =>
      Array.from({ length: 40 }, (): LabelledScore => ({ ...labelled(0.8, 1), scores: Float32Array.of(0.9, 0.5, third) }));
    const temperature = (some: readonly LabelledScore[]) =>
      refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: some }, TASK).temperature;
    expect(temperature(rows(0.4))).toBe(0.02);
    expect(temperature(rows(0.4).slice(0, 9))).toBe(UNIVERSAL_CALIBRATOR.temperature);
  });

  test('all in scope say how right the best intent is, and nothing of what is in scope where the corpus cannot say the other half', () => {
    const rows = Array.from({ length: 100 }, (_, i) => labelled(0.8, i % 4 === 0 ? 1 : 0));
    const fitted = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: rows }, TASK);
    expect(fitted.inScope).toEqual(UNIVERSAL_CALIBRATOR.inScope);
    expect(fitted.right).not.toEqual(UNIVERSAL_CALIBRATOR.right);
    const outside = Array.from({ length: 100 }, () => labelled(0.8, undefined));
    const other = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: outside }, TASK);
    expect(other).toEqual(UNIVERSAL_CALIBRATOR);
  });

  test('all in scope learn what is out of scope from the corpus itself', () => {
    const simulated = Array.from({ length: 50 }, () => ({ ...scored(0.2, undefined), intent: undefined, source: 0 }));
    const rows = Array.from({ length: 100 }, () => labelled(0.8, 0));
    const fitted = refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, simulated, labelled: rows }, TASK);
    expect(confidence(fitted, scored(0.2, undefined)).none).toBeGreaterThan(0.8);
    expect(confidence(fitted, scored(0.8, 0)).best).toBeGreaterThan(0.8);
  });

  test('weigh as the expected share says, whatever share they have', () => {
    const rows = [...Array.from({ length: 200 }, () => labelled(0.5, undefined)), ...Array.from({ length: 100 }, () => labelled(0.5, 0))];
    const none = (share: number) =>
      confidence(refineCalibrator(UNIVERSAL_CALIBRATOR, { ...NO_ROWS, labelled: rows }, { share, baseline: 0 }), scored(0.5, 0)).none;
    // At one level the share itself is all there is to learn, but for the prior's pull.
    expect(Math.abs(none(0.25) - 0.25)).toBeLessThan(0.06);
    expect(Math.abs(none(0.75) - 0.75)).toBeLessThan(0.06);
  });

  test('take a shift to another share into what they start from', () => {
    const shifted = { ...UNIVERSAL_CALIBRATOR, noneOdds: 3 };
    const fitted = refineCalibrator(shifted, { ...NO_ROWS, labelled: [labelled(0.5, 0)] }, { share: 0.5, baseline: 0 });
    expect(fitted.noneOdds).toBe(1);
    for (const level of [0.1, 0.5, 0.9]) {
      // One row moves little.
      expect(Math.abs(confidence(fitted, scored(level, 0)).none - confidence(shifted, scored(level, 0)).none)).toBeLessThan(0.02);
    }
  });
});
