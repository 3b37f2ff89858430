import { describe, expect, it } from 'vitest';
import { brief, parse } from './parse.ts';

const HEADER = 'id,intent,question,answer,locale,tags\n';

describe('CSV', () => {
  it('joins the rows of one id, unions tags and takes the first answer', () => {
    const { corpus, faults, warnings } = parse({ 'faq.csv': `${HEADER}a,i,one?,An answer,en,x|y\nb,j,two?,Other,,\na,,three?,,,y| z |\n` });
    expect(faults).toEqual([]);
    expect(warnings).toEqual([]);
    expect(corpus?.entries).toEqual([
      {
        id: 'a',
        intent: 'i',
        questions: ['one?', 'three?'],
        answer: 'An answer',
        locale: 'en',
        tags: ['x', 'y', 'z'],
        metadata: {},
        counterExamples: [],
      },
      { id: 'b', intent: 'j', questions: ['two?'], answer: 'Other', locale: '', tags: [], metadata: {}, counterExamples: [] },
    ]);
  });

  it('reads quotes, line breaks in cells, a byte order mark and Windows line ends', () => {
    const text = `\ufeff${HEADER}a,,"say ""hi"", please","line one\nline two",,\n`.replaceAll('\n', '\r\n');
    const { corpus, faults } = parse({ 'faq.csv': text });
    expect(faults).toEqual([]);
    expect(corpus?.entries[0]).toMatchObject({ id: 'a', intent: 'a', questions: ['say "hi", please'], answer: 'line one\nline two' });
  });

  it('takes the intent as id where the id is blank or has no column', () => {
    expect(parse({ 'faq.csv': 'intent,question\ni,one\ni,two\n' }).corpus?.entries).toMatchObject([
      { id: 'i', intent: 'i', questions: ['one', 'two'] },
    ]);
  });

  it('counts lines rightly after cells with line breaks and blank lines, whatever the line ends', () => {
    const text = `${HEADER}a,,one,"x\ny\nz",,\n\n,,,,,\nb,,,x,,\n,,lost,x,,\nc,,"q\nr",x,en_GB,\n`;
    const expected = ['empty_question faq.csv:7 question', 'missing_field faq.csv:8 id', 'bad_locale faq.csv:9 locale'];
    expect(brief(parse({ 'faq.csv': text }).faults)).toEqual(expected);
    expect(brief(parse({ 'faq.csv': text.replaceAll('\n', '\r\n') }).faults)).toEqual(expected);
  });

  it('refuses rows of one id that disagree', () => {
    const { faults } = parse({ 'faq.csv': `${HEADER}a,i,one,x,en,\na,j,two,y,de,\n` });
    expect(brief(faults)).toEqual([
      'conflicting_value faq.csv:3 intent',
      'conflicting_value faq.csv:3 answer',
      'conflicting_value faq.csv:3 locale',
    ]);
  });

  it('keeps other columns as metadata, with a warning unless they are named so', () => {
    const { corpus, warnings } = parse({ 'faq.csv': 'id,question,anser,metadata.category,__proto__\na,q,x,c,p\n' });
    expect(Object.entries(corpus?.entries[0]?.metadata ?? {})).toEqual([
      ['anser', 'x'],
      ['category', 'c'],
      ['__proto__', 'p'],
    ]);
    expect(brief(warnings)).toEqual(['unknown_field faq.csv:1', 'unknown_field faq.csv:1', 'missing_answer faq.csv:2 answer']);
    expect(warnings[0]?.message).toContain('did you mean answer?');
  });

  it.each([
    ['no question column', 'id,answer\na,x\n', 'missing_field faq.csv:1'],
    ['semicolons', 'id;question\na;q\n', 'missing_field faq.csv:1'],
    ['a column twice', 'id,question,text\na,q,r\n', 'duplicate_key faq.csv:1'],
    ['too many cells', 'id,question\na,b,c\n', 'syntax_error faq.csv:2'],
    ['text after a closing quote', 'id,question\na,"b"c\n', 'syntax_error faq.csv:2'],
    ['a header whose quote is never closed', 'id,"question\na,q\n', 'syntax_error faq.csv:1'],
    ['nothing', '', 'no_entries faq.csv:0'],
    ['a header alone', 'id,question\n', 'no_entries faq.csv:0'],
  ])('tells of %s', (_, text, expected) => {
    expect(brief(parse({ 'faq.csv': text }).faults)).toEqual([expected]);
  });

  it('names every broken row by the line on which it begins, and reads on below it', () => {
    const text =
      'id,question,answer\n\na,"never closed,x\nb,q,y\nc,"ok",z\nd,in the "middle",z\n,no id,z\ne,,z\nf,"two\nlines",z\ng,"b"c,z\n';
    expect(brief(parse({ 'faq.csv': text }).faults)).toEqual([
      'syntax_error faq.csv:3',
      'syntax_error faq.csv:6',
      'missing_field faq.csv:7 id',
      'empty_question faq.csv:8 question',
      'syntax_error faq.csv:11',
    ]);
  });

  it('gives up naming broken rows where everything is broken', () => {
    const { faults } = parse({ 'faq.csv': `id,question\n${'a,"b"c\n'.repeat(5_000)}` });
    expect(faults.length).toBe(100);
  });

  it('hints at semicolons as separators', () => {
    expect(parse({ 'faq.csv': 'id;question\na;q\n' }).faults[0]?.message).toContain('";"');
  });
});

describe('TSV', () => {
  it('reads tabs, commas in cells and stray quotes', () => {
    const { corpus, faults } = parse({ 'faq.tsv': 'id\tquestion\tanswer\na\tis a 5" screen, or\tyes, "it" is\nb\t"quoted\nlines"\t"x"\n' });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map(({ questions, answer }) => [questions[0], answer])).toEqual([
      ['is a 5" screen, or', 'yes, "it" is'],
      ['quoted lines', 'x'],
    ]);
  });
});
