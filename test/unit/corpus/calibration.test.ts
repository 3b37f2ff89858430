import { describe, expect, it } from 'vitest';
import type { Corpus } from '../../../src/corpus/corpus.ts';
import { corpusFingerprint } from '../../../src/corpus/fingerprint.ts';
import { roleOfName } from '../../../src/corpus/formats.ts';
import { inlineSource } from '../../../src/corpus/inline-source.ts';
import { deserialiseCorpus, serialiseCorpus } from '../../../src/corpus/serialise.ts';
import { brief, parse } from './parse.ts';

const FAQ = JSON.stringify({
  entries: [
    { id: 'hours', questions: ['When do you open?'], answer: 'At nine.', counter_examples: ['When do you open up?'] },
    { id: 'refund', questions: ['Money back'], answer: 'Soon.' },
  ],
  counter_examples: ['Tell me a joke'],
});

function withRows(rows: readonly object[]) {
  return parse({ 'faq.json': FAQ, 'calibration.json': `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]` });
}

describe('calibration rows', () => {
  it.each([
    ['calibration.yaml', '- {utterance: hi, intent: hours}\n- {utterance: no, intent: null}\n'],
    ['calibration.json', '[{"utterance":"hi","intent":"hours"},{"text":"no","intent":null}]'],
    ['Calibration.jsonl', '{"text":"hi","intent":"hours"}\n{"utterance":"no","intent":null}\n'],
    ['calibration.csv', 'utterance,intent\nhi,hours\nno,\n'],
    ['sub/calibration.tsv', 'utterance\tintent\nhi\thours\nno\t\n'],
  ])('are read from %s', (name, text) => {
    const { corpus, faults, warnings } = parse({ 'faq.json': FAQ, [name]: text });
    expect([faults, warnings]).toEqual([[], []]);
    expect(corpus?.calibration).toEqual([
      { utterance: 'hi', intent: 'hours' },
      { utterance: 'no', intent: null },
    ]);
    expect(corpus?.golden).toEqual([]);
  });

  it('are told by the whole base name', () => {
    expect(['a/calibration.csv', 'recalibration.yaml', 'calibration.old.yaml', 'golden.yaml', 'calibration'].map(roleOfName)).toEqual([
      'calibration',
      'faq',
      'faq',
      'golden',
      'faq',
    ]);
  });

  it('are no corpus alone, nor what an inline corpus is made of', () => {
    expect(brief(parse({ 'calibration.jsonl': '{"text":"hi","intent":"a"}' }).faults)).toContain('no_entries calibration.jsonl:0');
    const data = Buffer.from('[]');
    expect(() => inlineSource({ format: 'json', name: 'calibration.json', data, files: [] })).toThrow(/calibration files under files/u);
    expect(inlineSource({ format: 'json', data, files: [{ name: 'calibration.json', data }] })).toHaveLength(2);
  });

  it('that contradict the corpus or one another refuse it whole, each with its line', () => {
    const { corpus, faults, warnings } = withRows([
      { utterance: 'fine', intent: 'hours' },
      { utterance: 'open when', intent: 'huors' },
      { utterance: 'WHEN do you open', intent: 'refund' },
      { utterance: 'money back!', intent: null },
      { utterance: 'tell me a joke', intent: 'refund' },
      { utterance: 'when do you open up', intent: 'hours' },
      { utterance: 'Fine!', intent: null },
    ]);
    expect(corpus).toBeUndefined();
    expect(brief(faults)).toEqual([
      'unknown_intent calibration.json:2 [1].intent',
      'contradicts_question calibration.json:3 [2]',
      'contradicts_question calibration.json:4 [3]',
      'contradicts_counter_example calibration.json:5 [4]',
      'contradicts_counter_example calibration.json:6 [5]',
      'contradicting_rows calibration.json:7 [6]',
    ]);
    // What is wrong is not told to be idle besides.
    expect(warnings).toEqual([]);
    expect(faults[0]?.message).toContain('Did you mean "hours"?');
    expect(faults[5]?.message).toContain('means "hours" in another row and none of the intents here');
  });

  it('that cannot be read refuse it too, unlike golden rows', () => {
    const { corpus, faults } = withRows([{ utterance: ' ', intent: 'hours' }, { intent: 'hours' }, { utterance: 'no intent' }]);
    expect(corpus).toBeUndefined();
    expect(brief(faults)).toEqual([
      'empty_question calibration.json:1 [0].utterance',
      'missing_field calibration.json:2 [1].utterance',
      'missing_field calibration.json:3 [2].intent',
    ]);
  });

  it('that the corpus stores or that repeat one another teach nothing, which is told once', () => {
    const { corpus, warnings } = withRows([
      { utterance: 'new', intent: 'hours' },
      { utterance: 'NEW!', intent: 'hours' },
      { utterance: 'when do you open', intent: 'hours' },
      { utterance: 'Tell me a joke', intent: null },
      { utterance: 'when do you open up', intent: 'refund' },
    ]);
    expect(corpus?.calibration).toEqual([{ utterance: 'new', intent: 'hours' }]);
    expect(brief(warnings)).toEqual(['idle_rows calibration.json:2 [1]']);
    expect(warnings[0]?.message).toContain('came 4 of 5 that the corpus stores or that repeat another, "NEW!" the first');
  });

  it('say nothing of intents that stand in an FAQ file that was refused', () => {
    expect(brief(parse({ 'faq.json': '[', 'calibration.yaml': '- {utterance: hi, intent: a}\n' }).faults)).toEqual([
      'syntax_error faq.json:1',
    ]);
  });

  it('warn of a column that says nothing', () => {
    const { warnings } = parse({ 'faq.json': FAQ, 'calibration.csv': 'utterance,intent,note\nhi,hours,x\n' });
    expect(warnings.map(({ message }) => message)).toEqual([
      'Expected utterance and intent, came "note" too; the rows are read without it: remove it',
    ]);
  });

  it('are part of what a corpus is, in any order; a corpus without any is what it was', () => {
    const rows = [
      { utterance: 'one', intent: 'hours' },
      { utterance: 'two', intent: null },
    ];
    const plain = withRows([]).corpus as Corpus;
    const of = (calibration: Corpus['calibration']) => corpusFingerprint({ ...plain, calibration });
    expect('calibration' in plain).toBe(false);
    expect(of(rows)).toBe(of(rows.toReversed()));
    expect(new Set([of(undefined), of(rows), of(rows.slice(1)), of([{ utterance: 'one', intent: null }, ...rows.slice(1)])]).size).toBe(4);
    expect(of([])).toBe(of(undefined));
    const corpus = withRows(rows).corpus as Corpus;
    expect(deserialiseCorpus(serialiseCorpus(corpus))).toEqual(corpus);
    expect(Buffer.from(serialiseCorpus(plain)).toString()).not.toContain('calibration');
  });
});
