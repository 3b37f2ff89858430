import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evalSource, goldenRows } from '../../../src/cli/eval-source.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'faqmatch-eval-source-'));
  await mkdir(join(root, 'mine', 'golden.yaml'), { recursive: true });
  await writeFile(join(root, 'mine', 'faq.yaml'), 'entries:\n  - {id: a, questions: [q], answer: x}\n');
  await writeFile(join(root, 'mine', 'rows.yaml'), '- {utterance: what is q, intent: a}\n');
  await symlink('nowhere', join(root, 'golden.yaml'));
});
afterAll(() => rm(root, { recursive: true }));

test('an evaluation is refused by a golden file that cannot be opened, whichever way it is named', async () => {
  const faults = [{ file: 'golden.yaml', code: 'unreadable_file' }];
  await expect(evalSource('mine', { corpusRoot: root, rowsMeasure: true })).rejects.toMatchObject({ code: 'invalid_argument', faults });
  await expect(goldenRows(join(root, 'mine'))).rejects.toMatchObject({ code: 'invalid_argument', faults });
  await expect(goldenRows(join(root, 'golden.yaml'))).rejects.toMatchObject({ code: 'not_found' });
});

test('a golden file that does not measure stands in no way', async () => {
  expect(await evalSource('mine', { corpusRoot: root, rowsMeasure: false })).toMatchObject({ corpus: 'mine', retrieval: false, rows: [] });
});

test('rows that are named are read though the golden file beside them cannot be', async () => {
  expect(await goldenRows(join(root, 'mine', 'rows.yaml'))).toMatchObject([{ utterance: 'what is q', intent: 'a' }]);
});
