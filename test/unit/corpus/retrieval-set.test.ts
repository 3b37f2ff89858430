import { expect, test } from 'vitest';
import { parseCorpus } from '../../../src/corpus/parse-corpus.ts';
import { isRetrievalSet, parseRetrievalSet } from '../../../src/corpus/retrieval-set.ts';

const file = (name: string, ...lines: readonly unknown[]) => ({
  name,
  data: Buffer.from(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')),
});
const FAQ = file(
  'faq.jsonl',
  { id: 'a', question: 'Strike through?', answer: 'With tildes.', answers: ['x'] },
  { id: 'b', question: 'Delete?' },
);

test('questions become entries whose intent is their id, queries name what answers them', () => {
  const files = [FAQ, file('queries.jsonl', { text: ' how to strike ', relevant: ['a', 'b'] })];
  expect(isRetrievalSet(files)).toBe(true);
  const { faq, queries, faults } = parseRetrievalSet(files);
  expect(faults).toEqual([]);
  expect(queries).toEqual([{ utterance: 'how to strike', relevant: ['a', 'b'], file: 'queries.jsonl', line: 1 }]);
  const { corpus } = parseCorpus([faq]);
  expect(corpus?.entries.map(({ id, intent, questions, answer }) => [id, intent, questions, answer])).toEqual([
    ['a', 'a', ['Strike through?'], 'With tildes.'],
    ['b', 'b', ['Delete?'], ''],
  ]);
});

test('every fault is named with its line', () => {
  const { queries, faults } = parseRetrievalSet([FAQ, file('queries.jsonl', { text: 'x' }, 'no json', [1], { text: 5, relevant: ['a'] })]);
  expect(queries).toBeUndefined();
  expect(faults.map(({ line, code }) => [line, code])).toEqual([
    [1, 'missing_field'],
    [2, 'syntax_error'],
    [3, 'wrong_type'],
    [4, 'wrong_type'],
  ]);
});

test('files without queries are no retrieval set', () => {
  expect(isRetrievalSet([FAQ])).toBe(false);
});
