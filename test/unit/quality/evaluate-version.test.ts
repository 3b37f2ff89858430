import { describe, expect, test } from 'vitest';
import type { MatchAnswer, MatchCall } from '../../../src/answering/match-answer.ts';
import type { Corpus, SourceFile } from '../../../src/corpus/corpus.ts';
import { parseCorpus } from '../../../src/corpus/parse-corpus.ts';
import { evaluateByItself, evaluateWithRows, type VersionEvaluation } from '../../../src/quality/evaluate-version.ts';
import { scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { madeAnswer } from '../../support/match-answer.ts';

const version = fakeVersion({
  entries: [
    entry('refund', ['money back'], { demands: { minConfidence: 0.95 } }),
    entry('parcel', ['where is it'], { demands: { minConfidence: 0.2, minPrecision: 0.9 } }),
    entry('invoice', ['the bill']),
  ],
  scorer: scoring({}),
});

function answer(best: string, confidence: number): MatchAnswer {
  const candidate = { intent: best, entryId: best, confidence, similarity: 0.8, matchedQuestion: '', answer: '', metadata: {} };
  return madeAnswer({
    decision: confidence >= 0.5 ? 'answer' : 'no_match',
    candidates: [candidate],
  });
}

function evaluation(options: VersionEvaluation['options']): VersionEvaluation {
  const settings = { outOfScopeShare: 0.25, clarifyRatio: 0.75 };
  const builds = { versions: { reload: () => Promise.reject(new Error('no build')) }, match: () => Promise.reject(new Error('no build')) };
  return { version, name: 'shop', settings, options, builds, learningCurve: false };
}

test('what intents demand themselves is known to the guarantee, and what the corpus stores is left out', async () => {
  const rows = [
    { utterance: 'Money back!', intent: 'refund' },
    { utterance: 'cash again', intent: 'refund' },
    { utterance: 'tell me a joke', intent: null },
  ];
  const match = async ({ utterance }: { readonly utterance: string }) => answer('refund', utterance === 'tell me a joke' ? 0.1 : 0.9);
  const report = await evaluateWithRows(evaluation({ minPrecision: 0.9 }), { match, rows, kind: 'golden' });
  expect(report.askedPrecision?.guarantee).toMatchObject({ demanding: ['parcel', 'refund'], given: 3 });
  expect(report.notes.join(' ')).toContain('1 of 3 utterances is stored in the corpus');
});

test('rows are answered by the version that is measured, with what was asked, and settings of the corpus stand in the report', async () => {
  const own = fakeVersion({
    entries: version.content.entries,
    settings: { minConfidence: 0.1, minPrecision: 0.8, outOfScopeShare: 0.4 },
    scorer: scoring({}),
  });
  const calls: MatchCall[] = [];
  const match = async (call: MatchCall) => {
    calls.push(call);
    return answer('refund', 0.9);
  };
  const rows = [{ utterance: 'cash again', intent: 'refund' }];
  const report = await evaluateWithRows(
    { ...evaluation({ minConfidence: 0.2, minPrecision: 0.9 }), version: own },
    { match, rows, kind: 'golden' },
  );
  expect(calls).toMatchObject([{ corpus: 'test', version: 'v1', minConfidence: 0.2, minPrecision: 0.9 }]);
  expect(report).toMatchObject({
    version: 'v1',
    settings: { outOfScopeShare: 0.4, corpusMinConfidence: 0.1, corpusMinPrecision: 0.8, minConfidence: 0.2, minPrecision: 0.9 },
    learning: [],
  });
});

describe('a corpus measured by itself', () => {
  const entries = ['parcel', 'refund', 'invoice'].map((word) =>
    entry(
      word,
      ['track', 'cancel', 'change', 'print'].map((verb) => `${verb} ${word}`),
    ),
  );
  const whole = fakeVersion({ entries, counterExamples: ['what is the weather', 'sing a song'], scorer: scoring({}) });

  /** Builds that answer every utterance with its last word, and what they were built from. */
  function building(options: VersionEvaluation['options'] = {}, changes: Partial<VersionEvaluation> = {}) {
    const built: Corpus[] = [];
    const calls: MatchCall[] = [];
    const builds = {
      versions: {
        reload: async (_: string, files: readonly SourceFile[]) => {
          built.push(...[parseCorpus(files).corpus].filter((corpus) => corpus !== undefined));
          return { version: 'built' } as never;
        },
      },
      match: async (call: MatchCall) => {
        calls.push(call);
        return answer(call.utterance.split(' ').at(-1) ?? '', 0.9);
      },
    };
    return { built, calls, evaluation: { ...evaluation(options), version: whole, builds, ...changes } };
  }

  test('is measured by builds of its parts, none of which is the version nor has its thresholds', async () => {
    const { evaluation: measured, built, calls } = building({ minPrecision: 0.9, minConfidence: 0.1 });
    const report = await evaluateByItself(measured, { folds: 4 });
    expect(built).toHaveLength(4);
    expect(report).toMatchObject({ version: '', metrics: { rows: 14, inScope: { rows: 12, right: 12 } }, learning: [] });
    expect(report.askedPrecision).toMatchObject({ asked: 0.9, threshold: null, reachable: null, guarantee: null });
    expect(calls.every((call) => call.minPrecision === 0.9 && call.minConfidence === 0.1 && call.version === undefined)).toBe(true);
    // What it stores is what is measured: nothing is said of equality.
    expect(report.notes.join(' ')).not.toContain('stored in the corpus');
  });

  test('its learning curve has fewer questions an intent, measured with the same utterances, and all of them last', async () => {
    const { evaluation: measured, built } = building({}, { learningCurve: true });
    const { learning } = await evaluateByItself(measured, { folds: 4, seed: 3 });
    expect(learning.map(({ questionsPerIntent }) => questionsPerIntent)).toEqual(
      [...learning.keys()].map((at) => [1, 2, 3, 5][at] ?? null).with(-1, null),
    );
    for (const [at, { questions }] of learning.entries()) {
      const { entries: own } = built[4 + at] ?? { entries: [] };
      expect(own.reduce((sum, one) => sum + one.questions.length, 0)).toBe(questions);
    }
    expect(learning.at(-1)?.questions).toBeGreaterThan(learning[0]?.questions ?? Number.NaN);
    expect(new Set(learning.map(({ rows }) => rows)).size).toBe(1);
    for (const { accuracy, intentAccuracy, refused } of learning)
      expect({ accuracy, intentAccuracy, refused }).toMatchObject({ accuracy: 1, intentAccuracy: 1 });
  });

  test('says how many questions have nothing left to be found by', async () => {
    const lone = fakeVersion({ entries: [...entries, entry('lone', ['something of its own'])], scorer: scoring({}) });
    const { notes } = await evaluateByItself(building({}, { version: lone }).evaluation, { folds: 4 });
    expect(notes.join(' ')).toContain('1 question could not be measured: without it and its near-duplicates its intent has none.');
    expect((await evaluateByItself(building().evaluation, { folds: 4 })).notes.join(' ')).not.toContain('could not be measured');
  });

  test('is refused where no intent has two questions that differ', async () => {
    const none = fakeVersion({ entries: [entry('a', ['one question']), entry('b', ['another one'])], scorer: scoring({}) });
    await expect(evaluateByItself(building({}, { version: none }).evaluation, { folds: 4 })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });
});
