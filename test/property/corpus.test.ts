import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Corpus, Entry } from '../../src/corpus/corpus.ts';
import { corpusFingerprint } from '../../src/corpus/fingerprint.ts';
import { parseCorpus } from '../../src/corpus/parse-corpus.ts';
import { deserialiseCorpus, serialiseCorpus } from '../../src/corpus/serialise.ts';

const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', 'constructor', 'toString', '10', '2'));
const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 });
const share = fc.option(
  fc.double({ min: 0, max: 1, noNaN: true }).filter((value) => !Object.is(value, -0)),
  { nil: undefined },
);
const entry: fc.Arbitrary<Entry> = fc.record({
  id: name,
  intent: name,
  questions: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
  answer: fc.string({ unit: 'binary' }),
  locale: fc.constantFrom('', 'en', 'de-AT'),
  tags: texts,
  metadata: fc.array(fc.tuple(name, fc.string())).map((pairs): Readonly<Record<string, string>> => Object.fromEntries(pairs)),
  counterExamples: texts,
  demands: fc.option(fc.record({ minConfidence: share, minPrecision: share }), { nil: undefined }),
});
const corpus: fc.Arbitrary<Corpus> = fc.record({
  entries: fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 8 }),
  counterExamples: texts,
  golden: fc.array(fc.record({ utterance: fc.string(), intent: fc.option(name) })),
  settings: fc.option(fc.record({ minConfidence: share, minPrecision: share, outOfScopeShare: share }), { nil: undefined }),
});

const endings = fc.constantFrom('yaml', 'json', 'jsonl', 'csv', 'tsv', 'txt');
/** Pieces that FAQ files are made of, so that arbitrary sequences get far into the parsers. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'entries:',
        '\n',
        '  ',
        '- ',
        'id: ',
        'id',
        'questions',
        ': ',
        '[',
        ']',
        '{',
        '}',
        '"',
        ',',
        '\t',
        '&a ',
        '*a',
        '|',
        '---',
        '!!int ',
        '<<',
        '\r\n',
      ),
      fc.constantFrom(
        '"text":',
        '"intent":',
        'null',
        'id,question\n',
        'utterance',
        'intent',
        '"entries":',
        '"id":"a"',
        '\ufeff',
        '\u0000',
        'counter_examples:',
        '1e999',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((list) => new TextEncoder().encode(list.join('')));

describe('corpora, whatever they hold', () => {
  it('keep their fingerprint when entries are shuffled', () => {
    const shuffled = corpus.chain((before) => {
      const order = fc.shuffledSubarray([...before.entries], { minLength: before.entries.length });
      return fc.tuple(fc.constant(before), order);
    });
    fc.assert(
      fc.property(shuffled, ([before, entries]) => {
        const after = { ...before, entries };
        expect(corpusFingerprint(after)).toBe(corpusFingerprint(before));
      }),
    );
  });

  it('come back from their bytes exactly', () => {
    fc.assert(
      fc.property(corpus, (before) => {
        const back = deserialiseCorpus(serialiseCorpus(before));
        expect(back.entries.map((item) => Object.entries(item.metadata))).toEqual(
          before.entries.map((item) => Object.entries(item.metadata)),
        );
        expect(back).toEqual(before);
        expect(corpusFingerprint(back)).toBe(corpusFingerprint(before));
      }),
    );
  });
});

describe('parseCorpus, whatever the bytes', () => {
  it('never throws: it gives a corpus, or faults that say file, line and code', () => {
    const data = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
      pieces,
    );
    const file = fc.record({ name: fc.tuple(fc.constantFrom('faq', 'golden'), endings).map((parts) => parts.join('.')), data });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 3 }), (files) => {
        const { corpus: parsed, faults, warnings } = parseCorpus(files);
        expect(parsed === undefined).toBe(faults.length > 0);
        for (const fault of [...faults, ...warnings]) {
          expect(fault.line).toBeGreaterThanOrEqual(0);
          expect(fault.code).toMatch(/^[a-z_]+$/u);
          expect(fault.message).toMatch(/^Expected /u);
        }
        if (parsed !== undefined) expect(deserialiseCorpus(serialiseCorpus(parsed))).toEqual(parsed);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('gives the same corpus for its own entries written as YAML, JSON and JSON lines', () => {
    const clean = fc.string({ unit: 'grapheme', minLength: 1 });
    const list = fc.array(fc.record({ questions: fc.array(clean, { minLength: 1, maxLength: 3 }), answer: clean }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(list, (items) => {
        const entries = items.map((item, index) => ({ id: `e${index}`, ...item }));
        const parse = (file: string, text: string) => parseCorpus([{ name: file, data: new TextEncoder().encode(text) }]);
        const json = parse('faq.json', JSON.stringify({ entries }));
        const lines = parse('faq.jsonl', entries.map((item) => JSON.stringify(item)).join('\n'));
        expect(lines.corpus).toEqual(json.corpus);
        expect(lines.faults.map((fault) => fault.code)).toEqual(json.faults.map((fault) => fault.code));
      }),
    );
  });
});
