import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Corpus, Entry } from '../../../src/corpus/corpus.ts';
import { corpusFingerprint } from '../../../src/corpus/fingerprint.ts';
import { parseCorpus } from '../../../src/corpus/parse-corpus.ts';
import { readSource } from '../../../src/corpus/read-source.ts';
import { deserialiseCorpus, serialiseCorpus } from '../../../src/corpus/serialise.ts';

const ENTRY: Entry = {
  id: 'a',
  intent: 'i',
  questions: ['one', 'two', 'three'],
  answer: 'x',
  locale: 'en',
  tags: ['s', 't'],
  metadata: { k: 'v', l: 'w' },
  counterExamples: ['n', 'm'],
};
const CORPUS: Corpus = {
  entries: [ENTRY, { ...ENTRY, id: 'b', questions: ['four'] }],
  counterExamples: ['p', 'q'],
  golden: [{ utterance: 'u', intent: null }],
};

function withEntry(change: Partial<Entry>): Corpus {
  return { ...CORPUS, entries: [{ ...ENTRY, ...change }, ...CORPUS.entries.slice(1)] };
}

describe('corpusFingerprint', () => {
  it('is 64 hex digits and blind to orders and golden rows', () => {
    const shuffled: Corpus = {
      entries: [...CORPUS.entries].reverse().map((entry) => ({
        ...entry,
        questions: [...entry.questions.slice(0, 1), ...entry.questions.slice(1).toReversed()],
        tags: entry.tags.toReversed(),
        metadata: Object.fromEntries(Object.entries(entry.metadata).toReversed()),
        counterExamples: entry.counterExamples.toReversed(),
      })),
      counterExamples: ['q', 'p'],
      golden: [],
    };
    expect(corpusFingerprint(CORPUS)).toMatch(/^[0-9a-f]{64}$/u);
    expect(corpusFingerprint(shuffled)).toBe(corpusFingerprint(CORPUS));
  });

  it.each<[string, Corpus]>([
    ['an id', withEntry({ id: 'z' })],
    ['an intent', withEntry({ intent: 'j' })],
    ['a question', withEntry({ questions: ['one', 'two', 'Three'] })],
    ['which question is canonical', withEntry({ questions: ['two', 'one', 'three'] })],
    ['an answer', withEntry({ answer: 'y' })],
    ['a locale', withEntry({ locale: '' })],
    ['a tag', withEntry({ tags: ['s'] })],
    ['metadata', withEntry({ metadata: { k: 'v', l: '' } })],
    ['an entry’s counter-example', withEntry({ counterExamples: ['n'] })],
    ['a corpus-wide counter-example', { ...CORPUS, counterExamples: ['p'] }],
    ['where a boundary lies', withEntry({ tags: ['s,t'] })],
  ])('sees %s', (_, changed) => {
    expect(corpusFingerprint(changed)).not.toBe(corpusFingerprint(CORPUS));
  });
});

describe('serialiseCorpus', () => {
  it('comes back exactly, order, golden rows and prototype names included', () => {
    const metadata: Readonly<Record<string, string>> = Object.fromEntries([
      ['__proto__', 'x'],
      ['10', 'b'],
      ['z', 'c'],
    ]);
    const corpus = withEntry({ id: '__proto__', metadata, answer: 'one\ntwo 👩‍💻' });
    const back = deserialiseCorpus(serialiseCorpus(corpus));
    expect(back).toEqual(corpus);
    expect(Object.entries(back.entries[0]?.metadata ?? {})).toEqual(Object.entries(metadata));
    expect(serialiseCorpus(back)).toEqual(serialiseCorpus(corpus));
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"form":1,"entries":['],
    ['another form', '{"form":2,"entries":[],"counterExamples":[],"golden":[]}'],
    ['a missing part', '{"form":1,"entries":[]}'],
    [
      'an entry without questions',
      JSON.stringify({ form: 1, entries: [{ ...ENTRY, metadata: [], questions: [] }], counterExamples: [], golden: [] }),
    ],
  ])('refuses %s as data loss', (_, text) => {
    expect(() => deserialiseCorpus(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'data_loss' }));
  });

  it('refuses bytes that are no UTF-8', () => {
    const bytes = Buffer.from(serialiseCorpus(CORPUS));
    bytes[bytes.indexOf('"answer":"x"') + '"answer":"'.length] = 0xff;
    expect(() => deserialiseCorpus(bytes)).toThrow(expect.objectContaining({ code: 'data_loss' }));
  });
});

describe('the demo corpora', () => {
  const root = new URL('../../../faq-data/', import.meta.url);
  const corpora = readdirSync(root, { withFileTypes: true }).filter((item) => item.isDirectory());

  it.each(corpora.map((item) => item.name))('%s has no fault and no warning', async (name) => {
    const parsed = parseCorpus(await readSource({ root: root.pathname, path: name }));
    expect([parsed.faults, parsed.warnings]).toEqual([[], []]);
    expect(parsed.corpus?.entries.length).toBeGreaterThanOrEqual(60);
    expect(parsed.corpus?.golden.length).toBeGreaterThanOrEqual(120);
    expect(readFileSync(new URL(`${name}/faq.yaml`, root), 'utf8')).not.toContain('\r');
  });
});

describe('speed', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => ({
    text: `How do I do the thing number ${index}?`,
    intent: `i${index % 150}`,
  }));

  it('parses 10,000 questions well within what a reload may take', () => {
    const lines = new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n'));
    const yaml = new TextEncoder().encode(
      `entries:\n${rows.map(({ text }, index) => `  - id: e${index}\n    questions:\n      - ${text}\n`).join('')}`,
    );
    const timed = (name: string, data: Uint8Array) => {
      const started = performance.now();
      expect(parseCorpus([{ name, data }]).faults).toEqual([]);
      return performance.now() - started;
    };
    // Measured .15 s and .9 s on an idle core; the bounds leave room for a busy machine and still catch a quadratic step.
    expect(timed('faq.jsonl', lines)).toBeLessThan(3_000);
    expect(timed('faq.yaml', yaml)).toBeLessThan(10_000);
  }, 30_000);
});
