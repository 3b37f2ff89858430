import { expect, test } from 'vitest';
import { failureLines, skippedLines } from '../../../scripts/test-summary-reporter.ts';

test('tests of one suite without a reason share a line', () => {
  const skip = { file: 'test/a.test.ts', suite: 'a suite' };
  expect(skippedLines([skip, skip])).toEqual(['Skipped 2: test/a.test.ts > a suite']);
});

test('tests of different suites without a reason have a line each', () => {
  expect(
    skippedLines([
      { file: 'test/a.test.ts', suite: '' },
      { file: 'test/a.test.ts', suite: 'a suite' },
    ]),
  ).toEqual(['Skipped 1: test/a.test.ts', 'Skipped 1: test/a.test.ts > a suite']);
});

test('a reason stands behind the suite it is given for', () => {
  expect(skippedLines([{ file: 'test/a.test.ts', suite: 'a suite', reason: 'no GPU' }])).toEqual([
    'Skipped 1: test/a.test.ts > a suite: no GPU',
  ]);
});

test('one reason has one line, however many files it is given in', () => {
  const reason = 'no Qdrant server';
  expect(
    skippedLines([
      { file: 'test/a.test.ts', suite: 'one', reason },
      { file: 'test/a.test.ts', suite: 'two', reason },
      { file: 'test/b.test.ts', suite: '', reason: 'no GPU' },
      { file: 'test/b.test.ts', suite: 'three', reason },
    ]),
  ).toEqual(['Skipped 3: test/a.test.ts, test/b.test.ts: no Qdrant server', 'Skipped 1: test/b.test.ts: no GPU']);
});

test('more than three files are counted, not named', () => {
  const tests = ['a', 'b', 'c', 'd'].map((file) => ({ file, suite: '', reason: 'no GPU' }));
  expect(skippedLines(tests)).toEqual(['Skipped 4: 4 files: no GPU']);
});

test('a failure has one line: where, and the first line of its message without colours', () => {
  const errors = [new Error('\u001b[31mexpected 1 to be 2\u001b[39m\n- 2\n+ 1'), 'thrown text'];
  expect(failureLines('test/a.test.ts > adds', errors)).toEqual([
    'Failed: test/a.test.ts > adds: expected 1 to be 2',
    'Failed: test/a.test.ts > adds: thrown text',
  ]);
});

test('a failure says what caused it', () => {
  const error = new Error('A worker failed.', { cause: new Error('It ended by SIGABRT in test/b.test.ts\nstack') });
  expect(failureLines('outside any test', [error])).toEqual([
    'Failed: outside any test: A worker failed. Caused by: It ended by SIGABRT in test/b.test.ts',
  ]);
});

test('what did not fail has no line', () => {
  expect(failureLines('test/a.test.ts > adds')).toEqual([]);
});
