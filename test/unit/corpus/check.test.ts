import { describe, expect, it } from 'vitest';
import { parseCorpus, parseGolden } from '../../../src/corpus/parse-corpus.ts';
import { brief, parse } from './parse.ts';

function entries(...list: readonly object[]): string {
  return JSON.stringify(
    list.map((entry) => ({ answer: 'x', ...entry })),
    undefined,
    0,
  ).replaceAll('},{', '},\n{');
}

describe('checks across entries', () => {
  it('drops a question that an entry has twice, case and outer punctuation aside, with a warning', () => {
    const { corpus, warnings } = parse({ 'faq.json': entries({ id: 'a', questions: ['How?', 'Why?', '  how! '] }) });
    expect(corpus?.entries[0]?.questions).toEqual(['How?', 'Why?']);
    expect(brief(warnings)).toEqual(['duplicate_question faq.json:1 [0].questions[2]']);
  });

  it('warns of one question under two intents and keeps both; within one intent it is welcome', () => {
    const text = entries(
      { id: 'a', intent: 'i', questions: ['How?'] },
      { id: 'b', intent: 'j', questions: ['HOW'] },
      { id: 'c', intent: 'i', questions: ['how'] },
    );
    const { corpus, warnings } = parse({ 'faq.json': text });
    expect(corpus?.entries).toHaveLength(3);
    expect(brief(warnings)).toEqual(['ambiguous_question faq.json:2 [1].questions[0]']);
    expect(warnings[0]?.message).toContain('"i" (faq.json line 1)');
    expect(warnings[0]?.message).toContain('each answers its own spelling, and it asks back about others');
  });

  it('warns of a counter-example that is a question: corpus-wide of any entry, else of its own intent', () => {
    const list = [
      { id: 'a', questions: ['How?'], answer: 'x', counter_examples: ['When?'] },
      { id: 'b', questions: ['When?'], answer: 'x', counter_examples: ['when'] },
    ];
    const { warnings } = parse({ 'faq.json': JSON.stringify({ entries: list, counter_examples: ['how', 'other'] }) });
    expect(brief(warnings)).toEqual([
      'contradicts_counter_example faq.json:1 counter_examples[0]',
      // Entry a may well refuse what entry b answers.
      'contradicts_counter_example faq.json:1 entries[1].counter_examples[0]',
    ]);
    expect(warnings.map(({ message }) => message)).toEqual([
      'Expected a counter-example that is no question, came "how", which is one (faq.json line 1). The counter-example wins: this question will never be answered. Remove one of the two.',
      'Expected a counter-example that is no question, came "when", which is one (faq.json line 1). The counter-example wins: intent "b" will never answer this question. Remove one of the two.',
    ]);
  });

  it('finds an id that two files share, and tells where it was first', () => {
    const { faults } = parse({ 'a.json': entries({ id: 'x', questions: ['q'] }), 'b.yaml': 'entries:\n  - id: x\n    questions: [r]\n' });
    expect(brief(faults)).toEqual(['duplicate_id b.yaml:2 entries[0].id']);
    expect(faults[0]?.message).toContain('a.json line 1');
  });

  it('tells an entry that says text that it has no questions, and takes no part of it', () => {
    const { corpus, faults } = parse({ 'faq.json': JSON.stringify([{ id: 'a', intent: 'i', text: 'one?' }]) });
    expect([corpus, brief(faults)]).toEqual([undefined, ['missing_questions faq.json:1 [0].questions']]);
  });

  it('counts a text by Unicode characters, after normalising', () => {
    const fits = '🎉'.repeat(2_000);
    expect(parse({ 'faq.json': entries({ id: 'a', questions: [` ${fits} `] }) }).faults).toEqual([]);
    const { faults } = parse({
      'faq.json': entries(
        { id: 'a', questions: [`${fits}x`], answer: 'y'.repeat(100_001), counter_examples: ['z'.repeat(1_000_000)] },
        { id: 'i'.repeat(257), questions: ['q'] },
      ),
    });
    expect(brief(faults)).toEqual([
      'too_long faq.json:1 [0].answer',
      'too_long faq.json:1 [0].questions[0]',
      'too_long faq.json:1 [0].counter_examples[0]',
      'too_long faq.json:2 [1].id',
    ]);
    expect(faults.every((fault) => fault.message.length < 300)).toBe(true);
  });

  it('lists at most 10,000 faults and counts the rest', () => {
    const { faults } = parse({ 'faq.jsonl': '[]\n'.repeat(10_050) });
    expect(faults).toHaveLength(10_001);
    expect(faults.at(-1)?.message).toContain('50 more');
  });

  it('stops at a million texts, aliases counted as often as they are used', () => {
    const block = `- &q [${Array.from({ length: 2_000 }, (_, index) => `q${index}`).join(', ')}]`;
    const many = Array.from({ length: 600 }, (_, index) => `- {id: e${index}, questions: *q, answer: x}`).join('\n');
    const { faults } = parse({ 'faq.yaml': `${block}\n${many}\n` });
    expect(faults.filter((fault) => fault.code === 'too_many')).toHaveLength(1);
  }, 60_000);
});

describe('golden files', () => {
  const faq = entries({ id: 'a', questions: ['q'] });

  it.each([
    ['golden.yaml', '- {utterance: hi, intent: a}\n- {utterance: no, intent: null}\n'],
    ['golden.json', '[{"utterance":"hi","intent":"a"},{"text":"no","intent":null}]'],
    ['golden.jsonl', '{"text":"hi","intent":"a"}\n{"utterance":"no","intent":null}\n'],
    ['golden.csv', 'utterance,intent\nhi,a\nno,\n'],
    ['sub/golden.tsv', 'utterance\tintent\nhi\ta\nno\t\n'],
  ])('are read from %s', (name, text) => {
    const { corpus, faults, warnings } = parse({ 'faq.json': faq, [name]: text });
    expect([faults, warnings]).toEqual([[], []]);
    expect(corpus?.golden).toEqual([
      { utterance: 'hi', intent: 'a' },
      { utterance: 'no', intent: null },
    ]);
  });

  it('warn of an intent that the corpus lacks', () => {
    const { corpus, warnings } = parse({ 'faq.json': faq, 'golden.yaml': '- {utterance: hi, intent: a}\n- {utterance: ho, intent: b}\n' });
    expect(corpus?.golden).toHaveLength(2);
    expect(brief(warnings)).toEqual(['unknown_intent golden.yaml:2 [1].intent']);
  });

  it('name all their faults: warnings beside an FAQ, which they fit in nothing, and faults where they are read to measure', () => {
    const bad = {
      'golden.yaml': '- {utterance: hi}\n- {intent: a}\n- {utterance: " ", intent: a}\n- x\n- {utterance: good, intent: a}\n',
      'golden.csv': 'a,b\n1,2\n',
      'golden.json': '[',
    };
    const expected = [
      'missing_field golden.yaml:1 [0].intent',
      'missing_field golden.yaml:2 [1].utterance',
      'empty_question golden.yaml:3 [2].utterance',
      'wrong_type golden.yaml:4 [3]',
      'missing_field golden.csv:1',
      'syntax_error golden.json:1',
    ];
    const { corpus, faults, warnings } = parse({ ...bad, 'faq.json': faq, 'golden.jsonl': '{"text":"ho","intent":"a"}' });
    expect(faults).toEqual([]);
    expect(brief(warnings)).toEqual(expected);
    // A file with faults is left out whole; its neighbours measure on.
    expect(corpus?.golden).toEqual([{ utterance: 'ho', intent: 'a' }]);
    const files = Object.entries(bad).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) }));
    expect(parseGolden(files).golden).toBeUndefined();
    expect(brief(parseGolden(files).faults)).toEqual(expected);
  });

  it('warn once of each field or column that measures nothing', () => {
    const rows = '- {utterance: hi, intent: a, expected_decision: answer}\n- {question: hi, text: ho, intent: a, expected_decision: x}\n';
    const { faults, warnings } = parse({ 'faq.json': faq, 'golden.yaml': rows, 'golden.csv': 'text,Intent,locale\nhi,a,en\n' });
    expect(faults).toEqual([]);
    expect(brief(warnings)).toEqual([
      'unknown_field golden.yaml:1 [0].expected_decision',
      // Of two fields for the utterance one is read.
      'unknown_field golden.yaml:2 [1].question',
      'unknown_field golden.csv:1',
    ]);
    expect(warnings[2]?.message).toBe('Expected text and intent, came "locale" too; the rows are read without it: remove it');
  });

  it('tell a misspelt field what was probably meant', () => {
    const { warnings } = parse({ 'faq.json': faq, 'golden.yaml': '- {uterance: hi, intent: a}\n' });
    expect(brief(warnings)).toEqual(['unknown_field golden.yaml:1 [0].uterance', 'missing_field golden.yaml:1 [0].utterance']);
    expect(warnings[0]?.message).toContain('did you mean utterance?');
  });

  it('say nothing of intents that stand in an FAQ file that was refused', () => {
    const { warnings } = parse({ 'faq.json': '[', 'golden.yaml': '- {utterance: hi, intent: a}\n' });
    expect(warnings).toEqual([]);
  });

  it('are no corpus alone, but can be read alone under any name', () => {
    const data = new TextEncoder().encode('{"text":"hi","intent":"a"}');
    expect(brief(parse({ 'golden.jsonl': '{"text":"hi","intent":"a"}' }).faults)).toEqual(['no_entries golden.jsonl:0']);
    const golden = [{ utterance: 'hi', intent: 'a', file: 'test.jsonl', line: 1 }];
    expect(parseGolden([{ name: 'test.jsonl', data }])).toEqual({ golden, faults: [], warnings: [] });
    expect(parseGolden([{ name: 'test.txt', data }]).golden).toBeUndefined();
  });
});

describe('texts and tags that are not what was meant', () => {
  it.each([
    'cafÃ© opening hours',
    'Ã¼ber uns',
    'Ã‰cole',
    '20 Â°C',
    'donâ€™t',
    'nice ðŸ˜€',
    'ÐŸÑ€Ð¸Ð²ÐµÑ‚',
    'a\ufffdb',
    'R&amp;D',
    'a&nbsp;b',
    'it&#39;s',
    '&lt;b&gt;',
  ])('warn of a question with %j', (question) => {
    const { corpus, warnings } = parse({ 'faq.json': entries({ id: 'a', questions: [question] }) });
    expect(corpus?.entries).toHaveLength(1);
    expect(brief(warnings)).toEqual(['garbled_text faq.json:1 [0].questions[0]']);
  });

  it.each([
    'café',
    'São Paulo, AMANHÃ…',
    'IRMÃ®?',
    'château âge Âge',
    'naïve ¿Qué?',
    'Ñandú Ð',
    'R&D',
    'AT&T; why?',
    'a & b;',
    '«Âme»',
    '20 °C £5 5€',
    'Привет',
    '“don’t”…',
  ])('say nothing of a question with %j', (question) => {
    expect(parse({ 'faq.json': entries({ id: 'a', questions: [question] }) }).warnings).toEqual([]);
  });

  it('leave answers alone, which may be HTML, and look at counter-examples and golden utterances', () => {
    const { warnings } = parse({
      'faq.json': entries({ id: 'a', questions: ['q'], answer: 'x&nbsp;y', counter_examples: ['R&amp;D'] }),
      'golden.yaml': '- {utterance: a&nbsp;b, intent: a}\n',
    });
    expect(brief(warnings)).toEqual(['garbled_text faq.json:1 [0].counter_examples[0]', 'garbled_text golden.yaml:1 [0].utterance']);
    expect(warnings[0]?.message).toBe(
      'Expected a counter-example as users type it, came the HTML entity &amp;, which nobody types; write the character itself: "R&amp;D".',
    );
  });

  it('warn of a locale that names no language, and say which was meant', () => {
    const locales = ['english', 'Danish-DK', 'klingonx', 'xx', 'en', 'pt-BR', 'zh-Hant-TW', 'gsw', 'tlh', 'und', 'sr-Latn', 'en-UK'];
    const { faults, warnings } = parse({
      'faq.json': entries(...locales.map((locale, i) => ({ id: `e${i}`, questions: [`q${i}`], locale }))),
    });
    expect(faults).toEqual([]);
    expect(brief(warnings)).toEqual([1, 2, 3, 4].map((line) => `doubtful_locale faq.json:${line} [${line - 1}].locale`));
    expect(warnings.map(({ message }) => message.split('; ')[1])).toEqual([
      'did you mean en?',
      'did you mean da?',
      'write the language as two or three letters, such as en or pt-BR',
      'write the language as two or three letters, such as en or pt-BR',
    ]);
  });

  it('warn once of entries without a locale where others have one', () => {
    const localesOf = (...locales: readonly string[]) =>
      parse({ 'faq.json': entries(...locales.map((locale, i) => ({ id: `e${i}`, questions: [`q${i}`], locale }))) }).warnings;
    const warnings = localesOf('en', '', 'de', '');
    expect(brief(warnings)).toEqual(['missing_locale faq.json:2 [1]']);
    expect(warnings[0]?.message).toContain('2 of 4 entries have none, "e1" the first');
    expect(localesOf('', '')).toEqual([]);
    expect(localesOf('en', 'de')).toEqual([]);
  });
});

describe('encodings and endings', () => {
  const bytes = (name: string, data: Uint8Array) => parseCorpus([{ name, data }]).faults;

  it('name the line of the first byte that is not UTF-8', () => {
    const latin = Buffer.from('entries:\n  - id: a\n    questions: [caf\u00e9]\n', 'latin1');
    expect(brief(bytes('faq.yaml', latin))).toEqual(['wrong_encoding faq.yaml:3']);
  });

  it('name UTF-16, with and without its mark', () => {
    const text = 'id,question\na,q\n';
    expect(bytes('faq.csv', Buffer.from(`\ufeff${text}`, 'utf16le'))[0]).toMatchObject({
      code: 'wrong_encoding',
      line: 1,
      message: expect.stringContaining('UTF-16'),
    });
    expect(bytes('faq.csv', Buffer.from(`\ufeff${text}`, 'utf16le').swap16())[0]?.message).toContain('UTF-16');
    expect(bytes('faq.csv', Buffer.from(text, 'utf16le'))[0]?.message).toContain('UTF-16');
  });

  it('refuse an unknown ending and go on with the other files', () => {
    expect(brief(parse({ 'faq.xlsx': 'x', 'faq.json': '[1]', noending: '', '.yaml': '' }).faults)).toEqual([
      'unknown_format faq.xlsx:0',
      'wrong_type faq.json:1 [0]',
      'unknown_format noending:0',
      'unknown_format .yaml:0',
    ]);
  });

  it('say that no files hold no entries', () => {
    expect(brief(parseCorpus([]).faults)).toEqual(['no_entries :0']);
  });
});
