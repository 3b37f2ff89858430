import { describe, expect, test } from 'vitest';
import type { AnswerChange, MatchAnswer } from '../../../src/answering/match-answer.ts';
import { NO_INTENT } from '../../../src/matching/contract.ts';
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

  test('without it, and the closeness to it, what is left judges', async () => {
    // A counter-example that is as near as can be: while it is there, what is like it is refused too.
    const { call } = matcher([sample({ invoice: 0.9 }, { counterExamples: ['send no bill'] })]);
    expect((await call('bill send no')).decision).toBe('no_match');
    expect(changeOf(await call('send no bill', explained), 'remove_counter_example')).toMatchObject({
      decision: 'answer',
      intent: 'invoice',
    });
    // One of the intent that was taught by it: its score without itself is 1 / (1 − .9) of what it is.
    const taught = scoring({ invoice: 0.06 });
    const scorer: typeof taught = (intents, held) =>
      taught(intents, { ...held, leverages: held.leverages.map((_, i) => (held.intents[i] === NO_INTENT ? 0.9 : 0)) });
    const lifted = await matcher([sample({}, { counterExamples: ['send no bill'], scorer })]).call('send no bill', explained);
    const untaught = await matcher([sample({ invoice: 0.6 })]).call('send no bill');
    expect([untaught.decision, changeOf(lifted, 'remove_counter_example').decision]).toEqual(['answer', 'answer']);
    expect((await matcher([sample({ invoice: 0.06 })]).call('send no bill')).decision).toBe('no_match');
  });

  test('without the counter-example that it is too, a stored question is answered by its own intent', async () => {
    const refused = await matcher([sample({ refund: 0.2 }, { counterExamples: ['Send me the bill'] })]).call('send me the bill', explained);
    expect(changeOf(refused, 'remove_counter_example')).toMatchObject({ decision: 'answer', intent: 'invoice' });
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

  test('the questions to take away are those of the other intents that are asked between, each named once', async () => {
    const entries = [
      entry('login', ['Reset!']),
      entry('password', ['reset?', 'forgotten']),
      entry('passwort', ['reset?'], { intent: 'password' }),
      entry('order', ['reset'], { counterExamples: ['reset'] }),
    ];
    const version = fakeVersion({ entries, scorer: scoring({ login: 0.9 }) });
    const asked = await matcher([version]).call('RESET', explained);
    expect(asked.clarifyIntents).toEqual(['login', 'password']);
    expect(changeOf(asked, 'remove_question')).toMatchObject({ decision: 'answer', intent: 'login', texts: ['reset?'] });
  });

  test('a filter that lets nothing through is named where the utterance is answered without it', async () => {
    const { call } = matcher([sample({ invoice: 0.9 })]);
    const refused = await call('hello', { filter: filterOf(['xx']), ...explained });
    expect(refused.explanation?.changes).toEqual([{ what: 'remove_filter', decision: 'answer', intent: 'invoice', value: 0, texts: [] }]);
    expect((await call('hello')).decision).toBe('answer');
    const torn = { invoice: 0.9, refund: 0.9 };
    const asked = await matcher([sample(torn)]).call('hello', { filter: filterOf(['xx']), ...explained });
    expect(asked.explanation?.changes).toMatchObject([{ what: 'remove_filter', decision: 'clarify', intent: '' }]);
    const hopeless = await matcher([sample({})]).call('hello', { filter: filterOf(['xx']), ...explained });
    expect(hopeless.explanation?.changes).toEqual([]);
  });

  test('one that lets something through is not blamed', async () => {
    const refused = await matcher([sample({ refund: 0.15 })]).call('hello', { filter: filterOf([], ['money']), ...explained });
    expect(refused.decision).toBe('no_match');
    expect(refused.explanation?.changes.map(({ what }) => what)).toEqual(['min_confidence', 'score']);
  });

  test('is not worked out where no explanation is asked for', async () => {
    expect((await matcher([sample()]).call('hello')).explanation).toBeUndefined();
  });
});
