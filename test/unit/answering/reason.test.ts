import { expect, test } from 'vitest';
import type { IntentScorer } from '../../../src/matching/scorer.ts';
import { matcher, sample, scoring } from '../../support/fake-matcher.ts';

const asked = { explain: true, reason: true };

test('a match tells its reason where it is asked to, with the rule and threshold of the explanation', async () => {
  const { call } = matcher([sample({ invoice: 0.3 })]);
  for (const [utterance, fields] of [
    ['hello', { minConfidence: 0.9 }],
    ['hello', { minPrecision: 0.9 }],
    ['Reset login', {}],
  ] as const) {
    const { reason, explanation } = await call(utterance, { ...fields, ...asked });
    expect(reason).toEqual({
      rule: explanation?.rule,
      threshold: explanation?.threshold,
      thresholdSource: explanation?.thresholdSource,
      refusing: undefined,
    });
  }
  expect((await call('hello')).reason).toBeUndefined();
});

test('names the counter-example that the utterance equals, of the corpus or of an entry', async () => {
  const { call } = matcher([sample({ invoice: 0.9 }, { counterExamples: ['Nothing, thanks'] })]);
  expect((await call('nothing, thanks!', asked)).reason?.refusing).toEqual({ text: 'Nothing, thanks', equal: true });
  expect((await call('Forget it', asked)).reason?.refusing).toEqual({ text: 'forget it', equal: true });
});

test('names the counter-example that is nearer than any question of the best intent, and none that is further', async () => {
  const cosines = (cosine: number) => {
    const made = scoring({ invoice: 0.3 });
    const scorer = (...given: Parameters<typeof made>): IntentScorer => ({
      ...made(...given),
      // The first, "forget it", refuses another intent than the best.
      counterCosines: () => Float32Array.of(0.99, cosine),
    });
    return matcher([sample({}, { scorer, counterExamples: ['no bills'] })]);
  };
  // The words shared with "send me the bill" make a cosine of 1 / 2.
  const near = await cosines(0.82).call('bill', asked);
  expect(near.candidates[0]?.intent).toBe('invoice');
  expect(near.reason?.refusing).toEqual({
    text: 'no bills',
    equal: false,
    similarity: expect.closeTo(0.82, 6),
    questionSimilarity: expect.closeTo(near.candidates[0]?.similarity ?? 0, 6),
  });
  expect((await cosines(0.3).call('bill', asked)).reason?.refusing).toBeUndefined();
});
