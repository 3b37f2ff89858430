import { describe, expect, test } from 'vitest';
import { filterOf, matcher, sample } from '../../support/fake-matcher.ts';

const explained = { explain: true };

describe('the nearest counter-example', () => {
  const { call } = matcher([sample({ password: 0.9, invoice: 0.5 }, { counterExamples: ['money laundering', 'what is money'] })]);
  const nearest = async (utterance: string, tags: readonly string[] = []) =>
    (await call(utterance, { filter: filterOf([], tags), ...explained })).explanation?.nearestCounterExample;

  test('is one of the corpus or of the best intent, with its intent and cosine', async () => {
    const found = await nearest('what is money worth');
    expect(found).toMatchObject({ text: 'what is money', intent: '' });
    expect(found?.similarity).toBeCloseTo(3 / Math.sqrt(3 * 4), 6);
    expect(await nearest('please forget it')).toMatchObject({ text: 'forget it', intent: 'password' });
  });

  test('is none of another intent, however near', async () => {
    // With this filter "invoice" is the best intent, which "forget it" does not refuse.
    expect(await nearest('please forget it', ['money'])).toMatchObject({ intent: '', similarity: 0 });
  });

  test('is not there where there are no counter-examples of that kind', async () => {
    const answer = await matcher([sample()]).call('please forget it', explained);
    expect(answer.explanation?.nearestCounterExample).toBeUndefined();
  });
});

test('a counter-example is the rule even where the filter lets nothing through', async () => {
  const answer = await matcher([sample()]).call('forget it', { filter: filterOf(['xx']), ...explained });
  expect(answer).toMatchObject({ decision: 'no_match', explanation: { rule: 'counter_example' } });
});

test('an explanation changes no answer', async () => {
  const { call } = matcher([sample({ invoice: 0.6, refund: 0.5 }, { counterExamples: ['my bill'] })]);
  for (const utterance of ['my bill', 'my invoice', 'send me the bill', 'when']) {
    const [plain, told] = [await call(utterance), await call(utterance, explained)];
    expect({ ...told, timings: plain.timings, explanation: undefined }).toEqual(plain);
  }
});
