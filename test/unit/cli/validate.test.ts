import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'faqmatch-validate-'));
  await mkdir(join(root, 'mine'));
});
afterAll(() => rm(root, { recursive: true }));

const FAQ =
  'entries:\n  - {id: hours, questions: [when do you open, opening times], answer: Nine to six.}\n  - {id: jobs, questions: [any jobs]}\n';

async function run(...args: readonly string[]) {
  const terminal = fakeTerminal();
  const code = await runProgram(['validate', ...args, '--corpus-root', root], terminal);
  return { code, out: terminal.written.join('\n'), err: terminal.complaints.join('\n') };
}

test('sound files are counted, their warnings told', async () => {
  await writeFile(join(root, 'mine', 'faq.yaml'), FAQ);
  for (const name of ['mine', join(root, 'mine', 'faq.yaml')]) {
    const { code, out, err } = await run(name);
    expect(code).toBe(0);
    expect(out).toBe('2 entries, 3 questions, 2 intents; no faults, 1 warning');
    expect(err).toContain('faq.yaml:3');
  }
});

test('every fault is named with its line, and warnings beside them', async () => {
  await writeFile(join(root, 'broken.yaml'), `${FAQ}  - {id: hours, questions: []}\n  - {questions: [x]}\n`);
  const { code, out, err } = await run(join(root, 'broken.yaml'));
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(/faults in/u);
  for (const line of [4, 5]) expect(err).toContain(`broken.yaml:${line}`);
  const json = await run(join(root, 'broken.yaml'), '--json');
  expect(json.code).toBe(3);
  const found = JSON.parse(json.out) as { readonly valid: boolean; readonly faults: readonly { readonly line: number }[] };
  expect(found.valid).toBe(false);
  expect(new Set(found.faults.map(({ line }) => line))).toEqual(new Set([4, 5]));
});

test('golden rows that contradict the corpus are faults', async () => {
  await writeFile(join(root, 'mine', 'faq.yaml'), FAQ);
  await writeFile(
    join(root, 'mine', 'golden.yaml'),
    '- {utterance: are you open, intent: hours}\n- {utterance: any jobs, intent: hours}\n- {utterance: pay, intent: wages}\n',
  );
  const { code, err } = await run('mine');
  await rm(join(root, 'mine', 'golden.yaml'));
  expect(code).toBe(3);
  expect(err).toContain('golden.yaml:2');
  expect(err).toContain('golden.yaml:3');
  // Once, and as what refuses an evaluation.
  expect(err.match(/unknown_intent/gu)).toHaveLength(1);
});

test('calibration rows are counted beside the FAQ and by themselves', async () => {
  await writeFile(join(root, 'mine', 'faq.yaml'), FAQ);
  await writeFile(join(root, 'mine', 'calibration.yaml'), '- {utterance: are you open, intent: hours}\n- {utterance: pay, intent: null}\n');
  const beside = await run('mine');
  const alone = await run(join(root, 'mine', 'calibration.yaml'));
  const json = JSON.parse((await run('mine', '--json')).out);
  await writeFile(join(root, 'mine', 'calibration.yaml'), '- {utterance: are you open, intent: ours}\n');
  const faulty = await run('mine');
  await writeFile(join(root, 'mine', 'calibration.yaml'), '');
  const empty = await run(join(root, 'mine', 'calibration.yaml'));
  await rm(join(root, 'mine', 'calibration.yaml'));
  expect(empty.out).toContain('0 calibration rows, read alone');
  expect(beside.out).toBe('2 entries, 3 questions, 2 intents, 2 calibration rows; no faults, 1 warning');
  expect(alone.out).toContain('2 calibration rows, read alone');
  expect(json).toMatchObject({ valid: true, calibrationRows: 2, goldenRows: 0 });
  expect(faulty.code).toBe(3);
  expect(faulty.err).toMatch(/^ {2}calibration\.yaml:1: .*Did you mean "hours"\? \[unknown_intent\]$/mu);
});

test('a golden file that cannot be read is a fault here, beside those of the FAQ', async () => {
  await writeFile(join(root, 'mine', 'golden.yaml'), '- {utterance: are you open}\n- "\n');
  await writeFile(join(root, 'mine', 'faq.yaml'), FAQ);
  const sound = await run('mine');
  await writeFile(join(root, 'mine', 'faq.yaml'), `${FAQ}  - {id: hours, questions: []}\n`);
  const both = await run('mine');
  await rm(join(root, 'mine', 'golden.yaml'));
  expect([sound.code, both.code]).toEqual([3, 3]);
  expect(sound.err).toMatch(/^ {2}golden\.yaml:\d: .*\[syntax_error\]$/mu);
  expect(sound.err).not.toMatch(/^warning: golden/mu);
  expect(both.err).toMatch(/^ {2}golden\.yaml:\d: /mu);
  expect(both.err).toMatch(/^ {2}faq\.yaml:4: /mu);
});

test('a golden file that cannot even be opened is a fault here', async () => {
  await writeFile(join(root, 'mine', 'faq.yaml'), FAQ);
  await mkdir(join(root, 'mine', 'golden.yaml'));
  const named = [await run('mine'), await run(join(root, 'mine', 'faq.yaml'))];
  await rm(join(root, 'mine', 'golden.yaml'), { recursive: true });
  for (const { code, err } of named) {
    expect(code).toBe(3);
    expect(err).toMatch(/^ {2}golden\.yaml: Expected a regular file, .*\[unreadable_file\]$/mu);
  }
  expect((await run(join(root, 'mine', 'golden.yaml'))).code).toBe(4);
});

test('a golden file by itself is read as one, and compared with itself', async () => {
  const path = join(root, 'golden.yaml');
  await writeFile(
    path,
    '- {utterance: are you open, intent: hours}\n- {utterance: pay, intent: wages, locale: en}\n- {utterance: hi, intent: null}\n',
  );
  const sound = await run(path);
  expect(sound).toMatchObject({
    code: 0,
    out: '3 golden rows, read alone (name the FAQ file or folder to compare them with its intents and questions); no faults, 1 warning',
  });
  expect(JSON.parse((await run(path, '--json')).out)).toMatchObject({ valid: true, goldenRows: 3, faults: [] });
  await writeFile(path, '- {utterance: pay, intent: wages}\n- {utterance: Pay!, intent: hours}\n');
  const twice = await run(path);
  await writeFile(path, 'entries:\n  - {id: a, questions: [q]}\n');
  const faq = await run(path);
  await rm(path);
  expect(twice.code).toBe(3);
  expect(twice.err).toContain('golden.yaml:2: "Pay!" means "wages" in line 1 and "hours" here');
  expect(faq.err).toContain('Expected a list of {utterance, intent}, came a mapping');
});

test('files that are not there are not found', async () => {
  expect((await run(join(root, 'nowhere.yaml'))).code).toBe(4);
  const named = await run('nowhere');
  expect(named.code).toBe(4);
  expect(named.err).toContain(`Expected a corpus in "${root}" or a file or folder here, came "nowhere", which is neither; check the name`);
});
