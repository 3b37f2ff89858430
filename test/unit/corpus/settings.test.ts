import { describe, expect, it } from 'vitest';
import { corpusFingerprint } from '../../../src/corpus/fingerprint.ts';
import { deserialiseCorpus, serialiseCorpus } from '../../../src/corpus/serialise.ts';
import { brief, parse } from './parse.ts';

/** Of PLAIN, computed by the release before. */
const FINGERPRINT_BEFORE = '748796c0f2bc0239896d1ffaa164bba4fee4ac2ae6da08383ee92489058e8d12';
const PLAIN = 'entries:\n  - {id: a, answer: x, questions: [one]}\n';

function corpusOf(text: string) {
  const { corpus, faults, warnings } = parse({ 'faq.yaml': text });
  if (corpus === undefined) throw new Error(JSON.stringify(faults));
  expect(warnings).toEqual([]);
  return corpus;
}

describe('demands of a corpus and its intents', () => {
  it('are read from settings and from entries, zero included', () => {
    const { settings, entries } = corpusOf(
      'settings: {min_confidence: 0, min_precision: 0.9, out_of_scope_share: 0.4}\n' +
        'entries:\n  - {id: a, answer: x, questions: [one], min_confidence: 1}\n  - {id: b, answer: x, questions: [two], min_precision: 0.95}\n' +
        '  - {id: c, answer: x, questions: [three]}\n',
    );
    expect(settings).toEqual({ minConfidence: 0, minPrecision: 0.9, outOfScopeShare: 0.4 });
    expect(entries.map(({ demands }) => demands)).toEqual([{ minConfidence: 1 }, { minPrecision: 0.95 }, undefined]);
  });

  it('that are no numbers or out of range are faults with their lines', () => {
    const { corpus, faults } = parse({
      'faq.yaml':
        'settings:\n  min_confidence: high\n  min_precision: 90\n  out_of_scope_share: 1\nentries:\n  - id: a\n    questions: [one]\n    min_confidence: -0.1\n    min_precision: .nan\n  - id: b\n    questions: [two]\n    min_confidence: "0.5"\n',
    });
    expect(corpus).toBeUndefined();
    expect(brief(faults)).toEqual([
      'wrong_type faq.yaml:2 settings.min_confidence',
      'out_of_range faq.yaml:3 settings.min_precision',
      'out_of_range faq.yaml:4 settings.out_of_scope_share',
      'out_of_range faq.yaml:8 entries[0].min_confidence',
      'out_of_range faq.yaml:9 entries[0].min_precision',
      'wrong_type faq.yaml:12 entries[1].min_confidence',
    ]);
    expect(faults[1]?.message).toBe('Expected min_precision from 0 to 1, came 90; write a share such as 0.8, not percent.');
    // None of these is a percentage.
    expect(faults[2]?.message).toContain('came 1; some traffic is always in scope');
    expect(faults[3]?.message).toContain('came -0.1; write a share such as 0.8.');
    const none = parse({ 'faq.yaml': `settings: { out_of_scope_share: 0 }\n${PLAIN}` }).faults;
    expect(none[0]?.message).toContain(
      'came 0; some traffic is always out of scope: write a small share such as 0.01, or remove the line.',
    );
  });

  it('that are misspelt are warned of, and settings that are no mapping refused', () => {
    expect(brief(parse({ 'faq.yaml': `settings: {min_confidense: 0.5}\n${PLAIN}` }).warnings)).toEqual([
      'unknown_field faq.yaml:1 settings.min_confidense',
    ]);
    expect(brief(parse({ 'faq.yaml': `settings: 0.5\n${PLAIN}` }).faults)).toEqual(['wrong_type faq.yaml:1 settings']);
  });

  it('may stand in several places as long as these agree', () => {
    const entry = (id: string, more: string) => `  - {id: ${id}, intent: i, answer: x, questions: [${id}], ${more}}\n`;
    const agreeing = `entries:\n${entry('a', 'min_confidence: 0.5')}${entry('b', 'min_confidence: 0.5, min_precision: 0.9')}`;
    expect(corpusOf(agreeing).entries).toHaveLength(2);
    const { faults } = parse({
      'a.yaml': `settings: {min_confidence: 0.5}\nentries:\n${entry('a', 'min_confidence: 0.5')}${entry('b', 'min_confidence: 0.6')}`,
      'b.yaml': 'settings:\n  min_confidence: 0.7\n',
    });
    expect(brief(faults)).toEqual([
      'conflicting_value a.yaml:4 entries[1].min_confidence',
      'conflicting_value b.yaml:2 settings.min_confidence',
    ]);
    expect(faults[0]?.message).toContain('intent "i", came 0.6 after 0.5 (a.yaml line 3)');
  });

  it('come beside tables and JSON lines from a file of their own', () => {
    const { corpus, faults } = parse({ 'faq.csv': 'id,question,answer\na,one,x\n', 'settings.yaml': 'settings: {min_precision: 0.8}\n' });
    expect(faults).toEqual([]);
    expect(corpus?.settings).toEqual({ minPrecision: 0.8 });
  });

  it('are stored with the corpus and change its fingerprint', () => {
    const plain = corpusOf(PLAIN);
    const demanding = corpusOf(
      'settings: {min_precision: 0.8, out_of_scope_share: 0.1}\nentries:\n  - {id: a, answer: x, questions: [one], min_confidence: 0.7}\n',
    );
    expect(deserialiseCorpus(serialiseCorpus(demanding))).toEqual(demanding);
    const prints = [
      plain,
      demanding,
      { ...demanding, settings: undefined },
      { ...demanding, settings: { ...demanding.settings, outOfScopeShare: 0.2 } },
      { ...demanding, entries: plain.entries },
      { ...plain, settings: { minConfidence: 0.8 } },
      { ...plain, settings: { minPrecision: 0.8 } },
    ].map(corpusFingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('that are not there leave fingerprint and bytes as they were before there were any', () => {
    const { entries, counterExamples, golden } = corpusOf(PLAIN);
    const corpus = { entries, counterExamples, golden };
    expect(corpusFingerprint(corpus)).toBe(FINGERPRINT_BEFORE);
    expect(new TextDecoder().decode(serialiseCorpus(corpus))).toBe(
      '{"form":1,"entries":[{"id":"a","intent":"a","questions":["one"],"answer":"x","locale":"","tags":[],"metadata":[],"counterExamples":[]}],"counterExamples":[],"golden":[]}',
    );
  });
});
