import { expect, test } from 'vitest';
import { PROVEN_NUMBERS, type ProvingRow, provenPrecision, provePrecisions } from '../../../src/matching/proven-precision.ts';

/** Rows of one confidence, the first `wrong` of them wrong. */
function rows(count: number, wrong: number, changes: Partial<ProvingRow> = {}): readonly ProvingRow[] {
  return Array.from({ length: count }, (_, i) => ({
    utterance: `${changes.intent === null ? 'out' : 'in'} ${changes.confidence ?? 0.9} ${i}`,
    intent: 1,
    confidence: 0.9,
    right: i >= wrong,
    answerable: true,
    ...changes,
  }));
}
const outside = (count: number) => rows(count, 0, { intent: null, confidence: 0.01, right: false });

test('a precision is proven by as many answers as the binomial asks for, and told with them', () => {
  const table = provePrecisions([...rows(60, 0), ...outside(20)], 0.25);
  // 29 answers without a mistake prove .9, 59 prove .95; .96 takes 74.
  expect(provenPrecision(table, 0.9)).toEqual({ confidence: 0.05, proof: { certainty: 0.95, answers: 60, right: 60 } });
  expect(provenPrecision(table, 0.95)?.proof.answers).toBe(60);
  expect(provenPrecision(table, 0.96)).toBeUndefined();
});

test('a precision between two hundredths takes the greater, and one below a half what a half takes', () => {
  const table = provePrecisions([...rows(60, 0), ...outside(20)], 0.25);
  expect(provenPrecision(table, 0.945)).toEqual(provenPrecision(table, 0.95));
  expect(provenPrecision(table, 0.951)).toBeUndefined();
  expect(provenPrecision(table, 0.1)).toEqual(provenPrecision(table, 0.5));
  expect(provenPrecision(table, 0.995)).toBeUndefined();
  expect(provenPrecision(table, 1)).toBeUndefined();
  expect(provenPrecision(undefined, 0.5)).toBeUndefined();
});

test('a whole hundredth is itself, though floating point has .55 · 100 above 55', () => {
  const table = new Float64Array(PROVEN_NUMBERS);
  table.set([0.5, 10, 10], 3 * 5);
  expect(provenPrecision(table, 0.55)?.confidence).toBe(0.5);
  expect(provenPrecision(table, 0.5501)).toBeUndefined();
});

test('mistakes count: out-of-scope answers, and wrong ones in scope', () => {
  const proof = (some: readonly ProvingRow[]) => provenPrecision(provePrecisions(some, 0.25), 0.9);
  expect(proof([...rows(90, 0), ...rows(30, 0, { intent: null, right: false })])).toBeUndefined();
  expect(proof([...rows(90, 30), ...outside(30)])).toBeUndefined();
  expect(proof([...rows(90, 1), ...outside(30)])?.proof).toEqual({ certainty: 0.95, answers: 90, right: 89 });
});

test('what would be asked back is no answer', () => {
  expect(provenPrecision(provePrecisions([...rows(60, 0, { answerable: false }), ...outside(20)], 0.25), 0.5)).toBeUndefined();
});

test('rows are thinned to the share that is expected, and prove nothing where a kind is missing', () => {
  // 60 in scope and 60 outside at a quarter: 20 of the latter stay.
  const wrongly = rows(60, 0, { intent: null, confidence: 0.9, right: false });
  const answers = provenPrecision(provePrecisions([...rows(60, 0), ...wrongly], 0.25), 0.6)?.proof;
  expect(answers).toEqual({ certainty: 0.95, answers: 80, right: 60 });
  expect(provePrecisions(rows(60, 0), 0.25)).toBeUndefined();
  expect(provePrecisions(outside(60), 0.25)).toBeUndefined();
  expect(provePrecisions([], 0.25)).toBeUndefined();
});
