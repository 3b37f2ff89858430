import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { checkModel } from '../../../src/cli/doctor-model.ts';
import { checkRemoteEncoder } from '../../../src/cli/doctor-remote.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { Encoder } from '../../../src/encoder/encoder.ts';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createEncoder } from '../../../src/encoder/onnx-encoder.ts';
import { openEncoder } from '../../../src/wiring/open-encoder.ts';
import { remoteSettingsOf } from '../../../src/wiring/open-remote-encoder.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';
import { tinyModel } from '../../support/model-fixtures.ts';
import { REMOTE_KINDS, remoteSettings } from '../../support/remote-encoders.ts';

const MEAN = tinyModel('tiny-mean');
let encoder: Encoder;
beforeAll(async () => {
  encoder = await createEncoder({ model: await readModelFolder(MEAN), workers: 1 });
});
afterAll(() => encoder.close());

function configFor({ url }: Pick<EmbeddingServer, 'url'>, environment: Readonly<Record<string, string>> = {}) {
  const FAQMATCH_ENCODER_MODEL = 'tiny-mean';
  return loadConfig({ environment: { FAQMATCH_MODEL: MEAN, FAQMATCH_ENCODER_URL: url, FAQMATCH_ENCODER_MODEL, ...environment } }).config;
}

/** What is found of model and remote; how the tiny model fits corpora of English is another test's. */
async function findings(config: Config) {
  return (await checkModel(config, fakeTerminal())).filter(({ name }) => !name.startsWith('fit:'));
}

it.each(REMOTE_KINDS)('doctor says that a remote encoder over %s gives the vectors of the folder', async (kind) => {
  await using server = await startEmbeddingServer(kind, encoder);
  const found = await findings(configFor(server));
  expect(found.map(({ name, state }) => [name, state])).toEqual([
    ['model', 'ok'],
    ['remote encoder', 'ok'],
    ['parity', 'ok'],
  ]);
  expect(found[1]?.detail).toMatch(
    new RegExp(`^tiny-mean at ${kind.replace('+', '\\+')}://127\\.0\\.0\\.1:\\d+, 32 dimensions, \\d+ ms`, 'u'),
  );
  expect(found[2]?.detail).toMatch(/^least cosine 1\.0000 to the model folder over 8 texts$/u);
});

it('doctor warns that nothing is compared where there is no folder', async () => {
  await using server = await startEmbeddingServer('tei+http', encoder);
  const found = await findings(configFor(server, { FAQMATCH_MODEL: 'remote' }));
  expect(found.map(({ name, state }) => [name, state])).toEqual([
    ['remote encoder', 'ok'],
    ['parity', 'warn'],
  ]);
});

it('doctor says why a remote encoder cannot be used, and what to do', async () => {
  const server = await startEmbeddingServer('tei+http', encoder);
  server.key = 'right';
  const locked = await findings(configFor(server, { FAQMATCH_ENCODER_API_KEY: 'wrong' }));
  expect(locked[1]).toMatchObject({ state: 'fail', detail: expect.stringContaining('HTTP 401'), next: 'Set FAQMATCH_ENCODER_API_KEY.' });
  expect(JSON.stringify(locked)).not.toContain('wrong');
  server.key = undefined;
  server.misdeed = () => ({ how: 'status', status: 500, body: 'CUDA out of memory' });
  const failing = await findings(configFor(server));
  expect(failing[1]).toMatchObject({ state: 'fail', detail: expect.stringContaining('CUDA out of memory') });
  await server[Symbol.asyncDispose]();
  const started = performance.now();
  for (const environment of [{}, { FAQMATCH_MODEL: 'remote' }]) {
    const away = await findings(configFor(server, environment));
    expect(away.at(-1)).toMatchObject({ name: 'remote encoder', state: 'fail', next: expect.stringContaining('Start the server') });
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});

it('doctor warns where a key would travel in the clear', async () => {
  await using server = await startEmbeddingServer('tei+http', encoder);
  const settings = remoteSettings(server, { apiKey: 'key' });
  expect(await checkRemoteEncoder(settings, undefined)).toMatchObject([{ state: 'ok' }, {}]);
  // The same server under a name that is not loopback's.
  const address = { ...settings.address, shown: 'tei+http://gpu.internal:80' };
  expect(await checkRemoteEncoder({ ...settings, address }, undefined)).toMatchObject([
    { state: 'warn', detail: expect.stringContaining('in the clear') },
    {},
  ]);
});

test('settings that do not go together are refused in words', () => {
  const of = (environment: Readonly<Record<string, string>>) => () => remoteSettingsOf(loadConfig({ environment }).config);
  expect(of({})()).toBeUndefined();
  expect(of({ FAQMATCH_MODEL: 'remote' })).toThrow(/Set FAQMATCH_ENCODER_URL/u);
  expect(of({ FAQMATCH_ENCODER_URL: 'openai+http://localhost:8000' })).toThrow(/Set FAQMATCH_ENCODER_MODEL/u);
});

test('commands other than serve do not wait for a remote that is away', async () => {
  const server = await startEmbeddingServer('tei+http', encoder);
  await server[Symbol.asyncDispose]();
  const opening = openEncoder(configFor(server), { onProblem: () => undefined });
  await expect(opening).rejects.toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNREACHABLE' });
});
