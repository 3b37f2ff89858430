import { describe, expect, test } from 'vitest';
import type { CorpusSettings } from '../../../src/corpus/corpus.ts';
import type { Calibrator } from '../../../src/matching/calibrator.ts';
import { ENTRIES, matcher, scoring } from '../../support/fake-matcher.ts';
import { fakeVersion } from '../../support/fake-version.ts';

/** The best of the three intents, invoice, at .6; "none of these" at about .02; the rest shared by score. */
const calibrator: Calibrator = { right: [Math.log(0.6 / 0.4), 0, 0, 0], inScope: [4, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 };

function matching(
  demands: Readonly<Record<string, { minConfidence?: number; minPrecision?: number }>>,
  { settings = {}, scores = { invoice: 0.9 } }: { settings?: CorpusSettings; scores?: Readonly<Record<string, number>> } = {},
) {
  const entries = ENTRIES.map((entry) => ({ ...entry, demands: demands[entry.id] }));
  return matcher([fakeVersion({ entries, settings, scorer: scoring(scores, { calibrator }) })]);
}

describe('the threshold and its source', () => {
  type Row = readonly [Parameters<typeof matching>[0], CorpusSettings, Parameters<ReturnType<typeof matching>['call']>[1], string];
  const rows: Readonly<Record<string, Row>> = {
    nobody: [{}, {}, {}, 'answer from 0.50 (default)'],
    'the corpus': [{}, { minConfidence: 0.7 }, {}, 'no_match from 0.70 (corpus)'],
    // 2 · .9 − 1: the made-up version's own questions tell nothing of precision.
    'the corpus, as a precision': [{}, { minPrecision: 0.9 }, {}, 'no_match from 0.80 (corpus_precision)'],
    'the corpus, in both ways': [{}, { minPrecision: 0.7, minConfidence: 0.55 }, {}, 'answer from 0.55 (corpus)'],
    'the intent, more than the corpus': [{ invoice: { minConfidence: 0.7 } }, { minConfidence: 0.1 }, {}, 'no_match from 0.70 (intent)'],
    'the intent, less than the corpus': [{ invoice: { minConfidence: 0.1 } }, { minPrecision: 0.99 }, {}, 'answer from 0.10 (intent)'],
    'the intent, as a precision': [{ invoice: { minPrecision: 0.95 } }, {}, {}, 'no_match from 0.90 (intent_precision)'],
    'another intent only': [{ password: { minConfidence: 1 }, refund: { minConfidence: 1 } }, {}, {}, 'answer from 0.50 (default)'],
    'the request too': [{ invoice: { minConfidence: 0.9 } }, { minConfidence: 0.8 }, { minConfidence: 0.2 }, 'answer from 0.20 (request)'],
    'the request, as a precision': [{ invoice: { minConfidence: 0 } }, {}, { minPrecision: 0.9 }, 'no_match from 0.80 (precision)'],
  };

  test.each(Object.entries(rows))('where %s demands something', async (_, [demands, settings, request, outcome]) => {
    const { decision, explanation } = await matching(demands, { settings }).call('hello', { ...request, explain: true });
    expect(`${decision} from ${explanation?.threshold.toFixed(2)} (${explanation?.thresholdSource})`).toBe(outcome);
  });
});

describe('an intent that demands more than it has', () => {
  test('is not answered, nothing stands in for it, and the candidates still come', async () => {
    const answer = await matching({ invoice: { minConfidence: 0.9 } }).call('hello', { explain: true });
    expect(answer).toMatchObject({ decision: 'no_match', clarifyIntents: [] });
    expect(answer.explanation?.rule).toBe('below_min_confidence');
    expect(answer.candidates.map(({ intent }) => intent)).toEqual(['invoice', 'password', 'refund']);
  });

  test('is asked about where its precision refused it and another is close, not where its least confidence did', async () => {
    const close = { scores: { invoice: 0.9, refund: 0.9 } };
    const strict = { minConfidence: 0.9 };
    expect(await matching({ invoice: strict, refund: strict }, close).call('hello')).toMatchObject({ decision: 'no_match' });
    const precise = { minPrecision: 0.99 };
    // The second has .38 of the in-scope .98 and the first .6: near enough to ask.
    const asked = await matching({ invoice: precise, refund: precise }, close).call('hello');
    expect(asked).toMatchObject({ decision: 'clarify', clarifyIntents: ['invoice', 'refund'] });
  });

  test('may be listed among what is asked between, whatever it demands', async () => {
    const asked = await matching({ refund: { minConfidence: 1 } }, { scores: { invoice: 0.9, refund: 0.89 } }).call('hello');
    expect(asked).toMatchObject({ decision: 'clarify', clarifyIntents: ['invoice', 'refund'] });
  });

  test('is answered to the words of its stored questions all the same', async () => {
    const answer = await matching({ invoice: { minConfidence: 1, minPrecision: 1 } }).call('Send me the bill!', { explain: true });
    expect(answer).toMatchObject({ decision: 'answer', explanation: { rule: 'exact_question', threshold: 1 } });
  });
});

test('entries of one intent share what one of them demands', async () => {
  // "rueckgabe" is the German entry of the intent refund.
  const { call } = matching({ rueckgabe: { minConfidence: 0.9 } }, { scores: { refund: 0.9 } });
  expect((await call('hello', { explain: true })).explanation).toMatchObject({ thresholdSource: 'intent', threshold: 0.9 });
});
