import { describe, expect, it } from 'vitest';
import type { Corpus, Entry } from '../../../src/corpus/corpus.ts';
import { DEFAULT_MATCH_SETTINGS, NO_INTENT } from '../../../src/matching/contract.ts';
import { sampleRows } from '../../../src/versions/near-probes.ts';
import { versionId } from '../../../src/versions/version-id.ts';
import { groupRows, layOutRows, questionRows } from '../../../src/versions/version-rows.ts';

function entry(id: string, questions: readonly string[], more: Partial<Entry> = {}): Entry {
  return { id, intent: id, questions, answer: '', locale: '', tags: [], metadata: {}, counterExamples: [], ...more };
}

const CORPUS: Corpus = {
  entries: [
    entry('b', ['Zebra?', 'beta', 'Alpha'], { intent: 'shared', locale: 'en', tags: ['x'], counterExamples: ['no', 'never'] }),
    entry('a', ['Ärger?'], { intent: 'own' }),
    entry('A', ['one'], { intent: 'shared' }),
  ],
  counterExamples: ['never', 'a joke'],
  golden: [],
};

describe('the layout of rows', () => {
  it('orders entries by id and questions canonical first, then sorted by code unit', () => {
    const layout = layOutRows(CORPUS);
    expect(layout.questions).toEqual(['one', 'Ärger?', 'Zebra?', 'Alpha', 'beta']);
    expect([...layout.entryOfRow]).toEqual([2, 1, 0, 0, 0]);
    expect(layout.intents).toEqual(['own', 'shared']);
    expect([...layout.intentOfRow]).toEqual([1, 0, 1, 1, 1]);
    expect(layout.counterTexts).toEqual(['a joke', 'never', 'no']);
    // "never" is the corpus's too, so it refuses all.
    expect([...layout.counterIntents]).toEqual([NO_INTENT, NO_INTENT, 1]);
  });

  it('keeps a counter-example that two entries have for each of their intents', () => {
    const entries = [entry('a', ['one'], { counterExamples: ['Two!', 'one'] }), entry('b', ['two'], { counterExamples: ['one'] })];
    const layout = layOutRows({ entries, counterExamples: ['no'], golden: [] });
    expect(layout.counterTexts).toEqual(['Two!', 'no', 'one', 'one']);
    expect([...layout.counterIntents]).toEqual([0, NO_INTENT, 0, 1]);
    expect(layout.refusing.ofIntents).toEqual([
      { text: 'Two!', intent: 0 },
      { text: 'one', intent: 0 },
      { text: 'one', intent: 1 },
    ]);
  });

  it('orders calibration rows by utterance', () => {
    const calibration = [
      { utterance: 'zig', intent: 'own' },
      { utterance: 'Zag', intent: null },
      { utterance: 'any', intent: 'shared' },
    ];
    const { texts, intents } = layOutRows({ ...CORPUS, calibration }).labelled;
    expect(texts).toEqual(['Zag', 'any', 'zig']);
    expect([...intents]).toEqual([NO_INTENT, 1, 0]);
    expect(layOutRows(CORPUS).labelled.texts).toEqual([]);
  });

  it('does not depend on the order of entries', () => {
    const turned = layOutRows({ ...CORPUS, entries: [...CORPUS.entries].reverse() });
    expect(turned.questions).toEqual(layOutRows(CORPUS).questions);
    expect(turned.intentOfRow).toEqual(layOutRows(CORPUS).intentOfRow);
    expect([...turned.entryOfRow]).toEqual([0, 1, 2, 2, 2]);
  });

  it('gives rows their terms, locale and tags, and their intent as the group', async () => {
    expect((await questionRows(CORPUS, layOutRows(CORPUS)))[2]).toEqual({
      text: 'Zebra?',
      terms: ['zebra'],
      locale: 'en',
      tags: ['x'],
      group: 1,
    });
  });

  it('groups rows by intent, an intent without rows included', () => {
    expect(groupRows(Int32Array.of(1, 0, 1), 3).map((rows) => [...rows])).toEqual([[1], [0, 2], []]);
  });
});

describe('the sample of probes', () => {
  it('takes each intent in turn, each row once, and the same rows every time', () => {
    const intents = Int32Array.from({ length: 1_000 }, (_, row) => (row < 990 ? 0 : row - 989));
    const sample = sampleRows(intents, 11, 40);
    expect(sample).toHaveLength(40);
    expect(new Set(sample).size).toBe(40);
    // Ten intents have one row each, and none of them is crowded out by the large one.
    expect(sample.filter((row) => row >= 990)).toHaveLength(10);
    expect(sampleRows(intents, 11, 40)).toEqual(sample);
    expect(sampleRows(intents, 11, 5_000)).toHaveLength(1_000);
  });
});

describe("a version's name", () => {
  const identity = { fingerprint: 'f', modelDigest: 'm', settings: DEFAULT_MATCH_SETTINGS, scorerFormat: 1, rowFormat: 1 };

  it('changes with each thing that can change an answer', () => {
    const names = [
      identity,
      { ...identity, fingerprint: 'g' },
      { ...identity, modelDigest: 'n' },
      { ...identity, settings: { ...DEFAULT_MATCH_SETTINGS, landmarks: 7 } },
      { ...identity, scorerFormat: 2 },
      { ...identity, rowFormat: 2 },
    ].map(versionId);
    expect(new Set(names).size).toBe(6);
  });

  it('does not depend on the order in which settings are written', () => {
    const turned = Object.fromEntries(Object.entries(DEFAULT_MATCH_SETTINGS).reverse()) as unknown as typeof DEFAULT_MATCH_SETTINGS;
    expect(versionId({ ...identity, settings: turned })).toBe(versionId(identity));
    expect(versionId(identity)).toMatch(/^v-[0-9a-f]{16}$/u);
  });
});
