import { describe, expect, test } from 'vitest';
import { NO_DEMANDS, rulingDemands } from '../../../src/matching/demands.ts';

const corpus = { minConfidence: 0.5, minPrecision: 0.7 };
const standing = { corpus, ofIntent: [undefined, { minPrecision: 0.9 }, {}] };

describe('of request, intent, corpus and server the first that demands anything rules alone', () => {
  test('the request, whichever of the two it names', () => {
    expect(rulingDemands({ minConfidence: 0 }, standing, 1)).toEqual({ minConfidence: 0, minPrecision: undefined, level: 'request' });
    expect(rulingDemands({ minPrecision: 0.5 }, standing, 1)).toEqual({ minConfidence: undefined, minPrecision: 0.5, level: 'request' });
  });

  test('then the best intent, which sets aside the corpus’s other demand too', () => {
    expect(rulingDemands({}, standing, 1)).toEqual({ minPrecision: 0.9, level: 'intent' });
  });

  test('then the corpus, also for an intent that says nothing and where there is no candidate', () => {
    for (const best of [0, 2, undefined]) expect(rulingDemands({}, standing, best)).toEqual({ ...corpus, level: 'corpus' });
  });

  test('and where none demands anything, nothing is demanded', () => {
    expect(rulingDemands({}, NO_DEMANDS, 0)).toMatchObject({ level: 'corpus' });
    expect(rulingDemands({}, NO_DEMANDS, 0).minConfidence).toBeUndefined();
  });
});
