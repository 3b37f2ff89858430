import { describe, expect, test } from 'vitest';
import type { AnswerChange, MatchAnswer } from '../../../src/answering/match-answer.ts';
import { ENTRIES, filterOf, matcher, sample, scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';

const changeOf = ({ explanation }: MatchAnswer, what: AnswerChange['what']): AnswerChange => {
  const change = explanation?.changes.find((one) => one.what === what);
  if (change === undefined) throw new Error(`No ${what} among ${JSON.stringify(explanation?.changes)}.`);
  return change;
};

const explained = { explain: true };

describe('what would have changed a decision, applied, changes it', () => {
  test('a lower min_confidence answers, and the next hundredth above it does not', async () => {
    const { call } = matcher([sample({ invoice: 0.3 })]);
    const refused = await call('hello', { minConfidence: 0.9, ...explained });
    expect(refused.decision).toBe('no_match');
    const { value, decision, intent, texts } = changeOf(refused, 'min_confidence');
    expect({ decision, intent, texts }).toEqual({ decision: 'answer', intent: 'invoice', texts: [] });
    expect((await call('hello', { minConfidence: value })).decision).toBe('answer');
    expect((await call('hello', { minConfidence: value + 0.01 })).decision).toBe('no_match');
  });

  test('more score for the best intent answers, more for the second asks back', async () => {
    const weak = await matcher([sample({ invoice: 0.15 })]).call('hello', explained);
    expect(weak.decision).toBe('no_match');
    const more = changeOf(weak, 'score');
    expect((await matcher([sample({ invoice: 0.15 + more.value })]).call('hello')).decision).toBe(more.decision);
    const sure = await matcher([sample({ invoice: 0.9, password: 0.1 })]).call('hello', explained);
    const rival = changeOf(sure, 'runner_up_score');
    const then = await matcher([sample({ invoice: 0.9, password: 0.1 + rival.value })]).call('hello');
    expect([then.decision, then.decision === 'answer' ? then.candidates[0]?.intent : '']).toEqual([rival.decision, rival.intent]);
    expect(then.decision === 'answer' && then.candidates[0]?.intent === 'invoice').toBe(false);
  });

  test('without the counter-examples that refuse it, all of them named, an utterance is answered', async () => {
    const counterExamples = ['Send me the bill', 'send me the bill!', 'something else'];
    const refused = await matcher([sample({ invoice: 0.9 }, { counterExamples })]).call('send me the bill?', explained);
    const change = changeOf(refused, 'remove_counter_example');
    expect(change).toMatchObject({ decision: 'answer', intent: 'invoice', texts: ['Send me the bill', 'send me the bill!'] });
    const left = counterExamples.filter((text) => !change.texts.includes(text));
    expect((await matcher([sample({ invoice: 0.9 }, { counterExamples: left })]).call('send me the bill?')).decision).toBe('answer');
  });

  test('a counter-example whose removal changes nothing is not blamed', async () => {
    const refused = await matcher([sample({}, { counterExamples: ['hello'] })]).call('hello', explained);
    expect(refused.explanation).toMatchObject({ rule: 'counter_example', changes: [] });
  });

  test('a stored question is refused once its words are a counter-example', async () => {
    const change = changeOf(await matcher([sample()]).call('Reset  login', explained), 'add_counter_example');
    expect(change).toMatchObject({ decision: 'no_match', intent: '', texts: ['Reset login'] });
    expect((await matcher([sample({}, { counterExamples: change.texts })]).call('Reset login')).decision).toBe('no_match');
  });

  test('a question of two intents is answered by the one that keeps it alone', async () => {
    const built = (entries: typeof ENTRIES) => matcher([fakeVersion({ entries, scorer: scoring({ login: 0.9 }) })]);
    const entries = [...ENTRIES, entry('login', ['reset login', 'log me in'])];
    const change = changeOf(await built(entries).call('reset login', explained), 'remove_question');
    expect(change).toMatchObject({ decision: 'answer', intent: 'login', texts: ['reset login'] });
    const mended = entries.map((one) =>
      one.intent === change.intent ? one : { ...one, questions: one.questions.filter((text) => !change.texts.includes(text)) },
    );
    const { decision, candidates } = await built(mended).call('reset login');
    expect([decision, candidates[0]?.intent]).toEqual(['answer', 'login']);
  });

  test('a filter that lets nothing through is named where the utterance is answered without it', async () => {
    const { call } = matcher([sample({ invoice: 0.9 })]);
    const refused = await call('hello', { filter: filterOf(['xx']), ...explained });
    expect(refused.explanation?.changes).toEqual([{ what: 'remove_filter', decision: 'answer', intent: 'invoice', value: 0, texts: [] }]);
    expect((await call('hello')).decision).toBe('answer');
    const hopeless = await matcher([sample({})]).call('hello', { filter: filterOf(['xx']), ...explained });
    expect(hopeless.explanation?.changes).toEqual([]);
  });

  test('is not worked out where no explanation is asked for', async () => {
    expect((await matcher([sample()]).call('hello')).explanation).toBeUndefined();
  });
});
