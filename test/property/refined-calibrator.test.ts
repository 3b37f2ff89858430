/** Labelled utterances, whatever they are and whatever the corpus has of its own, leave a calibrator whose numbers can be stored. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confidences } from '../../src/matching/calibrator.ts';
import { features } from '../../src/matching/features.ts';
import type { HonestScore } from '../../src/matching/honest-rows.ts';
import { refineCalibrator } from '../../src/matching/refine-calibrator.ts';
import { UNIVERSAL_CALIBRATOR } from '../../src/matching/universal-prior.ts';
import { closeAt } from '../support/close-at.ts';

const INTENTS = 3;
const score = fc.record({
  scores: fc
    .array(fc.oneof(fc.constant(-Infinity), fc.float({ min: Math.fround(-0.5), max: Math.fround(1.5), noNaN: true })), {
      minLength: INTENTS,
      maxLength: INTENTS,
    })
    .map((values) => Float32Array.from(values)),
  closenessOf: fc.float({ min: -1, max: 1, noNaN: true }).map((nearest) => closeAt(nearest)),
});
const intent = fc.integer({ min: 0, max: INTENTS - 1 });
const some = <Row>(row: fc.Arbitrary<Row>) => fc.array(row, { maxLength: 8 });
const inScope = some(fc.tuple(score, intent).map(([row, of]): HonestScore => ({ ...row, intent: of })));
const simulated = some(fc.tuple(score, intent).map(([row, source]) => ({ ...row, intent: undefined, source })));
const counterExamples = some(score.map((row) => ({ ...row, intent: undefined })));
const labelled = some(
  fc
    .tuple(score, fc.option(intent, { nil: undefined }), fc.boolean())
    .map(([row, of, proves]) => ({ ...row, intent: of, utterance: 'typed', proves })),
);

test('its numbers are finite and its probabilities are probabilities', () => {
  const rows = fc.record({ inScope, simulated, counterExamples, labelled });
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  const noneOdds = fc.constantFrom(0.3, 1, 5);
  fc.assert(
    fc.property(rows, share, noneOdds, (honest, of, odds) => {
      const fitted = refineCalibrator({ ...UNIVERSAL_CALIBRATOR, noneOdds: odds }, honest, { share: of, baseline: 1 / INTENTS });
      expect([...fitted.right, ...fitted.inScope, fitted.temperature, fitted.noneOdds].every(Number.isFinite)).toBe(true);
      for (const { scores, closenessOf } of honest.labelled) {
        const { intents, none } = confidences(fitted, { scores, found: features(scores, closenessOf), allowed: undefined });
        expect(none >= 0 && none <= 1 && intents.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }),
  );
});
