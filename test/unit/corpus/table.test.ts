import { describe, expect, it } from 'vitest';
import { brief, parse } from './parse.ts';

const HEADER = 'id,intent,question,answer,locale,tags\n';

describe('golden tables', () => {
  it('tell a blank intent cell, none of these, from one that is not there', () => {
    const { corpus, warnings } = parse({
      'faq.csv': `${HEADER}a,,one?,x,,\n`,
      'golden.csv': 'utterance,intent\nhi,a\nwhat a day,\nforgotten\n',
    });
    expect(corpus?.golden).toEqual([]);
    expect(brief(warnings)).toEqual(['missing_field golden.csv:4 intent']);
    const blank = parse({ 'faq.csv': `${HEADER}a,,one?,x,,\n`, 'golden.tsv': 'intent\tutterance\na\thi\n\twhat a day\n' });
    expect(blank.corpus?.golden).toEqual([
      { utterance: 'hi', intent: 'a' },
      { utterance: 'what a day', intent: null },
    ]);
  });
});

describe('CSV', () => {
  it('joins the rows of one id, unions tags and takes the first answer', () => {
    const { corpus, faults, warnings } = parse({ 'faq.csv': `${HEADER}a,i,one?,An answer,en,x|y\nb,j,two?,Other,,\na,,three?,,,y| z |\n` });
    expect(faults).toEqual([]);
    expect(brief(warnings)).toEqual(['missing_locale faq.csv:3']);
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

  it('takes counter-examples in a column of their own: of an entry by its id, of the corpus without one', () => {
    const text =
      'id,intent,question,counter_example,answer\na,i,one?,not one,x\n,,,who are you,\na,,,nor this,\n,j,,not two,\n,j,two?,,y\n,,,tell a joke,\n';
    const { corpus, faults, warnings } = parse({ 'faq.csv': text });
    expect([faults, warnings]).toEqual([[], []]);
    expect(corpus?.entries.map(({ id, questions, counterExamples }) => [id, questions, counterExamples])).toEqual([
      ['a', ['one?'], ['not one', 'nor this']],
      ['j', ['two?'], ['not two']],
    ]);
    expect(corpus?.counterExamples).toEqual(['who are you', 'tell a joke']);
  });

  it('loses no answer of a row that names neither id nor intent', () => {
    const { faults } = parse({ 'faq.csv': 'id,question,counter_example,answer\na,one?,,x\n,,not one,a lost answer\n' });
    expect(brief(faults)).toEqual(['missing_field faq.csv:3 id']);
  });

  it('refuses counter-examples of an entry without a question, and a question without an id beside one', () => {
    const text = 'id,question,counter_example\na,one?,\nb,,not one\n,two?,not two\n';
    expect(brief(parse({ 'faq.csv': text }).faults)).toEqual(['missing_questions faq.csv:3 question', 'missing_field faq.csv:4 id']);
  });

  it('reads demands of an intent as numbers that need to stand once', () => {
    const text = 'id,intent,question,min_confidence,min_precision\na,i,one?,.6,\na,i,two?,,0.9\nb,i,three?,0.6,0.9\nc,j,four?,,\n';
    const { corpus, faults } = parse({ 'faq.csv': text });
    expect(faults).toEqual([]);
    const demands = { minConfidence: 0.6, minPrecision: 0.9 };
    expect(corpus?.entries.map((entry) => entry.demands)).toEqual([demands, demands, undefined]);
  });

  it('refuses demands that are no share or that disagree, each where it stands', () => {
    const text = 'id,question,min_confidence,min_precision\na,one?,"0,8",90\nb,two?,high,-1\nc,three?,.5,\nc,four?,.6,\n';
    const { faults } = parse({ 'faq.csv': text });
    expect(brief(faults)).toEqual([
      'wrong_type faq.csv:2 min_confidence',
      'out_of_range faq.csv:2 min_precision',
      'wrong_type faq.csv:3 min_confidence',
      'out_of_range faq.csv:3 min_precision',
      'conflicting_value faq.csv:5 min_confidence',
    ]);
    expect(faults[0]?.message).toBe(
      'Expected min_confidence as a number from 0 to 1, came the text "0,8"; write it as 0.8, without quotes.',
    );
  });

  it('refuses rows of one id that disagree', () => {
    const { faults } = parse({ 'faq.csv': `${HEADER}a,i,one,x,en,\na,j,two,y,de,\n` });
    expect(brief(faults)).toEqual([
      'conflicting_value faq.csv:3 intent',
      'conflicting_value faq.csv:3 answer',
      'conflicting_value faq.csv:3 locale',
    ]);
  });

  it('warns of a tag that holds a comma or semicolon, since "|" alone separates tags', () => {
    const { corpus, warnings } = parse({
      'faq.csv': `${HEADER}a,,one?,x,,"visit, shop"\nb,,two?,x,,visit;shop|open\nc,,three?,x,,visit|shop\n`,
    });
    expect(corpus?.entries.map(({ tags }) => tags)).toEqual([['visit, shop'], ['visit;shop', 'open'], ['visit', 'shop']]);
    expect(brief(warnings)).toEqual(['unsplit_tags faq.csv:2 tags', 'unsplit_tags faq.csv:3 tags']);
    expect(warnings[0]?.message).toBe(
      'Expected tags separated by "|", came "visit, shop", which is kept as one tag; write "visit|shop" if more are meant.',
    );
  });

  it('keeps other columns as metadata, with a warning where one may be a misspelt other', () => {
    const text = 'id,question,anser,metadata.category,__proto__,team,metadata.locales\na,q,x,c,p,t,l\n';
    const { corpus, warnings } = parse({ 'faq.csv': text });
    expect(Object.entries(corpus?.entries[0]?.metadata ?? {})).toEqual([
      ['anser', 'x'],
      ['category', 'c'],
      ['__proto__', 'p'],
      ['team', 't'],
      ['locales', 'l'],
    ]);
    expect(brief(warnings)).toEqual(['unknown_field faq.csv:1', 'missing_answer faq.csv:2 answer']);
    expect(warnings[0]?.message).toContain('did you mean answer? If not, name it metadata.anser.');
  });

  it.each([
    ['no question column', 'id,answer\na,x\n', 'missing_field faq.csv:1'],
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

  it.each([
    ['semicolons', 'id;question;answer;tags\na;"one; or two?";9,50 EUR, please;x|y\n'],
    ['quoted names', '"id";"question";"answer";"tags"\n"a";"one; or two?";"9,50 EUR, please";"x|y"\n'],
    ['a mark and Windows line ends', '\ufeffid;question;answer;tags\r\na;"one; or two?";9,50 EUR, please;x|y\r\n'],
    ['the line that Excel reads', '\ufeffsep=;\r\nid;question;answer;tags\r\na;"one; or two?";9,50 EUR, please;x|y\r\n'],
    ['that line and another separator', 'SEP=|\nid|question|answer|tags\na|one; or two?|9,50 EUR, please|"x|y"\n'],
    ['tabs', 'id\tquestion\tanswer\ttags\na\tone; or two?\t9,50 EUR, please\tx|y\n'],
    ['commas', 'id,question,answer,tags\na,one; or two?,"9,50 EUR, please",x|y\n'],
    ['that line and commas', 'sep=,\nid,question,answer,tags\na,one; or two?,"9,50 EUR, please",x|y\n'],
  ])('reads cells separated by %s', (_, text) => {
    const { corpus, faults, warnings } = parse({ 'faq.csv': text });
    expect([faults, warnings]).toEqual([[], []]);
    expect(corpus?.entries).toMatchObject([{ id: 'a', questions: ['one; or two?'], answer: '9,50 EUR, please', tags: ['x', 'y'] }]);
  });

  it('goes by commas where they split the header, whatever its names hold', () => {
    const { corpus, faults } = parse({ 'faq.csv': 'id,question,metadata.a;b;c;d\na,one?,x;y\n' });
    expect(faults).toEqual([]);
    expect(corpus?.entries[0]?.metadata).toEqual({ 'a;b;c;d': 'x;y' });
  });

  it('counts the lines of a file that is separated otherwise as of any other', () => {
    const text = 'sep=;\n\nid;question;locale\na;"two\nlines";en\nb;;en\nc;"q"x;en\nd;q;en_GB\n;q;en\ne;q;en;more\n';
    const { faults } = parse({ 'faq.csv': text });
    expect(brief(faults)).toEqual([
      'empty_question faq.csv:6 question',
      'syntax_error faq.csv:7',
      'bad_locale faq.csv:8 locale',
      'missing_field faq.csv:9 id',
      'syntax_error faq.csv:10',
    ]);
    expect(faults.at(-1)?.message).toBe('Expected 3 cells as in the header, came 4; quote a cell that holds the separator ";".');
  });

  it('reads the decimal comma of a file with semicolons', () => {
    const { corpus, faults } = parse({ 'faq.csv': 'id;question;min_confidence\na;one?;0,8\nb;two?;0.7\n' });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map(({ demands }) => demands?.minConfidence)).toEqual([0.8, 0.7]);
    expect(parse({ 'faq.csv': 'id;question;min_confidence\na;one?;0,8,1\n' }).faults[0]?.message).toContain('came the text "0,8,1"');
  });

  it('takes golden rows separated by semicolons', () => {
    const { corpus, warnings } = parse({ 'faq.csv': 'id;question;answer\na;one?;x\n', 'golden.csv': 'utterance;intent\nhi, you;a\nho;\n' });
    expect(warnings).toEqual([]);
    expect(corpus?.golden).toEqual([
      { utterance: 'hi, you', intent: 'a' },
      { utterance: 'ho', intent: null },
    ]);
  });

  it.each([
    ['question,answer\nq,x\n', 'came no column id or intent; add a column id or intent.'],
    ['id,answer\na,x\n', 'came no column question; add a column question.'],
    ['a,How?\nb,Why?\n', 'came "a,How?"; write the header in the first line.'],
    [
      'id;question;answer, short\na;q;x\n',
      'came "id;question;answer,short"; write the header in the first line; if the cells are separated by ";", write sep=; in a line of its own above the header.',
    ],
  ])('says what a header lacks: %j', (text, expected) => {
    expect(parse({ 'faq.csv': text }).faults[0]?.message).toBe(`Expected a header with id or intent, and question, ${expected}`);
  });
});

describe('TSV', () => {
  it('refuses more columns than anyone needs, and takes short rows as blank at their ends', () => {
    const wide = `${HEADER.trim()},${Array.from({ length: 995 }, (_, at) => `metadata.m${at}`).join(',')}\na,,one?\n`;
    expect(brief(parse({ 'faq.csv': wide }).faults)).toEqual(['too_many faq.csv:1']);
    const narrower = wide.replace(',metadata.m994', '');
    expect(parse({ 'faq.csv': narrower }).corpus?.entries).toMatchObject([{ id: 'a', questions: ['one?'], metadata: {} }]);
  });

  it('counts metadata values and tags among the texts of a corpus', () => {
    const columns = Array.from({ length: 900 }, (_, at) => `metadata.m${at}`).join(',');
    const cells = Array.from({ length: 900 }, () => 'x').join(',');
    const rows = Array.from({ length: 1_200 }, (_, at) => `e${at},,question ${at}?,,,a|b,${cells}`).join('\n');
    const { faults } = parse({ 'faq.csv': `${HEADER.trim()},${columns}\n${rows}\n` });
    expect(brief(faults)).toEqual([expect.stringMatching(/too_many/u)]);
  });

  it('refuses names of metadata that are too long to be keys', () => {
    const { faults } = parse({ 'faq.csv': `${HEADER.trim()},metadata.${'k'.repeat(300)}\na,,one?,,,,x\n` });
    expect(brief(faults)).toEqual([expect.stringMatching(/too_long/u)]);
  });

  it('reads tabs, commas in cells and stray quotes', () => {
    const { corpus, faults } = parse({ 'faq.tsv': 'id\tquestion\tanswer\na\tis a 5" screen, or\tyes, "it" is\nb\t"quoted\nlines"\t"x"\n' });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map(({ questions, answer }) => [questions[0], answer])).toEqual([
      ['is a 5" screen, or', 'yes, "it" is'],
      ['quoted lines', 'x'],
    ]);
  });
});
