import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ConfigSources } from '../../../src/config/load-config.ts';
import { BAD_SETTINGS, loadConfig } from '../../../src/config/load-config.ts';
import { printableConfig, REDACTED } from '../../../src/config/print-config.ts';
import { SETTING_NAMES } from '../../../src/config/schema.ts';
import { environmentName, factsOf, flagName } from '../../../src/config/setting-names.ts';
import { FaqError } from '../../../src/errors.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../../src/matching/contract.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function configFile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'faqmatch-config-'));
  folders.push(folder);
  const path = join(folder, 'faqmatch.yaml');
  writeFileSync(path, source);
  return path;
}

function refused(sources: ConfigSources): FaqError {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof FaqError) return error;
  }
  throw new Error('a FaqError was expected');
}

test('without any layer the defaults stand', () => {
  const { config, origins, warnings } = loadConfig({ environment: {} });
  expect(config).toMatchObject({ grpcAddress: '127.0.0.1:50051', httpAddress: '127.0.0.1:8080', dataDir: './data', keptVersions: 5 });
  expect(origins.get('dataDir')).toBe('default');
  expect(warnings).toEqual([]);
  expect(Object.isFrozen(config)).toBe(true);
});

test('each layer goes over the one before: defaults < file < environment < flags', () => {
  const path = configFile('dataDir: from-file\nmodel: from-file\nmaxQueue: 7\n');
  const environment = { FAQMATCH_CONFIG: path, FAQMATCH_MODEL: 'from-environment', FAQMATCH_MAX_QUEUE: '8' };
  const { config, origins } = loadConfig({ environment, flags: { maxQueue: '9' } });
  expect(config).toMatchObject({ dataDir: 'from-file', model: 'from-environment', maxQueue: 9, corpusRoot: './faq-data' });
  expect(origins.get('dataDir')).toBe(`${path}:1`);
  expect(origins.get('model')).toBe('environment variable FAQMATCH_MODEL');
  expect(origins.get('maxQueue')).toBe('flag --max-queue');
});

test('zero, false and text that spells a value are values', () => {
  const { config } = loadConfig({ environment: { FAQMATCH_DRAIN_MS: '0', FAQMATCH_OFFLINE: 'no', FAQMATCH_ANSWER_CONFIDENCE: '0' } });
  expect(config).toMatchObject({ drainMs: 0, offline: false, answerConfidence: 0 });
});

test('a flag names the config file before the variable does', () => {
  const [named, meant] = [configFile('model: of-the-flag\n'), configFile('model: of-the-variable\n')];
  expect(loadConfig({ configFile: named, environment: { FAQMATCH_CONFIG: meant } }).config.model).toBe('of-the-flag');
});

test('blanks are no number', () => {
  expect(
    refused({ flags: { drainMs: '' }, environment: { FAQMATCH_MAX_QUEUE: ' ' } })
      .faults.map(({ field }) => field)
      .toSorted(),
  ).toEqual(['drainMs', 'maxQueue']);
});

test('an empty variable counts as unset', () => {
  expect(loadConfig({ environment: { FAQMATCH_MODEL: '' } }).config.model).toBe('faqmatch-minilm-l6');
});

test('all faults of all layers come together, each with its origin', () => {
  const path = configFile('dataDri: x\nmaxTopK: many\n');
  const error = refused({
    configFile: path,
    environment: { FAQMATCH_DRAIN_MS: '-1', FAQMATCH_GRPC_ADDRESS: 'nowhere' },
    flags: { device: 'gpu' },
  });
  expect(error).toMatchObject({ code: 'invalid_argument', reason: BAD_SETTINGS });
  expect(error.faults.map(({ file, line, field, code }) => [file, line, field, code])).toEqual([
    [path, 1, 'dataDri', 'unknown_setting'],
    ['FAQMATCH_GRPC_ADDRESS', 0, 'grpcAddress', 'bad_value'],
    ['FAQMATCH_DRAIN_MS', 0, 'drainMs', 'bad_value'],
    ['--device', 0, 'device', 'bad_value'],
    [path, 2, 'maxTopK', 'bad_value'],
  ]);
  expect(error.message).toContain('did you mean "dataDir"?');
  expect(error.message).toContain(`${path}:2: maxTopK: expected a whole number from 1 to 1000; got "many"`);
});

test.each([
  ['a: [', 'syntax_error', 1],
  ['- a list', 'wrong_type', 1],
  ['model: a\nmodel: b\n', 'syntax_error', 2],
])('a config file like %j is refused with %s at line %i', (source, code, line) => {
  expect(refused({ configFile: configFile(source), environment: {} }).faults).toMatchObject([{ code, line }]);
});

test('an empty config file is fine and a missing one is not', () => {
  expect(loadConfig({ configFile: configFile('# nothing yet\n'), environment: {} }).config.model).toBe('faqmatch-minilm-l6');
  expect(refused({ configFile: '/nonexistent/faqmatch.yaml', environment: {} }).faults[0]).toMatchObject({ code: 'unreadable_file' });
});

test('a device that is none is refused with those there are', () => {
  expect(refused({ environment: { FAQMATCH_BULK_DEVICE: 'gpu' } }).message).toContain('expected cpu, cuda, webgpu or auto; got "gpu"');
});

test.each(['127.0.0.1:50051', '[::1]:50051', 'localhost:0', 'faq.internal:65535'])('%s is an address', (address) => {
  expect(loadConfig({ environment: { FAQMATCH_GRPC_ADDRESS: address } }).config.grpcAddress).toBe(address);
});

test.each(['50051', ':50051', '::1:50051', 'host:65536', 'host:', 'http://host:1', 'host:-1', 'ho st:1'])('%s is no address', (address) => {
  expect(refused({ environment: { FAQMATCH_GRPC_ADDRESS: address } }).faults).toHaveLength(1);
});

test.each(['0', '1', '1.5', 'NaN', 'Infinity', 'half'])('an out-of-scope share of %s is refused', (share) => {
  expect(refused({ environment: { FAQMATCH_OUT_OF_SCOPE_SHARE: share } }).faults).toHaveLength(1);
});

test('secrets are redacted when printed and never shown in faults', () => {
  const { config } = loadConfig({ environment: { QDRANT_API_KEY: 'hunter2', QDRANT_URL: 'http://localhost:6333' } });
  expect(printableConfig(config)).toMatchObject({ qdrantApiKey: REDACTED, qdrantUrl: ['http://localhost:6333'] });
  expect(JSON.stringify(printableConfig(config))).not.toContain('hunter2');
  expect(refused({ flags: { qdrantApiKey: 12_345 }, environment: {} }).message).not.toContain('12345');
});

test('what a value says of user and password is not printed, wherever a URL may stand', () => {
  const { config } = loadConfig({ environment: { FAQMATCH_MODEL: 'https://me:s3cret@models/mini' } });
  const printed = printableConfig({ ...config, qdrantUrl: ['https://one', 'https://me:s3cret@two'] });
  expect(printed).toMatchObject({ model: `https://${REDACTED}@models/mini`, qdrantUrl: ['https://one', `https://${REDACTED}@two`] });
});

test('a URL with user and password is refused, since nothing would send them, and they are not printed', () => {
  expect(loadConfig({ environment: { QDRANT_URL: 'https://b.example/a@b' } }).config.qdrantUrl).toEqual(['https://b.example/a@b']);
  const urls = [
    { QDRANT_URL: 'https://admin:s3cret@qdrant:6333,https://b.example' },
    { QDRANT_URL: 'ftp://admin:s3cret@qdrant' },
    { FAQMATCH_ENCODER_URL: 'tei+http://me:s3cret@tei:80' },
  ];
  for (const environment of urls) {
    const { message } = refused({ environment });
    expect(message).toContain(REDACTED);
    expect(message).not.toContain('s3cret');
  }
});

test.each(['sk-S3CRET\n123', 'sk-S3CRÉT', 'sk S3CRET'])('a key that no header carries is refused and not shown', (key) => {
  for (const name of ['QDRANT_API_KEY', 'FAQMATCH_ENCODER_API_KEY']) {
    const { message } = refused({ environment: { [name]: key } });
    expect(message).toContain(`${name}: `);
    expect(message).toContain('sent in a header');
    expect(message).not.toMatch(/S3CR/u);
  }
});

test('misspelt variables are named beside what is refused, and settings that contradict one another are warned of', () => {
  expect(refused({ environment: { FAQMATCH_DRAINMS: '5', FAQMATCH_DRAIN_MS: 'x' } }).message).toContain('did you mean FAQMATCH_DRAIN_MS?');
  const { warnings } = loadConfig({ environment: { FAQMATCH_ANSWER_CONFIDENCE: '0.2', FAQMATCH_CLARIFY_CONFIDENCE: '0.9' } });
  expect(warnings).toEqual([expect.stringContaining('clarifyConfidence 0.9 is above answerConfidence 0.2')]);
  const equal = { FAQMATCH_ANSWER_CONFIDENCE: '0.5', FAQMATCH_CLARIFY_CONFIDENCE: '0.5' };
  expect(loadConfig({ environment: equal }).warnings).toEqual([]);
});

test('a config file may list the nodes of Qdrant, and what is no list of them is refused in words', () => {
  const nodes = configFile('qdrantUrl:\n  - http://one:6333\n  - https://two\n');
  expect(loadConfig({ configFile: nodes, environment: {} }).config.qdrantUrl).toEqual(['http://one:6333', 'https://two']);
  const messageOf = (source: string) => refused({ configFile: configFile(source), environment: {} }).message;
  for (const bad of ['{ one: two }', '[1]', '[]', '5'])
    expect(messageOf(`qdrantUrl: ${bad}`)).toContain('qdrantUrl: expected http:// or https:// addresses without user and password');
  for (const name of ['model', 'device', 'offline', 'encoderWorkers', 'grpcAddress'])
    expect(messageOf(`${name}: [{ a: b }]`)).toMatch(/expected (?!.*(?:Invalid|YAML)).*; got \[\{"a":"b"\}\]/u);
  expect(messageOf('model: *nowhere')).toContain('not valid YAML');
});

test('QDRANT_URL names one node or several', () => {
  const urls = (value: string) => loadConfig({ environment: { QDRANT_URL: value } }).config.qdrantUrl;
  expect(urls('http://a:6333, https://b.example')).toEqual(['http://a:6333', 'https://b.example']);
  for (const bad of ['localhost:6333', 'http://a:6333,', 'ftp://a']) {
    expect(refused({ environment: { QDRANT_URL: bad } }).message).toContain('http:// or https://');
  }
});

test('a variable that looks like ours and is not gives a warning with a guess', () => {
  const { warnings } = loadConfig({ environment: { FAQMATCH_DATADIR: 'x', FAQMATCH_ZZZZZZZZZZ: 'x' } });
  const separated = refused({ configFile: configFile('q-d-r-a-n-t-u-r-l: http://one\n'), environment: {} });
  expect(separated.message).toContain('did you mean "qdrantUrl"?');
  expect(warnings[0]).toContain('did you mean FAQMATCH_DATA_DIR?');
  expect(warnings[1]).not.toContain('did you mean');
});

test('the defaults of matching are the ones that were measured', () => {
  const { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt } = DEFAULT_MATCH_SETTINGS;
  const measured = { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt };
  expect(loadConfig({ environment: {} }).config).toMatchObject(measured);
});

test('every setting has a description and names of its own', () => {
  for (const name of SETTING_NAMES) expect(factsOf(name).description, name).toMatch(/^[A-Z].*\.$/u);
  expect(new Set(SETTING_NAMES.map(environmentName)).size).toBe(SETTING_NAMES.length);
  expect(environmentName('dataDir')).toBe('FAQMATCH_DATA_DIR');
  expect(environmentName('qdrantUrl')).toBe('QDRANT_URL');
  expect(flagName('maxTopK')).toBe('--max-top-k');
});
