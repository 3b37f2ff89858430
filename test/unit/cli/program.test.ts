import { describe, expect, test } from 'vitest';
import { COMMAND_NAMES, runProgram } from '../../../src/cli/program.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';

async function run(...args: readonly string[]) {
  const terminal = fakeTerminal();
  const code = await runProgram(args, terminal);
  return { code, out: terminal.written.join('\n'), err: terminal.complaints.join('\n') };
}

describe.each(COMMAND_NAMES)('faqmatch %s --help', (name) => {
  test('shows usage, --json and an example', async () => {
    const { code, out, err } = await run(name, '--help');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(`Usage: faqmatch ${name}`);
    expect(out).toContain('--json');
    expect(out).toMatch(new RegExp(`Example:\\n {2}.*faqmatch ${name}`, 'u'));
  });
});

test('the overview names every command and the exit codes', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const name of COMMAND_NAMES) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'mu'));
  expect(out).toContain('6 refused');
});

test('the version is that of the package', async () => {
  expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+/u);
});

test.each([
  [[], 'Usage: faqmatch'],
  [['matc'], "unknown command 'matc'"],
  [['match'], "missing required argument 'corpus'"],
  [['match', 'shop', 'hi', '--top-k', '1.5'], 'A whole number from 0 to 4294967295 was expected'],
  [['match', 'shop', 'hi', '--min-confidence', 'x'], 'A number from 0 to 1 was expected'],
  [['match', 'shop', 'hi', '--nonsense'], "unknown option '--nonsense'"],
  [['match', 'shop', 'hi', '--file', 'x.txt'], 'not both'],
  [['lookup', 'shop', 'a', '--intent', 'b'], 'not both'],
  [['lookup', 'shop', 'a', '--locale', 'de'], 'an entry has its own'],
  [['reload', 'shop', 'a', '--inline', 'b'], 'not both'],
  [['bench', 'shop', '--callers', '0'], 'Whole numbers above 0'],
  [['bench', 'shop', '--seconds', '0'], 'A number of seconds above 0'],
  [['bench', 'shop', '--seconds', 'Infinity'], 'A number of seconds above 0'],
])('%j is wrong usage', async (args, said) => {
  const { code, out, err } = await run(...args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(said);
});

test('refused settings are wrong usage, all of them named', async () => {
  const { code, err } = await run('match', 'shop', 'hi', '--address', 'nowhere', '--config', '/nonexistent.yaml');
  expect(code).toBe(2);
  expect(err).toContain('--address');
  expect(err).toContain('/nonexistent.yaml');
});

test('a server that is not there is unavailable, at once and with a next step', async () => {
  const started = performance.now();
  const { code, out, err } = await run('match', 'shop', 'hi', '--address', '127.0.0.1:1');
  expect(code).toBe(5);
  expect(out).toBe('');
  expect(err).toContain('No connection to 127.0.0.1:1');
  expect(err).toContain('npm start');
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a file that is not there is not found', async () => {
  expect((await run('match', 'shop', '--file', '/nonexistent.txt', '--address', '127.0.0.1:1')).code).toBe(4);
  expect((await run('encode', '/nonexistent.txt')).code).toBe(4);
});
