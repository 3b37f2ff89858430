import { describe, expect, it } from 'vitest';
import { brief, parse } from './parse.ts';

const GOOD = `# a comment
entries:
  - id: reset-password
    intent: reset_password
    questions:
      - How do I reset my password?
      - "forgot: my password"
    answer: |
      Open Settings.
      Choose Reset.
    locale: EN-us
    tags: [account, login]
    metadata: {category: account}
    counter_examples:
      - How do I choose a good password?
  - id: opening-hours
    questions: [When are you open?]
    answer: 9 to 5
counter_examples:
  - Tell me a joke
`;

describe('YAML', () => {
  it('gives every field, the id as intent where there is none, and line breaks in answers', () => {
    const { corpus, faults, warnings } = parse({ 'faq.yaml': GOOD });
    expect(faults).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(['missing_locale']);
    expect(corpus).toEqual({
      entries: [
        {
          id: 'reset-password',
          intent: 'reset_password',
          questions: ['How do I reset my password?', 'forgot: my password'],
          answer: 'Open Settings.\nChoose Reset.',
          // The canonical case of BCP 47, so that filters compare plain texts.
          locale: 'en-US',
          tags: ['account', 'login'],
          metadata: { category: 'account' },
          counterExamples: ['How do I choose a good password?'],
        },
        {
          id: 'opening-hours',
          intent: 'opening-hours',
          questions: ['When are you open?'],
          answer: '9 to 5',
          locale: '',
          tags: [],
          metadata: {},
          counterExamples: [],
        },
      ],
      counterExamples: ['Tell me a joke'],
      golden: [],
    });
  });

  it('reads Windows line ends and a byte order mark to the same corpus', () => {
    const { corpus, faults } = parse({ 'faq.yaml': `\ufeff${GOOD.replaceAll('\n', '\r\n')}` });
    expect(faults).toEqual([]);
    expect(corpus).toEqual(parse({ 'faq.yaml': GOOD }).corpus);
  });

  it('reports lines with Windows line ends too', () => {
    const { faults } = parse({ 'faq.yaml': 'entries:\r\n  - id: a\r\n    questions:\r\n      - 12\r\n' });
    expect(brief(faults)).toEqual(['wrong_type faq.yaml:4 entries[0].questions[0]']);
  });

  it('names every fault at once, each with its line and field', () => {
    const { corpus, faults } = parse({
      'faq.yaml': `entries:
  - id: a
    questions: [one, "  "]
    answer: x
    locale: en_US
  - intent: b
    questions: []
    answer: x
  - id: c
    questions: just a text
    answer: [x]
    tags: account
    metadata: {level: 3}
  - id: a
    questions:
      - two
      - 2024
    answer: x
  - only a text
counter_examples: none
`,
    });
    expect(corpus).toBeUndefined();
    expect(brief(faults)).toEqual([
      'empty_question faq.yaml:3 entries[0].questions[1]',
      'bad_locale faq.yaml:5 entries[0].locale',
      'missing_field faq.yaml:6 entries[1].id',
      'missing_questions faq.yaml:7 entries[1].questions',
      'wrong_type faq.yaml:10 entries[2].questions',
      'wrong_type faq.yaml:11 entries[2].answer',
      'wrong_type faq.yaml:12 entries[2].tags',
      'wrong_type faq.yaml:13 entries[2].metadata.level',
      'duplicate_id faq.yaml:14 entries[3].id',
      'wrong_type faq.yaml:17 entries[3].questions[1]',
      'wrong_type faq.yaml:19 entries[4]',
      'wrong_type faq.yaml:20 counter_examples',
    ]);
    expect(faults[1]?.message).toContain('write en-US');
    expect(faults[8]?.message).toContain('faq.yaml line 2');
    expect(faults[9]?.message).toContain('put it in quotes');
  });

  it('says in the fault itself which misspelt field it comes of', () => {
    const slip = 'entries:\n  - Id: a\n    question: [one]\n    answer: x\n  - id: b\n    anser: [two]\n';
    const { faults } = parse({ 'faq.yaml': slip });
    expect(faults.map(({ message }) => message)).toEqual([
      'Expected an id, came none; did you mean id by "Id"?',
      'Expected at least one question, came none; did you mean questions by "question"?',
      'Expected at least one question, came none; write the ways in which users ask this under questions.',
    ]);
  });

  it('takes an entry without questions as a fault and one without answer as a warning', () => {
    const { faults, warnings } = parse({ 'faq.yaml': 'entries:\n  - id: a\n    answer: x\n  - id: b\n    questions: [q]\n' });
    expect(brief(faults)).toEqual(['missing_questions faq.yaml:2 entries[0].questions']);
    expect(brief(warnings)).toEqual(['missing_answer faq.yaml:4 entries[1].answer']);
  });

  it('does not miss an answer that it refused, in a table either', () => {
    const faq = parse({
      'faq.yaml': 'entries:\n  - {id: a, questions: [q], answer: 5}\n  - {id: b, questions: [r], answer: null}\n',
      'faq.csv': `id,question,answer\nc,s,${'x'.repeat(100_001)}\n`,
    });
    expect(brief(faq.faults)).toEqual(['wrong_type faq.yaml:2 entries[0].answer', 'too_long faq.csv:2 answer']);
    expect(brief(faq.warnings)).toEqual(['missing_answer faq.yaml:3 entries[1].answer']);
  });

  it('tells of a misspelt field and what was probably meant', () => {
    const { corpus, warnings } = parse({
      'faq.yaml': 'entries:\n  - id: a\n    questions: [q]\n    answr: x\n    answer: y\n    url: z\n',
    });
    expect(corpus).toBeDefined();
    expect(brief(warnings)).toEqual(['unknown_field faq.yaml:4 entries[0].answr', 'unknown_field faq.yaml:6 entries[0].url']);
    expect(warnings[0]?.message).toContain('did you mean answer?');
  });

  it.each([
    ['an unclosed quote', 'entries:\n  - id: "a\n', 3],
    ['a bad indent', 'entries:\n  - id: a\n   questions: [q]\n', 3],
    ['a tab as indent', 'entries:\n\t- id: a\n', 2],
    ['two documents', 'entries: []\n---\nentries: []\n', 2],
    ['an unknown tag', 'entries:\n  - !secret x\n', 2],
    ['an alias of nothing', 'entries:\n  - *nobody\n', 2],
  ])('gives the line of %s', (_, text, line) => {
    const { corpus, faults } = parse({ 'faq.yaml': text });
    expect(corpus).toBeUndefined();
    expect(brief(faults)).toEqual([`syntax_error faq.yaml:${line}`]);
  });

  it('tells one mistake of a file that it cannot read, and names a tab as such', () => {
    const { faults } = parse({ 'faq.yaml': GOOD.replace('      - How do I reset', '\t- How do I reset'), 'more.yaml': 'entries: [\n' });
    expect(brief(faults)).toEqual(['syntax_error faq.yaml:6', 'syntax_error more.yaml:2']);
    expect(faults[0]?.message).toBe(
      'Expected well-formed YAML, came: a tab at the beginning of a line, where YAML takes spaces alone. Mend this line or the one above it; the rest of the file was not read.',
    );
  });

  it('refuses a key that is there twice, at the second', () => {
    const { faults } = parse({ 'faq.yaml': 'entries:\n  - id: a\n    questions: [q]\n    id: b\n' });
    expect(brief(faults)).toEqual(['duplicate_key faq.yaml:4']);
  });

  it('lets many entries share a block by an alias, and gives its line', () => {
    const shared = Array.from(
      { length: 300 },
      (_, index) => `  - {id: e${index}, questions: [q ${index}], answer: a, metadata: *m}\n`,
    ).join('');
    const { corpus, faults } = parse({ 'faq.yaml': `entries:\n  - {id: z, questions: [z], answer: a, metadata: &m {k: v}}\n${shared}` });
    expect(faults).toEqual([]);
    expect(corpus?.entries.at(-1)?.metadata).toEqual({ k: 'v' });
  });

  it('refuses an alias bomb quickly', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
      return `l${level}: &l${level} [${items}]`;
    });
    const { faults } = parse({ 'faq.yaml': `${levels.join('\n')}\n` });
    expect(faults.map((fault) => fault.code)).toContain('syntax_error');
  });

  it('refuses nesting that no parser can follow', () => {
    expect(parse({ 'faq.yaml': '['.repeat(50_000) }).faults[0]?.code).toBe('syntax_error');
  });

  it.each(['', '# nothing\n', 'entries: []\n', 'entries:\n', '{}', '[]'])('says that %j has no entries', (text) => {
    expect(brief(parse({ 'faq.yaml': text }).faults)).toEqual(['no_entries faq.yaml:0']);
  });

  it('refuses an intent of null, which means a counter-example only beside a text', () => {
    const { faults } = parse({ 'faq.yaml': 'entries:\n  - id: a\n    intent:\n    questions: [q]\n' });
    expect(brief(faults)).toEqual(['wrong_type faq.yaml:3 entries[0].intent']);
  });

  it('names what comes first in the text, be it an own tag or what breaks the grammar', () => {
    expect(brief(parse({ 'faq.yaml': 'entries: !own\n  - id: a\n    questions: [q\n' }).faults)).toEqual(['syntax_error faq.yaml:1']);
    expect(brief(parse({ 'faq.yaml': 'entries: [\n  - id: !own a\n' }).faults)).toEqual(['syntax_error faq.yaml:2']);
  });

  it('tells what is wrong in a block that several entries share where the block stands', () => {
    const text =
      'entries:\n  - id: a\n    questions: &q\n      - one?\n      - 5\n    answer: x\n  - id: b\n    questions: *q\n    answer: x\n';
    expect(brief(parse({ 'faq.yaml': text }).faults)).toEqual([
      'wrong_type faq.yaml:5 entries[0].questions[1]',
      'wrong_type faq.yaml:5 entries[1].questions[1]',
    ]);
  });
});
