/** The built program as a user runs it: child processes, a real server on a free port, the shipped encoder. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../support/server-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const FAQ = `entries:
  - id: track-order
    intent: track_order
    questions: [Where is my order?, track my parcel, has my package been sent, when will my delivery arrive, follow my shipment]
    answer: Open Orders and select Track.
    locale: en
    tags: [orders]
  - id: cancel-order
    intent: cancel_order
    questions: [Cancel my order, I want to stop my purchase, call off an order, please do not send it, undo what I bought]
    answer: Open Orders and select Cancel.
    locale: en
    tags: [orders]
  - id: reset-password
    intent: reset_password
    questions: [I forgot my password, cannot log in, reset my password, new password please, my sign-in does not work]
    answer: Select "Forgot password" on the sign-in page.
    locale: en
    tags: [account]
counter_examples: [what is the weather, tell me a joke, who won the match, book a flight, play some music]
`;
const GOLDEN = `- {utterance: "where did my parcel go", intent: track_order}
- {utterance: "i cant remember my password", intent: reset_password}
- {utterance: "how tall is that mountain", intent: null}
`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder = '';
let address = '';
let server: ReturnType<typeof spawn> | undefined;
let serverEnded: Promise<number | null> = Promise.resolve(null);

function environment(): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FAQMATCH_')));
  return {
    ...inherited,
    FAQMATCH_DATA_DIR: join(folder, 'data'),
    FAQMATCH_CORPUS_ROOT: join(folder, 'faq'),
    FAQMATCH_ENCODER_WORKERS: '1',
  };
}

async function faqmatch(args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...environment(), FAQMATCH_ADDRESS: address }, cwd: folder });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

function jsonLines(out: string): readonly ReturnType<typeof JSON.parse>[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function startServer(): Promise<string> {
  const flags = ['--grpc-address', '127.0.0.1:0', '--http-address', '127.0.0.1:0', '--log-level', 'warn'];
  const child = spawn(process.execPath, [MAIN, 'serve', '--json', ...flags], {
    env: environment(),
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  serverEnded = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  return JSON.parse(line).grpcAddress;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faqmatch-cli-'));
  mkdirSync(join(folder, 'faq', 'mini'), { recursive: true });
  writeFileSync(join(folder, 'faq', 'mini', 'faq.yaml'), FAQ);
  writeFileSync(join(folder, 'faq', 'mini', 'golden.yaml'), GOLDEN);
  address = await startServer();
});

afterAll(async () => {
  server?.kill('SIGTERM');
  await serverEnded;
  rmSync(folder, { recursive: true, force: true });
});

test('before the first reload a match is refused with what to do', async () => {
  const { code, out, err } = await faqmatch(['match', 'mini', 'hello']);
  expect([4, 5, 6]).toContain(code);
  expect(out).toBe('');
  expect(err).toContain('faqmatch:');
});

test('a reload says what it did; the second one encodes nothing', async () => {
  const first = await faqmatch(['reload', 'mini', '--json']);
  expect(first.code).toBe(0);
  const result = jsonLines(first.out).at(-1).result;
  expect(result).toMatchObject({ entries: 3, questions: 15, intents: 3, encoded: 20, reused: 0, activated: true, unchanged: false });
  const second = jsonLines((await faqmatch(['reload', 'mini', '--json'])).out).at(-1).result;
  expect(second).toMatchObject({ version: result.version, encoded: 0, reused: 20, unchanged: true });
});

test('a match answers for people and for programs', async () => {
  const shown = await faqmatch(['match', 'mini', 'Where is my order?']);
  expect(shown.code).toBe(0);
  expect(shown.out).toContain('ANSWER  track_order');
  expect(shown.out).toContain('Open Orders and select Track.');
  // Not a terminal: no colours.
  expect(shown.out.includes('\u001b')).toBe(false);
  const { code, out, err } = await faqmatch(['match', 'mini', 'Where is my order?', '--json', '--explain']);
  expect(code).toBe(0);
  expect(err).toBe('');
  const [response] = jsonLines(out);
  expect(response).toMatchObject({ decision: 'DECISION_ANSWER', truncated: false, explanation: { rule: 'exact_question' } });
  expect(response.candidates[0]).toMatchObject({ intent: 'track_order', entryId: 'track-order' });
});

test('a file is matched in its order, blank lines skipped, and refused lines do not stop the rest', async () => {
  const { code, out, err } = await faqmatch(
    ['match', 'mini', '--file', '-', '--json'],
    `cancel my order\n\n${'x'.repeat(3000)}\nreset my password\n`,
  );
  expect(code).toBe(3);
  expect(jsonLines(out).map((line) => [line.requestId, line.response?.candidates[0].intent ?? line.error.code])).toEqual([
    ['1', 'cancel_order'],
    // google.rpc.Status has the number.
    ['3', 3],
    ['4', 'reset_password'],
  ]);
  expect(jsonLines(out).map(({ utterance }) => utterance)).toEqual(['cancel my order', 'x'.repeat(3000), 'reset my password']);
  expect(err).toContain('Some lines were refused');
});

test('serve refuses a data directory that is a file, and a model folder that is not there by the path that was given', async () => {
  const file = join(folder, 'faq', 'mini', 'faq.yaml');
  const asFile = await faqmatch(['serve', '--data-dir', file]);
  expect([asFile.code, asFile.err]).toEqual([6, expect.stringContaining('Expected the data directory to be a folder, came a file.')]);
  const noModel = await faqmatch(['encode', '--model', './models/nope'], 'text');
  expect([noModel.code, noModel.err]).toEqual([4, expect.stringContaining('found none named "./models/nope"')]);
});

test('serve warns of a corpus root that is not there', async () => {
  await using other = await startServerProcess({ environment: { FAQMATCH_CORPUS_ROOT: './nowhere' } });
  expect(other.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('the corpus root is no folder'));
  expect(other.log.find(({ msg }) => String(msg).includes('corpus root'))).toMatchObject({ corpusRoot: './nowhere' });
});

test('entries and answers are looked up', async () => {
  expect((await faqmatch(['lookup', 'mini', 'cancel-order'])).out).toContain('Cancel my order');
  expect((await faqmatch(['lookup', 'mini', '--intent', 'cancel_order'])).out).toBe('Open Orders and select Cancel.\n');
  expect(jsonLines((await faqmatch(['lookup', 'mini', '--json'])).out)[0].entries).toHaveLength(3);
  for (const args of [['nothing'], ['--intent', 'nothing']])
    expect((await faqmatch(['lookup', 'mini', ...args])).err).toContain('"faqmatch lookup mini" lists those there are.');
});

test.each([
  [['match', 'nowhere', 'hello'], 4],
  [['lookup', 'mini', 'nothing'], 4],
  [['activate', 'mini', 'v-0000000000000000'], 4],
  [['match', 'mini', '  '], 3],
  [['match', 'mini', 'hello', '--min-confidence', '2'], 2],
  [['match', 'mini', 'hello', '--top-k', '1000'], 3],
  [['reload', 'mini', '../outside'], 3],
  [['rollback', 'mini'], 6],
  [['match', 'mini', 'hello', '--address', '127.0.0.1:1'], 5],
  [['match'], 2],
] as const)('%j exits with %i, and says why on standard error only', async (args, expected) => {
  const { code, out, err } = await faqmatch(args);
  expect(code).toBe(expected);
  expect(out).toBe('');
  expect(err).not.toBe('');
});

test("a reload of what is not there says where it was looked for, and nothing of the server's own paths", async () => {
  const { code, err } = await faqmatch(['reload', 'nosuch']);
  expect(code).toBe(4);
  expect(err).toContain('came "nosuch", which does not exist under the server\'s corpus root (FAQMATCH_CORPUS_ROOT); check the path.');
  expect(err).not.toContain(folder);
});

test('a faulty file is refused whole, every fault with its line', async () => {
  const path = join(folder, 'faulty.yaml');
  writeFileSync(path, 'entries:\n  - id: a\n  - id: a\n    questions: [x]\n');
  const { code, err } = await faqmatch(['reload', 'mini', '--inline', path]);
  expect(code).toBe(3);
  // By the file's own name, in the first line, too.
  expect(err).toMatch(/^faqmatch: .*faulty\.yaml/u);
  expect(err).toMatch(/^ {2}faulty\.yaml:2: .*\[missing_questions\]/mu);
  expect(err).toMatch(/^ {2}faulty\.yaml:3: .*\[duplicate_id\]/mu);
});

test('a staged version is activated, rolled back and listed', async () => {
  const path = join(folder, 'changed.yaml');
  writeFileSync(path, FAQ.replace('track my parcel', 'locate my parcel'));
  const staged = jsonLines((await faqmatch(['reload', 'mini', '--inline', path, '--stage-only', '--json'])).out).at(-1).result;
  expect(staged).toMatchObject({ activated: false, encoded: 1, removed: 1 });
  const before = jsonLines((await faqmatch(['versions', 'mini', '--json'])).out)[0].versions;
  expect(before.map((one: { active: boolean }) => one.active).sort()).toEqual([false, true]);
  expect((await faqmatch(['activate', 'mini', staged.version])).out).toContain(`${staged.version} is active`);
  const back = jsonLines((await faqmatch(['rollback', 'mini', '--json'])).out)[0];
  expect(back.previousVersion).toBe(staged.version);
  expect((await faqmatch(['versions'])).out).toContain(`mini    ${back.version}`);
});

test('encode prints one unit vector a line without a server', async () => {
  const { code, out } = await faqmatch(['encode', '--data-dir', join(folder, 'elsewhere')], 'hello there\nзаказ 📦\n');
  expect(code).toBe(0);
  const vectors: number[][] = jsonLines(out).map((line) => line.vector);
  expect(vectors).toHaveLength(2);
  for (const vector of vectors) {
    expect(vector).toHaveLength(384);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
});

test('eval measures a corpus without a server, beside a running one', async () => {
  const { code, out } = await faqmatch(['eval', 'mini', '--json']);
  expect(code).toBe(0);
  const [report] = jsonLines(out);
  expect(report.metrics).toMatchObject({ rows: 3, inScope: { rows: 2, intentAccuracy: 1 }, outOfScope: { rows: 1 } });
});

test('bench measures a running server', async () => {
  const { code, out } = await faqmatch(['bench', 'mini', '--callers', '2', '--seconds', '0.3', '--json']);
  expect(code).toBe(0);
  expect(jsonLines(out).map((row) => [row.call, row.callers, row.failures])).toEqual([
    ['empty call', 1, 0],
    ['match', 2, 0],
  ]);
});

test('doctor finds this machine able, beside a running server', async () => {
  const { code, out } = await faqmatch(['doctor', '--json']);
  expect(code).toBe(0);
  const states = new Map(jsonLines(out).map((line) => [line.check, line.state]));
  expect(states.get('model')).toBe('ok');
  expect(states.get('parity')).toBe('ok');
  expect(states.get('data directory')).toBe('warn');
});

test('doctor fails where the model is missing, and says so', async () => {
  const { code, out, err } = await faqmatch(['doctor', '--model', './nothing-here']);
  expect(code).toBe(6);
  expect(out).toContain('fail  model');
  expect(err).toContain('checks failed');
});

test('a second server on the same data directory is refused', async () => {
  const { code, err } = await faqmatch(['serve', '--grpc-address', '127.0.0.1:0', '--http-address', '127.0.0.1:0']);
  expect(code).toBe(6);
  expect(err).toContain('in use');
});

test('a port in use is told although the store is away', { timeout: 60_000 }, async () => {
  const away = ['--index', 'qdrant', '--qdrant-url', 'http://127.0.0.1:9', '--data-dir', join(folder, 'other')];
  const { code, err } = await faqmatch(['serve', '--grpc-address', address, '--http-address', '127.0.0.1:0', ...away]);
  expect(code).toBe(6);
  expect(err).toContain('in use');
});

test('a server that is told to stop while it starts ends with 0, too', async () => {
  const flags = [
    '--grpc-address',
    '127.0.0.1:0',
    '--http-address',
    '127.0.0.1:0',
    '--log-level',
    'debug',
    '--data-dir',
    join(folder, 'brief'),
  ];
  const child = spawn(process.execPath, [MAIN, 'serve', ...flags], {
    env: environment(),
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The settings are logged before anything is opened.
  const lines = createInterface({ input: child.stderr });
  lines.once('line', () => child.kill('SIGTERM'));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
});

// Last: it takes the server away.
test('SIGTERM ends the server with 0, and a restart has everything back without encoding', async () => {
  const version = jsonLines((await faqmatch(['versions', '--json'])).out)[0].corpora[0].activeVersion;
  server?.kill('SIGTERM');
  expect(await serverEnded).toBe(0);
  expect((await faqmatch(['match', 'mini', 'hello'])).code).toBe(5);
  address = await startServer();
  const response = jsonLines((await faqmatch(['match', 'mini', 'cancel my order', '--json'])).out)[0];
  expect(response).toMatchObject({ decision: 'DECISION_ANSWER', versions: { corpus: version } });
});

// After the one above, which leaves a fresh server: npm sends a terminal's Ctrl-C a second time.
test('two SIGINTs in a row, as from Ctrl-C under npm, end the server with 0 as well', async () => {
  server?.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 30));
  server?.kill('SIGINT');
  expect(await serverEnded).toBe(0);
});
