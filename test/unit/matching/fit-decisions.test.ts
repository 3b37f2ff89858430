import { describe, expect, test } from 'vitest';
import { DEFAULT_MATCH_SETTINGS } from '../../../src/matching/contract.ts';
import { fitDecisions } from '../../../src/matching/fit-decisions.ts';
import type { HonestRows, HonestScore, LabelledScore, SimulatedScore } from '../../../src/matching/honest-rows.ts';
import { precisionThreshold } from '../../../src/matching/learnt-decisions.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { closeAt } from '../../support/close-at.ts';

const NO_ROWS: HonestRows = { inScope: [], simulated: [], counterExamples: [] };
const fitted = (rows: HonestRows) => fitDecisions(rows, UNIVERSAL_CALIBRATOR, DEFAULT_MATCH_SETTINGS);

let number = 0;
function labelled(score: HonestScore, proves = true): LabelledScore {
  number += 1;
  return { ...score, utterance: `typed ${number}`, proves };
}
const sure = (intent: number | undefined): HonestScore => ({
  scores: Float32Array.of(0.95, 0.1, 0.05),
  closenessOf: closeAt(0.95),
  intent,
});
const close = (intent: number | undefined): HonestScore => ({
  scores: Float32Array.of(0.8, 0.8, 0.05),
  closenessOf: closeAt(0.9),
  intent,
});
const far = (): HonestScore => ({ scores: Float32Array.of(0.05, 0.04, 0.03), closenessOf: closeAt(0.2), intent: undefined });
const many = <Row>(count: number, make: () => Row) => Array.from({ length: count }, make);

describe('labelled utterances', () => {
  test('of both kinds teach a corpus without rows of its own, of one kind nothing', () => {
    const inside = many(30, () => labelled(sure(0)));
    const outside = many(10, () => labelled(far()));
    expect(fitted({ ...NO_ROWS, labelled: [...inside, ...outside] })?.coverage[160]).toBeCloseTo(0.75, 9);
    expect(fitted({ ...NO_ROWS, labelled: inside })).toBeUndefined();
    expect(fitted({ ...NO_ROWS, labelled: outside })).toBeUndefined();
    expect(fitted(NO_ROWS)).toBeUndefined();
  });

  test('weigh as the expected share says', () => {
    // Half of them are out of scope; a quarter is expected.
    const rows = [...many(20, () => labelled(sure(0))), ...many(20, () => labelled(far()))];
    expect(fitted({ ...NO_ROWS, labelled: rows })?.coverage[160]).toBeCloseTo(0.75, 9);
  });

  test('of one kind leave what the corpus expects as it is', () => {
    const simulated = many(20, (): SimulatedScore => ({ ...far(), intent: undefined, source: 0 }));
    const own = { ...NO_ROWS, inScope: many(20, () => sure(0)), simulated };
    const { precision, coverage } = fitted(own) ?? {};
    expect(fitted({ ...own, labelled: many(30, () => labelled(sure(1))) })).toMatchObject({ precision, coverage });
    expect(fitted({ ...own, labelled: [...many(30, () => labelled(sure(1))), labelled(far())] })?.precision).not.toEqual(precision);
  });

  test('say what to ask between as the corpus does', () => {
    const outside = many(10, () => labelled(far()));
    const asked = [...many(19, () => labelled(close(0))), ...many(19, () => labelled(close(1)))];
    expect(fitted({ ...NO_ROWS, labelled: [...asked, ...outside] })?.clarifyHolds).toBeCloseTo(38 / 39, 9);
    // What is out of scope has nothing to be asked between.
    expect(fitted({ ...NO_ROWS, labelled: [labelled(sure(0)), ...many(40, () => labelled(close(undefined)))] })?.clarifyHolds).toBe(0);
  });

  test('prove a precision by those alone that are kept for it, and by what would be answered', () => {
    const proof = (inside: readonly LabelledScore[]) =>
      precisionThreshold(fitted({ ...NO_ROWS, labelled: [...inside, ...many(20, () => labelled(far()))] }), 0.9).proof;
    expect(proof(many(60, () => labelled(sure(0))))).toEqual({ certainty: 0.95, answers: 60, right: 60 });
    expect(proof(many(60, () => labelled(sure(0), false)))).toBeUndefined();
    expect(proof([...many(60, () => labelled(sure(0))), ...many(60, () => labelled(sure(1), false))])?.right).toBe(60);
    // Two that are close are asked between.
    expect(proof(many(60, () => labelled(close(0))))).toBeUndefined();
    // The best intent of what is out of scope is never right.
    expect(proof([...many(45, () => labelled(sure(0))), ...many(15, () => labelled(sure(undefined)))])).toBeUndefined();
  });
});
