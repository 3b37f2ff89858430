import { describe, expect, it } from 'vitest';
import { brief, parse } from './parse.ts';

describe('JSON', () => {
  it('reads the same fields as YAML, and a bare list of entries', () => {
    const entry = { id: 'a', intent: 'i', questions: ['q'], answer: 'x', tags: ['t'], metadata: { k: 'v' }, counter_examples: ['n'] };
    const whole = parse({ 'faq.json': JSON.stringify({ entries: [entry], counter_examples: ['no'] }) });
    expect(whole.faults).toEqual([]);
    expect(whole.corpus?.entries[0]).toMatchObject({ id: 'a', intent: 'i', tags: ['t'], metadata: { k: 'v' }, counterExamples: ['n'] });
    expect(whole.corpus?.counterExamples).toEqual(['no']);
    expect(parse({ 'faq.json': JSON.stringify([entry]) }).corpus?.entries).toEqual(whole.corpus?.entries);
  });

  it('gives line and field of what does not fit', () => {
    const text = '{\n "entries": [\n  {"id": "a",\n   "questions": ["q",\n    7]},\n  {"id": "b"}\n ]\n}';
    expect(brief(parse({ 'faq.json': text }).faults)).toEqual([
      'wrong_type faq.json:5 entries[0].questions[1]',
      'missing_questions faq.json:6 entries[1].questions',
    ]);
  });

  it.each([
    ['a missing comma', '{"entries":\n [1\n 2]}', 3, 'no comma between two values'],
    ['a trailing comma', '{"entries": [\n]\n,}', 3, 'no key in double quotes where one must stand, which is so after a trailing comma too'],
    ['a comment', '{\n// no\n"entries": []}', 2, 'a comment, which JSON does not know'],
    ['single quotes', "{\n'entries': []}", 2, 'a word without quotes, or with others than "'],
    ['an end too early', '{"entries": [\n', 2, 'no closing ]'],
    ['text after the end', '{}\n\n[]', 3, 'more text after the end of the value'],
    ['a bad escape', '{"entries":\n"\\x"}', 2, 'a \\ before a character that it does not go with; write \\\\ for a backslash'],
  ])('gives the line of %s', (...[, text, line, came]) => {
    const { faults } = parse({ 'faq.json': text });
    expect(brief(faults)).toEqual([`syntax_error faq.json:${line}`]);
    expect(faults[0]?.message).toBe(`Expected well-formed JSON, came ${came}. Mend this line or the one above it.`);
  });

  it('names every line with a mistake once, and gives up where every line has one', () => {
    const text = '{"entries": [\n {"id": "a", "questions": ["q"],},\n {"id": "b" "questions": ["r"]},\n {"id": "c", "questions": []}\n]}';
    expect(brief(parse({ 'faq.json': text }).faults)).toEqual(['syntax_error faq.json:2', 'syntax_error faq.json:3']);
    expect(parse({ 'faq.json': '- no json\n'.repeat(1_000) }).faults.length).toBeLessThanOrEqual(20);
  });

  it('refuses a key that is there twice and nesting too deep to follow', () => {
    expect(brief(parse({ 'faq.json': '{"entries": [],\n "entries": []}' }).faults)).toEqual(['duplicate_key faq.json:2']);
    const [deep] = parse({ 'faq.json': '['.repeat(200_000) }).faults;
    expect(deep).toMatchObject({ code: 'syntax_error', message: expect.stringContaining('nesting too deep to follow') });
  });

  it('removes lone surrogates that escapes can smuggle in', () => {
    const { corpus } = parse({ 'faq.json': '[{"id":"a","questions":["x \\ud83d y"],"answer":"z\\udc00"}]' });
    expect(corpus?.entries[0]).toMatchObject({ questions: ['x y'], answer: 'z' });
    expect(brief(parse({ 'faq.json': '[{"id":"a","questions":["\\ud83d"],"answer":"z"}]' }).faults)).toEqual([
      'empty_question faq.json:1 [0].questions[0]',
    ]);
  });

  it('keeps other scripts, emoji and joined sequences', () => {
    const questions = ['Где мой заказ?', '如何重置密码？', 'كيف ألغي طلبي؟', '👩‍💻 wie geht das 🇩🇪?', 'नमस्ते', '🎉'];
    expect(parse({ 'faq.json': JSON.stringify([{ id: 'ø', questions, answer: '👍🏽' }]) }).corpus?.entries[0]).toMatchObject({
      id: 'ø',
      questions,
      answer: '👍🏽',
    });
  });

  it('takes the names of prototypes as names like any other', () => {
    const text =
      '[{"id":"__proto__","intent":"constructor","questions":["q"],"answer":"a","metadata":{"__proto__":"x","constructor":"y"}},' +
      '{"id":"toString","questions":["r"],"answer":"a"},{"text":"s","intent":"hasOwnProperty"}]';
    const { corpus, faults } = parse({ 'faq.json': text });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map((entry) => entry.id)).toEqual(['__proto__', 'toString', 'hasOwnProperty']);
    expect(Object.entries(corpus?.entries[0]?.metadata ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('JSON lines', () => {
  it('makes one entry of each intent of text and intent rows, null being a counter-example', () => {
    const text =
      '{"text":"hi","intent":"greet"}\n\n{"text":"bye","intent":"part"}\r\n{"text":"hello","intent":"greet"}\n{"text":"42","intent":null}\n';
    const { corpus, faults, warnings } = parse({ 'faq.jsonl': text });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map(({ id, intent, questions }) => ({ id, intent, questions }))).toEqual([
      { id: 'greet', intent: 'greet', questions: ['hi', 'hello'] },
      { id: 'part', intent: 'part', questions: ['bye'] },
    ]);
    expect(corpus?.counterExamples).toEqual(['42']);
    expect(brief(warnings)).toEqual(['missing_answer faq.jsonl:1']);
  });

  it('mixes whole entries with rows, which add to the entry of their intent', () => {
    const text =
      '{"id":"greet","questions":["hi"],"answer":"Hello!"}\n{"text":"good day","intent":"greet"}\n{"text":"bye","intent":"part"}\n';
    const { corpus, faults } = parse({ 'faq.jsonl': text });
    expect(faults).toEqual([]);
    expect(corpus?.entries.map(({ id, questions, answer }) => [id, questions, answer])).toEqual([
      ['greet', ['hi', 'good day'], 'Hello!'],
      ['part', ['bye'], ''],
    ]);
  });

  it('joins rows of one intent across files', () => {
    const { corpus } = parse({ 'a.jsonl': '{"text":"hi","intent":"greet"}', 'b.jsonl': '{"text":"hello","intent":"greet"}' });
    expect(corpus?.entries.map((entry) => entry.questions)).toEqual([['hi', 'hello']]);
  });

  it('names every broken line and keeps reading', () => {
    const text =
      '{"text":"hi","intent":"greet"\n{"text":"","intent":"a"}\n{"text":"x"}\n[1]\n{"text":3,"intent":"a"}\n{"text":"x","intent":" "}\n';
    expect(brief(parse({ 'faq.jsonl': text }).faults)).toEqual([
      'syntax_error faq.jsonl:1',
      'empty_question faq.jsonl:2 text',
      'missing_field faq.jsonl:3 intent',
      'wrong_type faq.jsonl:4',
      'wrong_type faq.jsonl:5 text',
      'missing_field faq.jsonl:6 intent',
    ]);
  });

  it('warns once of a field that all rows have and nothing reads', () => {
    const rows = Array.from({ length: 5 }, (_, index) => JSON.stringify({ text: `q${index}`, intent: 'a', split: 'train' })).join('\n');
    expect(brief(parse({ 'faq.jsonl': rows }).warnings)).toEqual(['unknown_field faq.jsonl:1 split', 'missing_answer faq.jsonl:1']);
  });
});
