import { describe, expect, test } from 'vitest';
import type { QuestionIndex } from '../../../src/index/contract.ts';
import { hitScorer } from '../../../src/matching/hit-scorer.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { ENTRIES, filterOf, matcher, sample, scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { NO_COUNTER_EXAMPLES } from '../../support/matching-corpora.ts';

describe('text equality', () => {
  test('a stored question is answered with certainty though another intent scores higher', async () => {
    for (const utterance of ['money back please', '  MONEY   back, please?! '.replace(',', '')]) {
      const answer = await matcher([sample({ invoice: 0.99 })]).call(utterance, { minConfidence: 1, explain: true });
      expect(answer.decision).toBe('answer');
      expect(answer.candidates[0]).toMatchObject({ intent: 'refund', confidence: 1, matchedQuestion: 'money back please' });
      expect(answer.explanation).toMatchObject({
        rule: 'exact_question',
        noneConfidence: 0,
        runnerUp: 'invoice',
        thresholdSource: 'request',
      });
    }
  });

  test('a question equal but for case and punctuation is named with its own similarity', async () => {
    const entries = [entry('a', ['Reset login!', 'something reset login reset login'])];
    const version = fakeVersion({ entries, scorer: scoring({ a: 0.5 }) });
    const { candidates } = await matcher([version]).call('reset login');
    expect(candidates[0]?.matchedQuestion).toBe('Reset login!');
    expect(candidates[0]?.similarity).toBeCloseTo(1, 6);
  });

  test('a question stored under two intents is asked back, also where one candidate is wanted', async () => {
    const entries = [...ENTRIES, entry('login', ['reset login'])];
    const { call } = matcher([fakeVersion({ entries, scorer: scoring({ invoice: 0.99, login: 0.2 }) })]);
    for (const topK of [1, 5]) {
      const answer = await call('Reset login', { topK, minConfidence: 1 });
      expect(answer.decision).toBe('clarify');
      expect([...answer.clarifyIntents].sort()).toEqual(['login', 'password']);
      expect(answer.candidates[0]).toMatchObject({ intent: 'login', confidence: 0.5, matchedQuestion: 'reset login' });
    }
  });

  test('a counter-example is refused, of the corpus or of an entry, even where it is a stored question too', async () => {
    const { call } = matcher([sample({ invoice: 0.99 }, { counterExamples: ['Nothing, thanks', 'send me the bill'] })]);
    for (const utterance of ['nothing, thanks!', 'FORGET IT', 'send me the bill']) {
      const answer = await call(utterance, { minConfidence: 0, explain: true });
      expect(answer.decision).toBe('no_match');
      expect(answer.explanation).toMatchObject({ rule: 'counter_example', noneConfidence: 1 });
      expect(answer.candidates.every(({ confidence }) => confidence === 0)).toBe(true);
      expect(answer.candidates).toHaveLength(3);
    }
  });

  test('an entry’s counter-example that is another intent’s question is answered there, unless the whole corpus refuses it', async () => {
    const entries = [
      entry('order', ['cancel my order'], { counterExamples: ['cancel my subscription'], locale: 'en' }),
      entry('plan', ['Cancel my subscription!'], { locale: 'de' }),
      entry('other', ['something else'], { locale: 'en' }),
    ];
    const of = (counterExamples: readonly string[]) =>
      matcher([fakeVersion({ entries, counterExamples, scorer: scoring({ order: 0.99, plan: 0.2, other: 0.1 }) })]);
    const { call } = of([]);
    expect(await call('cancel my subscription')).toMatchObject({
      decision: 'answer',
      candidates: [{ intent: 'plan', confidence: 1 }, {}, {}],
    });
    // Where the filter leaves that intent out, only the refusal is left.
    expect(await call('cancel my subscription', { filter: filterOf(['en']) })).toMatchObject({ decision: 'no_match' });
    expect(await of(['cancel MY subscription']).call('cancel my subscription')).toMatchObject({ decision: 'no_match' });
  });

  test('an entry’s counter-example takes its own intent out of those that a shared question asks between', async () => {
    const refusing = entry('order', ['cancel it'], { counterExamples: ['Cancel it!'] });
    const { call } = matcher([fakeVersion({ entries: [refusing, entry('plan', ['cancel it'])], scorer: scoring({ order: 0.99 }) })]);
    expect(await call('cancel it')).toMatchObject({ decision: 'answer', candidates: [{ intent: 'plan', confidence: 1 }, {}] });
    const alone = matcher([fakeVersion({ entries: [refusing, entry('other', ['else'])], scorer: scoring({ order: 0.99 }) })]);
    expect((await alone.call('cancel it', { explain: true })).explanation?.rule).toBe('counter_example');
  });

  test('the question that is equal is named, with its own similarity, even where another is as near or nearer', async () => {
    const version = fakeVersion({ entries: [entry('a', ['login reset', 'reset login'])], scorer: scoring({ a: 0.5 }) });
    const [candidate] = (await matcher([version]).call('reset login')).candidates;
    expect(candidate?.matchedQuestion).toBe('reset login');
    expect(candidate?.similarity).toBeCloseTo(1, 6);
    // As of an encoder that sees capitals: what is equal is not the same.
    const index: QuestionIndex = {
      ...version.index,
      search: async (query, signal) => ({ ...(await version.index.search(query, signal)), similarities: Float32Array.of(0.75) }),
    };
    const [cased] = (await matcher([{ ...version, index }]).call('Reset login')).candidates;
    expect(cased).toMatchObject({ matchedQuestion: 'reset login', similarity: 0.75 });
  });

  test('a stored question that the filter leaves out is no equality', async () => {
    const { candidates, explanation } = await matcher([sample({ invoice: 0.9 })]).call('I forgot my password', {
      filter: filterOf([], ['money']),
      explain: true,
    });
    expect(candidates.map(({ intent }) => intent)).toEqual(['invoice', 'refund']);
    expect(explanation?.rule).not.toBe('exact_question');
  });

  test('a question beyond the hit scorer’s hits is still found by its text', async () => {
    // 300 entries hold the same question; the hit scorer sees 128 of them.
    const entries = Array.from({ length: 300 }, (_, i) =>
      entry(`e${String(i).padStart(3, '0')}`, ['same words'], { locale: i === 299 ? 'de' : 'en' }),
    );
    const scorer = (intents: readonly string[]) =>
      hitScorer({ kind: 'hits', intentCount: intents.length, calibrator: UNIVERSAL_CALIBRATOR, counterExamples: NO_COUNTER_EXAMPLES });
    const { call } = matcher([fakeVersion({ entries, scorer })]);
    const all = await call('same words');
    expect(all).toMatchObject({ decision: 'clarify' });
    expect(all.clarifyIntents).toHaveLength(300);
    expect((await call('same words', { topK: 300 })).candidates.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThanOrEqual(
      1,
    );
    expect(await call('same words', { filter: filterOf(['de']) })).toMatchObject({
      decision: 'answer',
      candidates: [{ intent: 'e299', confidence: 1 }],
    });
  });
});
