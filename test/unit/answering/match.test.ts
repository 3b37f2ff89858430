import { describe, expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { QuestionIndex } from '../../../src/index/contract.ts';
import type { Calibrator } from '../../../src/matching/calibrator.ts';
import { NO_SHARES } from '../../../src/matching/scorer.ts';
import { ENTRIES, filterOf, matcher, sample, scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';

describe('candidates', () => {
  test('are distinct intents, each with its nearest question and the entry that holds it', async () => {
    const { candidates, decision } = await matcher([sample()]).call('show my invoice');
    expect(decision).toBe('answer');
    expect(candidates.map(({ intent }) => intent)).toEqual(['invoice', 'password', 'refund']);
    expect(candidates[0]).toMatchObject({
      entryId: 'invoice',
      matchedQuestion: 'where do I find my invoice',
      answer: 'answer of invoice',
      metadata: { team: 'billing' },
    });
    // "my" stands in the refund question that another entry of the same intent lacks.
    expect(candidates[2]).toMatchObject({ entryId: 'refund', matchedQuestion: 'when do I get my refund' });
    expect(candidates[0]?.similarity).toBeCloseTo(2 / Math.sqrt(3 * 6), 5);
  });

  test('come by confidence, whose sum is at most 1', async () => {
    const { candidates } = await matcher([sample({ refund: 0.8, password: 0.7, invoice: 0.1 })]).call('hello');
    const confidences = candidates.map(({ confidence }) => confidence);
    expect(candidates.map(({ intent }) => intent)).toEqual(['refund', 'password', 'invoice']);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
    expect(confidences.reduce((sum, confidence) => sum + confidence, 0)).toBeLessThanOrEqual(1);
  });

  test('are no more than asked for, and no more than there are', async () => {
    const { call } = matcher([sample()]);
    expect((await call('hello', { topK: 1 })).candidates).toHaveLength(1);
    expect((await call('hello', { topK: 100 })).candidates).toHaveLength(3);
  });

  test('name the nearest question of an intent that only a shared word brought up', async () => {
    // The long question repeats a word and leads by terms; the short one is nearer by cosine, yet 40 others are nearer still.
    const crowd = Array.from({ length: 40 }, (_, i) => entry(`crowd${i}`, [`alpha gamma c${i}`]));
    const long = `alpha alpha alpha ${Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ')}`;
    const target = entry('target', ['alpha one two', long]);
    const version = fakeVersion({ entries: [...crowd, target], scorer: scoring({ target: 0.9 }) });
    // Terms bring hits of their own where an explanation is asked for.
    for (const explain of [false, true]) {
      const { candidates } = await matcher([version]).call('alpha gamma', { explain });
      expect(candidates[0]).toMatchObject({ intent: 'target', matchedQuestion: 'alpha one two' });
    }
  });

  test('cost one further trip to a database whose graph found the hits, however many they are', async () => {
    const version = fakeVersion({
      entries: [entry('hi', ['alpha']), entry('bye', ['beta']), entry('so', ['gamma'])],
      scorer: scoring({ hi: 0.9, bye: 0.3, so: 0.2 }),
    });
    const asked: number[] = [];
    const index: QuestionIndex = {
      ...version.index,
      remote: true,
      method: { kind: 'hnsw', recallAt10: 1 },
      nearestOfGroups: (query) => {
        asked.push(query.groups.length);
        return version.index.nearestOfGroups(query);
      },
      // As of a scorer that knows no intent before the hits: nothing is foretold.
      search: async (query, signal) => ({
        ...(await version.index.search(query, signal)),
        nearest: (query.groups ?? []).map(() => undefined),
      }),
    };
    const { candidates } = await matcher([{ ...version, index }]).call('alpha beta gamma');
    expect(candidates.map(({ intent }) => intent)).toEqual(['hi', 'bye', 'so']);
    expect(asked).toEqual([3]);
  });

  test('of an intent that no hit holds are found too', async () => {
    const crowd = Array.from({ length: 200 }, (_, i) => entry(`crowd${i}`, [`alpha c${i}`]));
    const version = fakeVersion({
      entries: [...crowd, entry('far', ['unrelated words', 'something else'])],
      scorer: scoring({ far: 0.9 }),
    });
    const { candidates } = await matcher([version]).call('alpha');
    expect(candidates[0]).toMatchObject({ intent: 'far', similarity: 0, matchedQuestion: 'unrelated words' });
    expect(candidates).toHaveLength(5);
  });
});

describe('a filter', () => {
  test('that leaves out the best intent brings up the next, with the rest of the sum free', async () => {
    const { call } = matcher([sample({ password: 0.9, refund: 0.6 })]);
    expect((await call('hello')).candidates[0]?.intent).toBe('password');
    const filtered = await call('hello', { filter: filterOf([], ['returns']) });
    expect(filtered.candidates.map(({ intent, entryId }) => [intent, entryId])).toEqual([['refund', 'refund']]);
  });

  test('picks the entry of an intent whose locale it asks for', async () => {
    const { call } = matcher([sample({ refund: 0.9 })]);
    const inGerman = await call('when do I get my refund', { filter: filterOf(['de', 'fr']) });
    expect(inGerman.candidates).toMatchObject([{ intent: 'refund', entryId: 'rueckgabe', matchedQuestion: 'wo ist mein geld' }]);
    const inEnglish = await call('wo ist mein geld', { filter: filterOf(['en']) });
    expect(inEnglish.candidates).toMatchObject([{ intent: 'refund', entryId: 'refund' }]);
  });

  test('leaves the confidence of an intent as it is, since it says which entries may be shown and not what is meant', async () => {
    const entries = [
      entry('refund', ['when do I get my refund'], { locale: 'en' }),
      entry('rueckgabe', ['wo ist mein geld'], { intent: 'refund', locale: 'de' }),
      entry('hours', ['when are you open'], { locale: 'en' }),
      entry('zeiten', ['wann ist offen'], { intent: 'hours', locale: 'de' }),
    ];
    const { call } = matcher([fakeVersion({ entries, scorer: scoring({ refund: 0.9, hours: 0.2 }) })]);
    const free = await call('when do I get my refund now');
    const inGerman = await call('when do I get my refund now', { filter: filterOf(['de']), explain: true });
    expect(inGerman.candidates[0]).toMatchObject({ intent: 'refund', entryId: 'rueckgabe' });
    expect(inGerman.candidates[0]?.confidence).toBeCloseTo(free.candidates[0]?.confidence ?? 0, 12);
    expect(inGerman.candidates[0]?.similarity).toBeLessThan(free.candidates[0]?.similarity ?? 0);
  });

  test.each([
    [['de'], 'de'],
    [['de-AT'], 'at'],
    [['de-CH'], 'de'],
    [['fr', 'de-AT'], 'at'],
    [['fr', 'de'], 'de'],
    [[], 'at'],
  ])('of locales %j takes, of entries with the same question, the one that fits best', async (locales, id) => {
    const entries = [
      entry('at', ['wlan', 'funknetz'], { intent: 'wifi', locale: 'de-AT' }),
      entry('de', ['wlan', 'internet'], { intent: 'wifi', locale: 'de' }),
      entry('other', ['parken'], { locale: 'de' }),
    ];
    const { call } = matcher([fakeVersion({ entries, scorer: scoring({ wifi: 0.9 }) })]);
    for (const utterance of ['wlan', 'wlan kaputt'])
      expect((await call(utterance, { filter: filterOf(locales) })).candidates[0]).toMatchObject({ intent: 'wifi', entryId: id });
  });

  test('shows of each intent an entry of its own, and of entries that fit alike the one that was found', async () => {
    const entries = [
      entry('at', ['wlan'], { intent: 'wifi', locale: 'de-AT' }),
      entry('de', ['wlan'], { intent: 'router', locale: 'de' }),
      entry('de2', ['wlan'], { intent: 'router', locale: 'de' }),
    ];
    const { call } = matcher([fakeVersion({ entries, scorer: scoring({}) })]);
    const { candidates } = await call('wlan', { filter: filterOf(['de']) });
    expect(candidates.map(({ intent, entryId }) => [intent, entryId])).toEqual([
      ['router', 'de'],
      ['wifi', 'at'],
    ]);
  });

  test('judges the intents that it lets through as if there were no others', async () => {
    const crowd = Array.from({ length: 40 }, (_, i) => entry(`crowd${i}`, [`money c${i}`], { tags: ['returns'] }));
    const entries = [...crowd, entry('refund', ['cash back'], { tags: ['returns'] }), entry('hours', ['opening hours'])];
    const scorer = scoring({ refund: 0.5, hours: 0.9 });
    const filtered = await matcher([fakeVersion({ entries, scorer })]).call('money', { filter: filterOf([], ['returns']) });
    const alone = await matcher([fakeVersion({ entries: entries.slice(0, -1), scorer })]).call('money');
    expect(filtered.candidates[0]?.intent).toBe('refund');
    expect(filtered.candidates).toEqual(alone.candidates);
    expect(filtered.noneConfidence).toBe(alone.noneConfidence);
  });

  test('shows no question of an entry that it leaves out, though no hit holds the intent', async () => {
    const crowd = Array.from({ length: 200 }, (_, i) => entry(`crowd${i}`, [`alpha c${i}`], { locale: 'de' }));
    const target = [
      entry('far', ['alpha beta gamma delta'], { locale: 'en' }),
      entry('weit', ['etwas anderes'], { intent: 'far', locale: 'de' }),
    ];
    const { call } = matcher([fakeVersion({ entries: [...crowd, ...target], scorer: scoring({ far: 0.9 }) })]);
    expect((await call('alpha', { filter: filterOf(['de']) })).candidates[0]).toMatchObject({ intent: 'far', entryId: 'weit' });
  });

  test('that nothing passes gives no match, no candidates, and says why', async () => {
    const { call } = matcher([sample()]);
    for (const filter of [filterOf(['xx']), filterOf([], ['money', 'nowhere'])]) {
      const answer = await call('where do I find my invoice', { filter, minConfidence: 0, explain: true });
      expect(answer).toMatchObject({ decision: 'no_match', candidates: [], clarifyIntents: [] });
      expect(answer.explanation).toMatchObject({
        rule: 'no_entry_passes_filter',
        noneConfidence: 1,
        evidence: [],
        runnerUp: '',
        score: 0,
        shares: NO_SHARES,
      });
    }
  });

  test('without conditions is no filter', async () => {
    const { call } = matcher([sample()]);
    expect((await call('hello', { filter: filterOf([]) })).candidates).toEqual((await call('hello')).candidates);
  });
});

describe('an explanation', () => {
  test('is given where asked for and not otherwise', async () => {
    const { call } = matcher([sample()]);
    expect((await call('hello')).explanation).toBeUndefined();
    expect((await call('hello', { explain: true })).explanation).toBeDefined();
  });

  test('names evidence, matched words, score, lead, threshold and runner-up', async () => {
    const { call } = matcher([sample({ invoice: 0.875, password: 0.25 })]);
    const { explanation } = await call('show me my invoice, my bill', { explain: true });
    expect(explanation).toMatchObject({ rule: 'confidence', threshold: 0.5, thresholdSource: 'default', runnerUp: 'password' });
    expect(explanation?.score).toBe(0.875);
    expect(explanation?.margin).toBe(0.625);
    expect(explanation?.shares).toEqual({ dense: 0.875, lexical: 0, neighbours: 0, namesAndAnswers: 0, counterExamples: 0 });
    expect(explanation?.matchedTerms).toEqual(['my', 'invoice']);
    expect(explanation?.evidence).toHaveLength(5);
    const similarities = explanation?.evidence.map(({ similarity }) => similarity) ?? [];
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    // It shares "my" and "invoice".
    expect(explanation?.evidence[0]).toMatchObject({
      intent: 'invoice',
      entryId: 'invoice',
      question: 'where do I find my invoice',
      lexical: 2,
    });
    expect(new Set(explanation?.evidence.map(({ question }) => question)).size).toBe(5);
  });

  test('names the runner-up also where one candidate is wanted', async () => {
    const answer = await matcher([sample({ invoice: 0.9, refund: 0.5 })]).call('hello', { topK: 1, explain: true });
    expect(answer.explanation?.runnerUp).toBe('refund');
  });
});

describe('decisions', () => {
  const torn: Calibrator = { right: [0, 0, 0, 0], inScope: [9, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 };

  test('are the same however many candidates are wanted', async () => {
    const { call } = matcher([
      fakeVersion({ entries: ENTRIES, scorer: scoring({ invoice: 0.5, refund: 0.5, password: -3 }, { calibrator: torn }) }),
    ]);
    for (const topK of [1, 2, 5]) {
      const answer = await call('hello', { topK });
      expect(answer).toMatchObject({ decision: 'clarify', clarifyIntents: ['invoice', 'refund'] });
      expect(answer.candidates).toHaveLength(Math.min(3, topK));
    }
  });

  test('keep to the least confidence of the request', async () => {
    const { call } = matcher([sample({ invoice: 0.9 })]);
    const best = (await call('invoice')).candidates[0]?.confidence ?? 0;
    expect((await call('invoice', { minConfidence: best })).decision).toBe('answer');
    expect((await call('invoice', { minConfidence: best + 1e-6 })).decision).toBe('no_match');
  });
});

describe('the intent of the turn before', () => {
  const { call } = matcher([sample({ refund: 0.6, password: 0.55, invoice: 0.1 })]);
  const following = async (previousIntent: string, previousEntryId = '') => {
    const { candidates, noneConfidence } = await call('hello', { context: { previousIntent, previousEntryId } });
    const found = candidates.find(({ intent }) => intent === 'password')?.confidence ?? Number.NaN;
    return { odds: found / (1 - found), sum: candidates.reduce((sum, { confidence }) => sum + confidence, noneConfidence) };
  };

  test('is meant again with twice the odds, named by itself or by its entry', async () => {
    const alone = await following('');
    for (const named of [await following('password'), await following('', 'password')]) {
      expect(named.odds).toBeCloseTo(2 * alone.odds, 6);
      expect(named.sum).toBe(1);
    }
    expect((await following('refund')).odds).toBeLessThan(alone.odds);
    // The intent that is named counts, whatever the entry says.
    expect(await following('password', 'refund')).toEqual(await following('password'));
  });

  test('counts as nothing where the version does not hold it', async () => {
    for (const named of [await following('unheard of'), await following('', 'unheard of')]) expect(named).toEqual(await following(''));
  });
});

describe('versions', () => {
  const [current, former] = [sample({ invoice: 0.9 }), sample({ refund: 0.9 }, { version: 'v0' })];

  test('the active one answers unless another is named, and the answer says which', async () => {
    const { call } = matcher([current, former]);
    expect(await call('hello')).toMatchObject({
      candidates: [{ intent: 'invoice' }, {}, {}],
      versions: { corpus: 'v1', model: 'sha256:fake' },
    });
    expect(await call('hello', { version: 'v0' })).toMatchObject({
      candidates: [{ intent: 'refund' }, {}, {}],
      versions: { corpus: 'v0', calibrator: 'calibrator of v0' },
    });
  });

  test('an unknown corpus or version is not found, and nothing is encoded', async () => {
    const { call, encoded } = matcher([current]);
    await expect(call('hello', { version: 'v9' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(call('hello', { corpus: 'other' })).rejects.toMatchObject({ code: 'not_found' });
    expect(encoded).toEqual([]);
  });
});

describe('utterances', () => {
  test('that are blank are refused before anything is encoded', async () => {
    const { call, encoded } = matcher([sample()]);
    for (const utterance of ['', '  \t\n', '\u0000\u0007', '\u200b', '\ud800']) {
      await expect(call(utterance)).rejects.toMatchObject({ code: 'invalid_argument', field: 'utterance' });
    }
    expect(encoded).toEqual([]);
  });

  test('are encoded in their normal form', async () => {
    const { call, encoded } = matcher([sample()]);
    await call('  where\u0000 is\n my   invoice ');
    expect(encoded).toEqual(['where is my invoice']);
  });

  test('of emoji and punctuation alone are matched like any other', async () => {
    const { call } = matcher([sample()]);
    for (const utterance of ['🎉🎉', '?!', '…']) expect((await call(utterance, { explain: true })).candidates).toHaveLength(3);
  });

  test('longer than the encoder reads are said to be cut off', async () => {
    const { call } = matcher([sample()]);
    expect((await call('my invoice')).truncated).toBe(false);
    expect((await call('my invoice '.repeat(200))).truncated).toBe(true);
  });

  test('whose caller left are not encoded', async () => {
    const { call, encoded } = matcher([sample()]);
    const late = new FaqError('deadline_exceeded', 'too late');
    await expect(call('hello', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(call('hello', { signal: AbortSignal.abort(late) })).rejects.toBe(late);
    expect(encoded).toEqual([]);
  });
});
