import { describe, expect, test } from 'vitest';
import { CONFIDENCE_CASES } from '../../../../bench/evaluation/confidence-cases.ts';
import {
  type MeasuredCorpus,
  madeCorpus,
  withOpaqueNames,
  withoutIntents,
  withoutStored,
} from '../../../../bench/evaluation/made-corpus.ts';

const entry = (intent: string, questions: readonly string[]) => ({
  id: intent,
  intent,
  questions,
  answer: '',
  locale: '',
  tags: [],
  metadata: {},
  counterExamples: [],
});
const NAMES = ['cash', 'lock', 'post', 'quit'];
const whole: MeasuredCorpus = {
  corpus: {
    entries: NAMES.map((name) => entry(name, [`${name} one`, `${name} two`, `${name} three`])),
    counterExamples: [],
    golden: [],
  },
  rows: [...NAMES.map((intent) => ({ utterance: `about ${intent}`, intent })), { utterance: 'sing', intent: null }],
};

describe('a made corpus', () => {
  test('has no question of an intent that is taken out, and every utterance of it out of scope', () => {
    const { corpus, rows } = withoutIntents(whole, { share: 0.25, seed: 1 });
    const kept = corpus.entries.map(({ intent }) => intent);
    expect(kept).toHaveLength(3);
    expect(rows).toHaveLength(5);
    for (const { utterance, intent } of rows) {
      const meant = utterance.split(' ')[1] ?? '';
      expect(intent).toBe(kept.includes(meant) ? meant : null);
    }
  });

  test('is the same for the same seed and differs between seeds', () => {
    const kept = (seed: number) => withoutIntents(whole, { share: 0.25, seed }).corpus.entries.map(({ intent }) => intent);
    expect(kept(1)).toEqual(kept(1));
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => kept(seed).join())).size).toBeGreaterThan(1);
  });

  test('with opaque names has the same questions and the same labels under other names', () => {
    const { corpus, rows } = withOpaqueNames(whole);
    expect(corpus.entries.map(({ id, intent }) => [id, intent])).toEqual(['q001', 'q002', 'q003', 'q004'].map((name) => [name, name]));
    expect(rows.map(({ intent }) => intent)).toEqual(['q001', 'q002', 'q003', 'q004', null]);
  });

  test('is not measured by what it stores', () => {
    const rows = [...whole.rows, { utterance: 'Cash  ONE!', intent: 'cash' }];
    expect(withoutStored({ ...whole, rows }).rows).toEqual(whole.rows);
  });

  test('with one question an intent keeps one of each intent that is left', () => {
    const { corpus } = madeCorpus(whole, { group: 'one-question', questions: 1, removed: 0.25 });
    expect(corpus.entries.map(({ questions }) => questions.length)).toEqual([1, 1, 1]);
  });
});

test('cases have names of their own, and no file measures that is stored', () => {
  expect(new Set(CONFIDENCE_CASES.map(({ id }) => id)).size).toBe(CONFIDENCE_CASES.length);
  for (const { stored, measured } of CONFIDENCE_CASES) expect(measured.filter((path) => stored.includes(path))).toEqual([]);
  expect(CONFIDENCE_CASES.filter(({ group }) => group === 'made').length).toBeGreaterThanOrEqual(10);
});
