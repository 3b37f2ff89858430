import { expect, test } from 'vitest';
import type { Corpus } from '../../../src/corpus/corpus.ts';
import { goldenFaults } from '../../../src/quality/check-golden.ts';
import { entry } from '../../support/fake-version.ts';

const corpus: Corpus = {
  entries: [entry('refund', ['money back'], { counterExamples: ['refund policy'] }), entry('parcel', ['where is it'])],
  counterExamples: ['tell me a joke'],
  golden: [],
};

function faultsOf(...rows: readonly (readonly [string, string | null])[]) {
  const located = rows.map(([utterance, intent], index) => ({ utterance, intent, file: 'golden.yaml', line: index + 1 }));
  return goldenFaults(located, corpus).map(({ line, code }) => [line, code]);
}

test('rows that fit have no fault, stored questions and repeats included', () => {
  expect(
    faultsOf(['Money back?', 'refund'], ['money back', 'refund'], ['tell me a joke', null], ['refund policy', 'parcel'], ['hi', null]),
  ).toEqual([]);
});

test('an intent that the corpus lacks is named with its line', () => {
  expect(faultsOf(['hello', 'refund'], ['hello there', 'refunds'])).toEqual([[2, 'unknown_intent']]);
});

test('an intent that is a slip of one of the corpus is told which, another is not', () => {
  const rows = ['Refund', 'parcels', 'voucher'].map((intent, index) => ({
    utterance: `u${index}`,
    intent,
    file: 'golden.yaml',
    line: index,
  }));
  const [refund, parcel, other] = goldenFaults(rows, corpus).map(({ message }) => message);
  expect(refund).toMatch(/came "Refund"; correct it, .* Did you mean "refund"\?$/u);
  expect(parcel).toMatch(/Did you mean "parcel"\?$/u);
  expect(other).toMatch(/leave the cell empty\)\.$/u);
});

test('ten thousand unknown intents beside as many known ones take no time to speak of', () => {
  const many: Corpus = { ...corpus, entries: Array.from({ length: 10_000 }, (_, i) => entry(`known_intent_${i}`, [`q${i}`])) };
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ utterance: `u${i}`, intent: `other_name_${i}`, file: 'f', line: i }));
  const started = performance.now();
  expect(goldenFaults(rows, many)).toHaveLength(10_000);
  // Measured 1.5 s on a busy core; comparing all pairs takes minutes.
  expect(performance.now() - started).toBeLessThan(20_000);
}, 60_000);

test('the same utterance under two labels contradicts itself, case and outer punctuation aside', () => {
  expect(faultsOf(['give it back', 'refund'], ['Give it back!', 'parcel'], ['give it back', null])).toEqual([
    [2, 'contradicting_rows'],
    [3, 'contradicting_rows'],
  ]);
});

test('a stored question of another intent, or of none, contradicts the corpus', () => {
  expect(faultsOf(['Money back', 'parcel'], ['where is it?', null])).toEqual([
    [1, 'contradicts_question'],
    [2, 'contradicts_question'],
  ]);
});

test('a counter-example of the corpus or of the intent itself contradicts it', () => {
  expect(faultsOf(['tell me a joke', 'parcel'], ['refund policy', 'refund'])).toEqual([
    [1, 'contradicts_counter_example'],
    [2, 'contradicts_counter_example'],
  ]);
});

test('of several right intents one that is there suffices', () => {
  const row = { utterance: 'x', intent: 'gone', file: 'f', line: 1 };
  expect(goldenFaults([{ ...row, alternatives: ['refund'] }], corpus)).toEqual([]);
  expect(goldenFaults([row], corpus)).toHaveLength(1);
});
