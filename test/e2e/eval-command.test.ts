/** `faqmatch eval` as a user calls it, with a tiny model: what it prints, writes and refuses. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

const MODEL = fileURLToPath(new URL('../fixtures/models/tiny-pooled', import.meta.url));
const ENTRIES = {
  refund: ['when do I get my money back', 'refund please', 'I want a refund for my order', 'give me my cash'],
  parcel: ['where is my parcel', 'track a delivery', 'my package did not come', 'has it been shipped yet'],
  password: ['I forgot my password', 'reset login', 'cannot sign in', 'locked out of the account'],
};

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-eval-'));
  const lines = Object.entries(ENTRIES).flatMap(([intent, texts]) => texts.map((text) => JSON.stringify({ text, intent })));
  await writeFile(at('faq.jsonl'), lines.join('\n'));
  await writeFile(
    at('golden.yaml'),
    '- {utterance: "Refund please!", intent: refund}\n- {utterance: where is the parcel, intent: parcel}\n- {utterance: sing a song, intent: null}\n',
  );
  await mkdir(at('retrieval'));
  await writeFile(
    at('retrieval/faq.jsonl'),
    '{"id":"a","question":"how do I strike text","answer":"~~"}\n{"id":"b","question":"delete the account"}\n',
  );
  await writeFile(
    at('retrieval/queries.jsonl'),
    '{"text":"how do I strike text?","relevant":["a"]}\n{"text":"remove account","relevant":["b"]}\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function evaluate(...args: readonly string[]) {
  const terminal = fakeTerminal();
  const code = await runProgram(['eval', ...args, '--model', MODEL, '--data-dir', at('data')], terminal);
  return { code, out: terminal.written.join('\n'), err: terminal.complaints.join('\n') };
}

async function golden(name: string, text: string): Promise<string> {
  await writeFile(at(name), text);
  return at(name);
}

test('prints figures with ranges, and the errors with the nearest question where they are asked for', async () => {
  const { code, out } = await evaluate(at('faq.jsonl'), '--mistakes');
  expect(code).toBe(0);
  expect(out).toMatch(/^Answered rightly +\d/mu);
  expect(out).toMatch(/^AUROC/mu);
  expect(out).toMatch(/^in scope +2/mu);
});

describe('--traffic', () => {
  test('advises a share where enough utterances tell it, and none where too few do', async () => {
    const path = await golden(
      'more-traffic.txt',
      Array.from({ length: 200 }, (_, i) => `what is the capital of country number ${i}`).join('\n'),
    );
    const { out } = await evaluate(at('faq.jsonl'), '--traffic', path, '--json');
    const { traffic } = JSON.parse(out);
    const inRange = traffic.estimate.low <= 0.25 && traffic.estimate.high >= 0.25;
    const clear = !traffic.notes.some((note: string) => note.includes('clearly in or out of scope'));
    expect(traffic.advised === null).toBe(inRange || !clear);
    const few = await golden('few-traffic.txt', 'hi\n');
    expect((await evaluate(at('faq.jsonl'), '--traffic', few)).out).toMatch(/^Leave 0.25 \(of the server\): /mu);
  });

  test('refuses a traffic file that is no UTF-8 or has an utterance too long, naming the line', async () => {
    await writeFile(at('latin.txt'), Buffer.from([0x68, 0x69, 0x0a, 0x63, 0x61, 0x66, 0xe9, 0x0a]));
    const latin = await evaluate(at('faq.jsonl'), '--traffic', at('latin.txt'));
    expect(latin.code).toBe(3);
    expect(latin.err).toContain('line 2 of');
    const path = await golden('long.txt', `hi\n${'x'.repeat(5000)}\n`);
    const long = await evaluate(at('faq.jsonl'), '--traffic', path);
    expect(long.code).toBe(3);
    expect(long.err).toContain('long.txt:2: Expected at most 2000 characters');
  });

  const TRAFFIC = ['where is the parcel', 'refund please', '', 'sing a song', 'where is the parcel', 'what <b>is</b> love', '  '];

  test('estimates the out-of-scope share of utterances without labels, says what would change and what to write', async () => {
    const path = await golden('traffic.txt', TRAFFIC.join('\n'));
    const { code, out, err } = await evaluate(at('faq.jsonl'), '--traffic', path, '--json', '--html', at('traffic.html'));
    expect(err).toContain('report written');
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ format: 1, metrics: { rows: 3 } });
    const { traffic } = report;
    expect(traffic).toMatchObject({ utterances: 5, distinct: 4, configured: 0.25, configuredBy: 'server', corpus: at('faq.jsonl') });
    expect(traffic.estimate.value).toBeGreaterThanOrEqual(traffic.estimate.low);
    expect(traffic.estimate.value).toBeLessThanOrEqual(traffic.estimate.high);
    for (const { answer, clarify, no_match } of [traffic.decisions.before, traffic.decisions.after])
      expect(answer + clarify + no_match).toBe(5);
    expect(traffic.advised).toBeNull();
    const page = await readFile(at('traffic.html'), 'utf8');
    expect(page).toContain('<h2>Traffic</h2>');
    expect(page).toContain('Saerens');
    expect(page).not.toContain('<b>is</b>');
  });

  test('needs no labelled utterances, and takes the share that the corpus itself names as configured', async () => {
    await mkdir(at('own-share'));
    await copyFile(at('faq.jsonl'), at('own-share/faq.jsonl'));
    await golden('own-share/settings.yaml', 'settings: {out_of_scope_share: 0.9}\n');
    const path = await golden('traffic.txt', TRAFFIC.join('\n'));
    const { code, out } = await evaluate(at('own-share'), '--traffic', path, '--html', at('traffic.html'));
    expect(code).toBe(0);
    expect(out).toMatch(/^Traffic: 5 utterances, 4 of them different\./mu);
    expect(out).toMatch(/^in force \(corpus\) +90\.0 %/mu);
    expect(out).toMatch(/out_of_scope_share: 0\.\d|^Leave 0\.9 /mu);
    expect(await readFile(at('traffic.html'), 'utf8')).toContain('<title>Traffic of');
  });

  test('refuses a file that is not there or holds no utterance, and says so', async () => {
    expect(await evaluate(at('faq.jsonl'), '--traffic', at('nowhere.txt'))).toMatchObject({ code: 4 });
    const blank = await evaluate(at('faq.jsonl'), '--traffic', await golden('blank.txt', ' \n\n'));
    expect(blank).toMatchObject({ code: 3, err: expect.stringContaining('Expected utterances') });
  });
});

test('a faulty golden file beside the corpus is in the way of what it measures, and of nothing else', async () => {
  await mkdir(at('beside'), { recursive: true });
  await copyFile(at('faq.jsonl'), at('beside/faq.jsonl'));
  await golden('beside/golden.yaml', '- {utterance: where is the parcel}\n');
  expect((await evaluate(at('beside'))).code).toBe(3);
  expect((await evaluate(at('beside'), '--golden', at('golden.yaml'))).code).toBe(0);
  expect((await evaluate(at('beside'), '--cross-validate')).code).toBe(0);
});

test('--golden takes every golden file of a folder, and refuses a folder without one', async () => {
  await mkdir(at('sets/more'), { recursive: true });
  await golden('sets/golden.yaml', '- {utterance: where is the parcel, intent: parcel}\n');
  await golden('sets/more/golden.csv', 'utterance,intent\nmy cash,refund\nsing a song,\n');
  await golden('sets/a-faq.jsonl', '{"text": "not a label", "intent": "refund"}\n');
  const { code, out } = await evaluate(at('faq.jsonl'), '--golden', at('sets'), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out).metrics).toMatchObject({ rows: 3, outOfScope: { rows: 1 } });
  await mkdir(at('bare'));
  await golden('bare/labels.jsonl', '{"utterance": "my cash", "intent": "refund", "locale": "en"}\n');
  const bare = await evaluate(at('faq.jsonl'), '--golden', at('bare'));
  expect(bare).toMatchObject({
    code: 3,
    out: '',
    err: expect.stringContaining('Expected golden files, such as golden.yaml, in the folder'),
  });
  const labels = await evaluate(at('faq.jsonl'), '--golden', at('bare/labels.jsonl'));
  expect(labels).toMatchObject({ code: 0, err: expect.stringContaining('warning: labels.jsonl:1: locale: ') });
});

describe('a pipeline', () => {
  test('fails with 6 after the report where a figure falls short, every one of them named', async () => {
    const passed = await evaluate(at('faq.jsonl'), '--fail-under', 'intentAccuracy=0.1', '--fail-under', 'ece=1');
    expect(passed.code).toBe(0);
    const { code, out, err } = await evaluate(
      at('faq.jsonl'),
      '--json',
      '--fail-under',
      'ece=0',
      '--fail-under',
      'auroc=0',
      '--fail-under',
      'brier=0',
    );
    expect(code).toBe(6);
    expect(JSON.parse(out).metrics.rows).toBe(3);
    expect(err).toMatch(/falls short: ece is 0\.\d+, over 0; brier is 0\.\d+, over 0\.$/mu);
    // No row is out of scope.
    const rows = await golden('inside.yaml', '- {utterance: where is the parcel, intent: parcel}\n');
    const untold = await evaluate(at('faq.jsonl'), '--golden', rows, '--fail-under', 'refused=0');
    expect(untold).toMatchObject({
      code: 6,
      err: expect.stringContaining('refused cannot be told of these utterances (no utterance is out of scope)'),
    });
  });

  test('fails where an asked precision is not guaranteed', async () => {
    const { code, out, err } = await evaluate(at('faq.jsonl'), '--min-precision', '0.9', '--require-precision');
    expect(out).toMatch(/^Asked: 90 %/mu);
    expect(err).toMatch(/the asked precision of 90 % (?:is not guaranteed|was missed)/u);
    expect(code).toBe(6);
    const strange = [['--require-precision'], ['--require-precision', '--min-precision', '0.9', '--cross-validate']];
    for (const flags of strange) expect((await evaluate(at('faq.jsonl'), ...flags)).code).toBe(3);
  });

  test.each([
    ['acuracy=0.9', /Did you mean accuracy\? There are accuracy, intentAccuracy, /u],
    ['accuracy=90', /number from 0 to 1/u],
    ['accuracy', /number from 0 to 1/u],
    ['toString=1', /is no figure/u],
  ])('is refused %s before anything is measured', async (demand, message) => {
    const { code, out, err } = await evaluate(at('missing.yaml'), '--fail-under', demand);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});

test('--json is one line, --html one file, and a saved report is compared with', async () => {
  const { code, out } = await evaluate(at('faq.jsonl'), '--json', '--html', at('report.html'), '--learning-curve');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ format: 1, metrics: { rows: 3 }, source: { kind: 'golden' }, settings: { outOfScopeShare: 0.25 } });
  expect(report.learning.map(({ questionsPerIntent }: { questionsPerIntent: number }) => questionsPerIntent)).toEqual([1, 2, 3, null]);
  expect(await readFile(at('report.html'), 'utf8')).toContain('<svg');
  await writeFile(at('before.json'), out);
  const again = await evaluate(at('faq.jsonl'), '--baseline', at('before.json'));
  expect(again.code).toBe(0);
  expect(again.out).toContain('3 utterances that both measured');
  expect(again.out).toContain('0 fixed, 0 broken');
});

test('--min-precision says what is asked and what is reached, by folds too', async () => {
  const { code, out } = await evaluate(at('faq.jsonl'), '--min-precision', '0.9');
  expect(code).toBe(0);
  expect(out).toMatch(/^Asked: 90 % of answers right\./mu);
  const folds = await evaluate(at('faq.jsonl'), '--cross-validate', '--folds', '2', '--min-precision', '0.5', '--json');
  // Each fold's build has a threshold of its own.
  expect(JSON.parse(folds.out).askedPrecision).toMatchObject({ asked: 0.5, threshold: null, reachable: null });
  const wrong = await evaluate(at('faq.jsonl'), '--min-precision', '90');
  expect(wrong.code).toBe(2);
});

test('cross-validation measures every question once, the same on every run', async () => {
  const run = () => evaluate(at('faq.jsonl'), '--cross-validate', '--folds', '2', '--json');
  const [first, second] = [await run(), await run()];
  expect(first.code).toBe(0);
  expect(first.out).toBe(second.out);
  const report = JSON.parse(first.out);
  expect(report.rows).toHaveLength(12);
  expect(report.source).toMatchObject({ kind: 'cross_validation', folds: 2, seed: 1, unseenIntents: false });
  // Of the builds that were measured none is the corpus's version.
  expect(report.version).toBe('');
});

test('other settings are measured and compared with', async () => {
  const { code, out, err } = await evaluate(at('faq.jsonl'), '--against-with', 'outOfScopeShare=0.6', '--json');
  expect(code).toBe(0);
  const { comparison } = JSON.parse(out);
  expect(comparison.rows).toBe(3);
  expect(comparison.before).toContain('outOfScopeShare=0.6');
  expect(err).not.toContain('both runs');
});

test('a setting that the corpus says for itself cannot be compared, which is said', async () => {
  await mkdir(at('own'));
  const entries = Object.entries(ENTRIES).map(([id, questions]) => ({ id, questions, answer: id }));
  await writeFile(at('own/faq.json'), JSON.stringify({ settings: { out_of_scope_share: 0.3 }, entries }));
  await copyFile(at('golden.yaml'), at('own/golden.yaml'));
  const { code, err } = await evaluate(at('own'), '--against-with', 'outOfScopeShare=0.6');
  expect(code).toBe(0);
  expect(err).toContain('both runs measured the same version with the same settings');
});

test('a corpus from before an intent was added is compared with, and other faults name the corpus', async () => {
  await mkdir(at('new'));
  await copyFile(at('faq.jsonl'), at('new/faq.jsonl'));
  await golden('new/more.jsonl', '{"text": "do you sell gift cards", "intent": "gift"}\n{"text": "buy a voucher", "intent": "gift"}\n');
  await golden('new/golden.yaml', '- {utterance: gift card please, intent: gift}\n- {utterance: where is the parcel, intent: parcel}\n');
  const { code, out, err } = await evaluate(at('new'), '--against', at('faq.jsonl'), '--json');
  expect(code).toBe(0);
  expect(err).toContain(`note: "${at('faq.jsonl')}" lacks the intents of 1 golden row; they count as wrong there.`);
  expect(JSON.parse(out).comparison.rows).toBe(2);
  const rows = await golden('odd-rows.yaml', '- {utterance: reset login, intent: refund}\n- {utterance: vouchers, intent: gift}\n');
  const refused = await evaluate(at('new'), '--against', at('faq.jsonl'), '--golden', rows);
  expect(refused.code).toBe(3);
  expect(refused.err).toContain(`One golden row does not fit the corpus "${at('faq.jsonl')}"`);
});

test('a retrieval set is measured by its queries', async () => {
  const { code, out } = await evaluate(at('retrieval'), '--json');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report.source.kind).toBe('retrieval');
  expect(report.rows).toHaveLength(2);
  expect(report.figures.ndcgAt10.value).toBeGreaterThan(0.5);
});

describe('refuses, with exit code 3 and nothing on standard output,', () => {
  test.each([
    [
      'an intent that the corpus lacks',
      '- {utterance: hello, intent: refund}\n- {utterance: hi, intent: refunds}\n',
      /:2: intent: .*\[unknown_intent\]/u,
    ],
    [
      'rows that contradict one another',
      '- {utterance: money, intent: refund}\n- {utterance: Money?, intent: parcel}\n',
      /:2: .*\[contradicting_rows\]/u,
    ],
    ['a row that contradicts the corpus', '- {utterance: reset login, intent: refund}\n', /:1: .*\[contradicts_question\]/u],
    ['an empty file', '', /No golden rows/u],
    ['a file that is no golden file', '- just text\n', /\[wrong_type\]/u],
  ])('%s', async (_, text, message) => {
    const { code, out, err } = await evaluate(at('faq.jsonl'), '--golden', await golden('bad.yaml', text));
    expect(err).toMatch(message);
    expect([code, out]).toEqual([3, '']);
  });

  test.each([
    ['a baseline that is no report', () => ['--baseline', at('faq.jsonl')]],
    ['a setting that there is not', () => ['--against-with', 'outOfScopeShar=1']],
    ['two kinds of rows', () => ['--cross-validate', '--golden', at('golden.yaml')]],
    ['a page that is a folder', () => ['--html', at('.')]],
  ])('%s', async (_, args) => {
    const { code, out } = await evaluate(at('faq.jsonl'), ...args());
    expect([code, out]).toEqual([3, '']);
  });

  test('a page that cannot be written, before the corpus is so much as read', async () => {
    const { code, err } = await evaluate(at('missing.yaml'), '--html', at('nowhere/report.html'));
    expect(err).toContain('name a file in a folder that exists');
    expect(code).toBe(3);
  });
});

test('--lenient measures all the same and warns', async () => {
  const rows = await golden('odd.yaml', '- {utterance: reset login, intent: refund}\n- {utterance: refund now, intent: refund}\n');
  const { code, err } = await evaluate(at('faq.jsonl'), '--golden', rows, '--lenient');
  expect(code).toBe(0);
  expect(err).toMatch(/warning: .*\[contradicts_question\]/u);
});

test('a corpus or report that is not there is not found', async () => {
  expect((await evaluate(at('missing.yaml'))).code).toBe(4);
  expect((await evaluate(at('faq.jsonl'), '--baseline', at('missing.json'))).code).toBe(4);
});
