import { expect, test } from 'vitest';
import type { MatchAnswer } from '../../../src/answering/match-answer.ts';
import { evaluateWithRows, type VersionEvaluation } from '../../../src/quality/evaluate-version.ts';
import { scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';

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
  return {
    decision: confidence >= 0.5 ? 'answer' : 'no_match',
    candidates: [candidate],
    clarifyIntents: [],
    noneConfidence: 0,
    versions: { corpus: 'v', model: 'm', calibrator: 'c' },
    timings: { tokenizeMs: 0, queueMs: 0, encodeMs: 0, searchMs: 0, totalMs: 0 },
    explanation: undefined,
    truncated: false,
  };
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
