import { expect, test } from 'vitest';
import type { Corpus, Entry } from '../../../src/corpus/corpus.ts';
import { layOutRows } from '../../../src/versions/version-rows.ts';
import { wordingsOf, wordingTexts } from '../../../src/versions/wordings.ts';

function entry(id: string, questions: readonly string[], more: Pick<Entry, 'answer'> & Partial<Entry>): Entry {
  return { id, intent: id, questions, locale: '', tags: [], metadata: {}, counterExamples: [], ...more };
}

function wordings(entries: readonly Entry[]) {
  const corpus: Corpus = { entries, counterExamples: [], golden: [] };
  return wordingsOf(corpus, layOutRows(corpus));
}

const SEVEN = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];

test('names come one an intent, in words, in the order of intents', () => {
  const { names } = wordings([
    entry('b', ['x'], { answer: '', intent: 'card_arrival' }),
    entry('a', ['y'], { answer: '', intent: 'atmFee' }),
    entry('c', ['z'], { answer: '', intent: 'card_arrival' }),
  ]);
  expect([names.texts, [...names.intents]]).toEqual([
    ['atm fee', 'card arrival'],
    [0, 1],
  ]);
});

test('where a name has no words, no name is read', () => {
  expect(wordings([entry('a', ['x'], { answer: '', intent: '+' }), entry('b', ['y'], { answer: '' })]).names.texts).toEqual([]);
});

test('each entry’s answer is read after its first question, and by itself, under its intent', () => {
  const { answersWithQuestion, answeredRows, answersAlone } = wordings([
    entry('b', ['When?', 'hours'], { answer: 'At nine.', intent: 'shared' }),
    entry('a', ['Where?'], { answer: 'In Rome.', intent: 'own' }),
    entry('c', ['When in May?'], { answer: 'At ten.', intent: 'shared' }),
  ]);
  expect([answersWithQuestion.texts, [...answersWithQuestion.intents]]).toEqual([
    ['Where? In Rome.', 'When? At nine.', 'When in May? At ten.'],
    [0, 1, 1],
  ]);
  // "hours" is the third row.
  expect([...answeredRows]).toEqual([0, 1, 3]);
  expect([answersAlone.texts, [...answersAlone.intents]]).toEqual([
    ['In Rome.', 'At nine.', 'At ten.'],
    [0, 1, 1],
  ]);
});

test('an intent of seven questions has its answer left unread, in however many entries they stand', () => {
  const few = entry('few', SEVEN.slice(1), { answer: 'Yes.' });
  const many = [
    entry('m1', SEVEN.slice(0, 3), { answer: 'No.', intent: 'many' }),
    entry('m2', SEVEN.slice(3), { answer: 'Never.', intent: 'many' }),
  ];
  expect(wordings([few, ...many]).answersWithQuestion.texts).toEqual(['two Yes.']);
});

test('no answer, and one that several intents give, is not read; one that entries of one intent give is', () => {
  const { answersWithQuestion } = wordings([
    entry('a', ['q1'], { answer: 'Ask us.' }),
    entry('b', ['q2'], { answer: 'Ask us.' }),
    entry('c', ['q3'], { answer: '' }),
    entry('d1', ['q4'], { answer: 'Here.', intent: 'd' }),
    entry('d2', ['q5'], { answer: 'Here.', intent: 'd' }),
  ]);
  expect(answersWithQuestion.texts).toEqual(['q4 Here.', 'q5 Here.']);
});

test('a long answer is read up to the last word within 500 characters; a word longer than that is cut', () => {
  const [words = '', cut = ''] = wordings([
    entry('a', ['q'], { answer: 'word '.repeat(200) }),
    entry('b', ['r'], { answer: 'x'.repeat(600) }),
  ]).answersAlone.texts;
  expect(words).toMatch(/^(?:word ){99}word$/u);
  expect(cut).toBe('x'.repeat(500));
});

test('an answer in a script without spaces is read as far, whatever stands before it, and no character is cut in two', () => {
  const answer = (text: string) => wordings([entry('a', ['q'], { answer: text })]).answersAlone.texts[0];
  expect(answer(`FAQ 1 ${'配'.repeat(600)}`)).toBe(`FAQ 1 ${'配'.repeat(494)}`);
  expect(answer(`x${'😀'.repeat(300)}`)).toBe(`x${'😀'.repeat(249)}`);
});

test('at most 256 answers are tried by themselves, drawn evenly, while all are trained on', () => {
  const entries = Array.from({ length: 600 }, (_, i) => entry(`e${String(i).padStart(3, '0')}`, [`q ${i}`], { answer: `answer ${i}` }));
  const { answersWithQuestion, answersAlone } = wordings(entries);
  expect(answersWithQuestion.texts).toHaveLength(600);
  expect(answersAlone.texts).toEqual(Array.from({ length: 200 }, (_, i) => `answer ${3 * i}`));
});

test('the order of entries changes nothing, and each text is named once', () => {
  const entries = [entry('b', ['q'], { answer: 'One.' }), entry('a', ['r'], { answer: 'Two.' }), entry('c', ['s'], { answer: 'b' })];
  expect(wordings(entries.toReversed())).toEqual(wordings(entries));
  expect(wordingTexts(wordings(entries))).toEqual(['a', 'b', 'c', 'r Two.', 'q One.', 's b', 'Two.', 'One.']);
});
