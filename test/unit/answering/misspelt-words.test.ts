import { describe, expect, test } from 'vitest';
import { ENTRIES, matcher, sample, scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';

const vocabulary = ['refuse', 'where'];

describe('a misspelt word', () => {
  test('is encoded and scored as the corpus writes it, and the explanation says so', async () => {
    const prepared: string[] = [];
    const scorer = (...given: Parameters<ReturnType<typeof scoring>>) => {
      const fixed = scoring({ refund: 0.9 })(...given);
      const prepare = (text: string) => {
        prepared.push(text);
        return fixed.prepare(text);
      };
      return { ...fixed, prepare };
    };
    const { call, encoded } = matcher([sample({}, { scorer })], { vocabulary });
    const { explanation, candidates } = await call('When do I get my refnud', { explain: true });
    expect(encoded).toEqual(['When do I get my refund']);
    expect(explanation?.readWords).toEqual([{ typed: 'refnud', read: 'refund' }]);
    expect(prepared[0]).toBe('When do I get my refund');
    expect(explanation?.matchedTerms).toEqual(['when', 'do', 'i', 'get', 'my', 'refund']);
    expect(candidates.find(({ intent }) => intent === 'refund')?.similarity).toBeCloseTo(1, 6);
  });

  test('makes no stored question equal: what was typed decides that', async () => {
    const { call } = matcher([sample()], { vocabulary });
    const misspelt = await call('money back pleese', { explain: true });
    expect(misspelt.explanation?.readWords).toEqual([{ typed: 'pleese', read: 'please' }]);
    expect(misspelt.explanation?.rule).not.toBe('exact_question');
    expect((await call('forget itt', { explain: true })).explanation?.rule).not.toBe('counter_example');
  });

  test('of a stored question or counter-example is a word of the corpus', async () => {
    const entries = [...ENTRIES, entry('parcel', ['wheres my parcle']), entry('shop', ['parcel parcel'], { counterExamples: ['pracel'] })];
    const { call, encoded } = matcher([fakeVersion({ entries, scorer: scoring({ parcel: 0.9 }) })], { vocabulary });
    const answer = await call('wheres my parcle', { explain: true });
    expect(answer.explanation).toMatchObject({ rule: 'exact_question', readWords: [] });
    await call('pracel');
    expect(encoded).toEqual(['wheres my parcle', 'pracel']);
  });

  test('stays where the setting is off, and where nobody here knows the vocabulary', async () => {
    for (const options of [{ vocabulary, readMisspelt: false }, {}]) {
      const { call, encoded } = matcher([sample()], options);
      expect((await call('my refnud', { explain: true })).explanation?.readWords).toEqual([]);
      expect(encoded).toEqual(['my refnud']);
    }
  });
});
