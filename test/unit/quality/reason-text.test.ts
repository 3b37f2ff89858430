import { expect, test } from 'vitest';
import type { AnswerReason } from '../../../src/answering/match-answer.ts';
import { type EvaluatedRow, evaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { reasonText } from '../../../src/quality/report/reason-text.ts';
import { madeAnswer } from '../../support/match-answer.ts';

const REASON: AnswerReason = { rule: 'confidence', threshold: 0.4, thresholdSource: 'default', refusing: undefined };

const row = (reason: Partial<AnswerReason>, confidence = 0.31): EvaluatedRow => ({
  utterance: 'u',
  intent: 'a',
  decision: 'no_match',
  best: 'a',
  confidence,
  clarifyIntents: [],
  relevant: ['a'],
  ranking: ['a'],
  second: 0.3,
  nearest: undefined,
  meant: undefined,
  reason: { ...REASON, ...reason },
});

test.each([
  ['confidence', 'default', "confidence 31 %, enough from 40 % (the server's)"],
  ['below_min_confidence', 'request', "confidence 31 % under 40 % (the request's min_confidence)"],
  ['below_min_confidence', 'precision', "confidence 31 % under 40 % (learnt for the request's min_precision)"],
  ['below_min_confidence', 'intent', "confidence 31 % under 40 % (the intent's own min_confidence)"],
  ['below_min_confidence', 'intent_precision', "confidence 31 % under 40 % (learnt for the intent's own min_precision)"],
  ['below_min_confidence', 'corpus', "confidence 31 % under 40 % (the corpus's min_confidence)"],
  ['below_min_confidence', 'corpus_precision', "confidence 31 % under 40 % (learnt for the corpus's min_precision)"],
  ['precision_unreachable', 'corpus_precision', "no confidence reaches the precision that is asked (the corpus's min_precision)"],
  ['close_candidates', 'default', 'the second has 30 %, the best 31 %'],
  ['exact_question', 'default', 'equals a stored question'],
  ['exact_question_ambiguous', 'default', 'equals a stored question of several intents'],
  ['no_entry_passes_filter', 'default', 'there is no candidate'],
] as const)('%s by %s is told in words', (rule, thresholdSource, words) => {
  expect(reasonText(row({ rule, thresholdSource }))).toBe(words);
});

test('a counter-example is named, cut where it is long, with both cosines where it is only near', () => {
  const near = { text: 'x'.repeat(100), equal: false, similarity: 0.82, questionSimilarity: 0.74 } as const;
  expect(reasonText(row({ rule: 'below_min_confidence', refusing: near }))).toBe(
    `confidence 31 % under 40 % (the server's); counter-example "${'x'.repeat(59)}…" is nearer (0.82 against 0.74)`,
  );
  expect(reasonText(row({ rule: 'counter_example', refusing: { text: 'no pets', equal: true } }))).toBe(
    'equals the counter-example "no pets"',
  );
});

test('a confidence just below the threshold is not shown as great as it', () => {
  expect(reasonText(row({ rule: 'below_min_confidence' }, 0.39999))).toContain('confidence 39.99 % under 40 %');
});

test('rows that got what they should and reports of before have no reason', () => {
  const { reason: _, ...before } = row({});
  expect(reasonText(before)).toBe('');
  const answer = madeAnswer({
    decision: 'no_match',
    candidates: [],
    noneConfidence: 1,
    reason: REASON,
  });
  expect(evaluatedRow({ utterance: 'u', intent: null }, answer).reason).toBeUndefined();
  expect(evaluatedRow({ utterance: 'u', intent: 'a' }, answer).reason).toBe(REASON);
});
