import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Encoder } from '../../../../src/encoder/encoder.ts';
import { type ModelFolder, readModelFolder } from '../../../../src/encoder/model-folder.ts';
import { createEncoder } from '../../../../src/encoder/onnx-encoder.ts';
import { identify } from '../../../../src/encoder/remote/identity.ts';
import { referenceOf } from '../../../../src/encoder/remote/reference.ts';
import type { FaqError } from '../../../../src/errors.ts';
import { startEmbeddingServer } from '../../../support/embedding-server.ts';
import { copyModel, editJson, SHIPPED_MODEL, tinyModel } from '../../../support/model-fixtures.ts';
import { openRemote, REMOTE_KINDS } from '../../../support/remote-encoders.ts';

const folders: string[] = [];
let mean: ModelFolder;
let cls: ModelFolder;
let meanEncoder: Encoder;
let clsEncoder: Encoder;
beforeAll(async () => {
  mean = await readModelFolder(tinyModel('tiny-mean'));
  cls = await readModelFolder(tinyModel('tiny-cls'));
  meanEncoder = await createEncoder({ model: mean, workers: 1 });
  clsEncoder = await createEncoder({ model: cls, workers: 1 });
});
afterAll(() => Promise.all([meanEncoder, clsEncoder].map((encoder) => encoder.close())));
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'faqmatch-remote-'));
  folders.push(folder);
  return folder;
}

const failureOf = (promise: Promise<unknown>): Promise<FaqError> =>
  promise.then(
    () => {
      throw new Error('Expected a refusal.');
    },
    (error: FaqError) => error,
  );

describe.each(REMOTE_KINDS)('a model folder and another model over %s', (kind) => {
  it('do not go together: the start says how far off, on which text, and what to do', async () => {
    await using server = await startEmbeddingServer(kind, clsEncoder);
    const failure = await failureOf(openRemote(server, { model: mean, settings: { model: clsEncoder.info.name } }));
    expect(failure).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_MISMATCH' });
    expect(failure.message).toMatch(
      /tiny-mean \(parity\.json\), cosine 0\.99 at least; got -?0\.\d{4} for text \d+, ".+", and too little for \d of 8 texts/u,
    );
    expect(failure.message).toContain('FAQMATCH_MODEL');
    // A model that may come later is waited for; a wrong one is not.
    const onAway = (): void => expect.unreachable();
    expect((await failureOf(openRemote(server, { model: mean, settings: { model: clsEncoder.info.name }, onAway }))).reason).toBe(
      'REMOTE_MISMATCH',
    );
  });

  it('are found out when they are swapped behind the address, and nothing of the other is kept', async () => {
    await using server = await startEmbeddingServer(kind, meanEncoder);
    const intervals = { wellMs: 50, awayMs: 50 };
    const encoder = await openRemote(server, {
      model: mean,
      settings: { model: meanEncoder.info.name, batchSize: 4, inFlight: 1 },
      intervals,
    });
    try {
      let calls = 0;
      server.misdeed = () => {
        calls += 1;
        if (calls === 3) server.encoder = clsEncoder;
        return undefined;
      };
      const texts = Array.from({ length: 64 }, (_, index) => `question number ${index}`);
      expect(await failureOf(encoder.encodeAll(texts))).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_MISMATCH' });
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toContain('serves another model');
      expect(await failureOf(encoder.encode('refund'))).toMatchObject({ code: 'failed_precondition' });
      server.misdeed = () => undefined;
      server.encoder = meanEncoder;
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toBeUndefined();
      expect(await encoder.encodeAll(texts)).toHaveLength(64 * 32);
    } finally {
      await encoder.close();
    }
  });

  it('are told apart without parity.json too, by running the folder here for a moment', async () => {
    const copy = await copyModel(tinyModel('tiny-mean'));
    folders.push(copy);
    await rm(join(copy, 'parity.json'));
    const model = await readModelFolder(copy);
    await using server = await startEmbeddingServer(kind, meanEncoder);
    const settings = { model: meanEncoder.info.name };
    await (await openRemote(server, { model, settings })).close();
    server.encoder = clsEncoder;
    expect((await failureOf(openRemote(server, { model, settings }))).message).toContain('as it runs here');
  });
});

it('a damaged parity.json is said to be that', async () => {
  const copy = await copyModel(tinyModel('tiny-mean'));
  folders.push(copy);
  await editJson(copy, 'parity.json', (value) => ({ ...value, vectors: [[1, 2]] }));
  await using server = await startEmbeddingServer('tei+http', meanEncoder);
  expect(await failureOf(openRemote(server, { model: await readModelFolder(copy) }))).toMatchObject({
    code: 'data_loss',
    reason: 'MODEL_DAMAGED',
  });
});

it('the name that TEI reports must be the one that was asked for, where one was', async () => {
  await using server = await startEmbeddingServer('tei+http', meanEncoder);
  const failure = await failureOf(openRemote(server, { model: mean, settings: { model: 'org/other' } }));
  expect(failure.message).toContain('Expected org/other (FAQMATCH_ENCODER_MODEL), found tiny-mean');
});

it.each(REMOTE_KINDS.slice(0, 2))('a server over %s that reads less of a text than the folder says is refused', async (kind) => {
  await using server = await startEmbeddingServer(kind, meanEncoder);
  server.info.maxTokens = mean.maxTokens - 1;
  const failure = await failureOf(openRemote(server, { model: mean }));
  expect(failure.message).toContain(`reads ${mean.maxTokens} word pieces of a text, as the model folder says; found ${mean.maxTokens - 1}`);
});

describe('a server that is away at the start', () => {
  it('is an error, unless the folder says what the model is and the caller can wait', async () => {
    const gone = await startEmbeddingServer('tei+http', meanEncoder);
    await gone[Symbol.asyncDispose]();
    expect(await failureOf(openRemote(gone, { model: mean }))).toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNREACHABLE' });
    const away: FaqError[] = [];
    const intervals = { wellMs: 50, awayMs: 50 };
    const encoder = await openRemote(gone, { model: mean, onAway: (error) => void away.push(error), intervals });
    try {
      expect(away).toMatchObject([{ code: 'unavailable' }]);
      expect(encoder.info.digest).toBe(mean.digest);
      expect(encoder.reach?.problem).toContain('cannot be reached');
      expect(await failureOf(encoder.encode('refund'))).toMatchObject({ code: 'unavailable' });
      await using back = await startEmbeddingServer('tei+http', clsEncoder, { port: gone.port });
      // What comes up is another model: no text of ours was ever sent to it but those of the check.
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toContain('another model');
      expect(await failureOf(encoder.encode('a secret'))).toMatchObject({ code: 'failed_precondition' });
      expect(back.requests.flat()).not.toContain('a secret');
      back.encoder = meanEncoder;
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toBeUndefined();
      expect((await encoder.encode('refund')).vector).toHaveLength(32);
    } finally {
      await encoder.close();
    }
  });
});

describe.each(REMOTE_KINDS)('a remote model without a folder over %s', (kind) => {
  it('is what the server says it is: name, dimension, and a digest that stays', async () => {
    const identityFolder = await temporary();
    await using server = await startEmbeddingServer(kind, meanEncoder);
    const options = { model: undefined, settings: { model: meanEncoder.info.name }, identityFolder };
    const digests: string[] = [];
    for (const folder of [identityFolder, identityFolder, await temporary()]) {
      const encoder = await openRemote(server, { ...options, identityFolder: folder });
      expect(encoder.info).toMatchObject({ name: 'tiny-mean', dimension: 32, pooling: 'unknown', device: `remote (${kind})` });
      expect(encoder.info.maxTokens).toBe(kind === 'openai+http' ? 0 : 256);
      expect((await encoder.encode('refund')).vector).toHaveLength(32);
      expect((await encoder.encodeAll(['x'.repeat(50_000)])).length).toBe(32);
      digests.push(encoder.info.digest);
      await encoder.close();
    }
    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/u);
    // The third start remembers nothing, as another replica would.
    expect(new Set(digests).size).toBe(1);
    server.encoder = clsEncoder;
    const other = await openRemote(server, options);
    expect(digests).not.toContain(other.info.digest);
    await other.close();
    server.encoder = meanEncoder;
    const again = await openRemote(server, options);
    expect(again.info.digest).toBe(digests[0]);
    await again.close();
  });

  it('must not change while it is used', async () => {
    await using server = await startEmbeddingServer(kind, meanEncoder);
    const intervals = { wellMs: 50, awayMs: 50 };
    const encoder = await openRemote(server, { model: undefined, settings: { model: meanEncoder.info.name }, intervals });
    try {
      if (kind === 'openai+http') server.encoder = clsEncoder;
      else server.info.sha = 'rev-2';
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toContain('serves another model');
    } finally {
      await encoder.close();
    }
  });
});

describe('the digest of a remote model', () => {
  const facts = { model: 'm', revision: 'r' };
  const vectors = Array.from({ length: 8 }, (_, row) => {
    const vector = Float32Array.from({ length: 16 }, (__, column) => Math.sin(1 + row * 1.7 + column * (1 + row)));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  const noisy = vectors.map((vector) => vector.map((value, column) => value + 1e-5 * Math.sin(column * 99)));

  it('does not depend on the last digits, and depends on kind, name, revision and dimension', async () => {
    const digest = await identify({ kind: 'tei+http', facts, vectors }, undefined);
    expect(await identify({ kind: 'tei+http', facts, vectors: noisy }, undefined)).toBe(digest);
    const others = await Promise.all([
      identify({ kind: 'tei+grpc', facts, vectors }, undefined),
      identify({ kind: 'tei+http', facts: { ...facts, model: 'n' }, vectors }, undefined),
      identify({ kind: 'tei+http', facts: { ...facts, revision: 's' }, vectors }, undefined),
      identify({ kind: 'tei+http', facts, vectors: vectors.map((vector) => vector.slice(0, 15)) }, undefined),
      identify({ kind: 'tei+http', facts, vectors: vectors.toReversed() }, undefined),
    ]);
    expect(new Set([digest, ...others]).size).toBe(6);
  });

  it('tells a model that only looks alike from the one that was there before, where that is remembered', async () => {
    const folder = await temporary();
    // All turned by the same rotation: every cosine between texts is as before, and no vector is.
    const turned = vectors.map((vector) => Float32Array.from(vector, (_, column) => vector[(column + 1) % 16] ?? 0));
    const before = await identify({ kind: 'tei+http', facts, vectors }, folder);
    const after = await identify({ kind: 'tei+http', facts, vectors: turned }, folder);
    expect(after).not.toBe(before);
    expect(await identify({ kind: 'tei+http', facts, vectors: noisy }, folder)).toBe(before);
    expect(await identify({ kind: 'tei+http', facts, vectors: turned }, folder)).toBe(after);
    const [file = ''] = await readdir(folder);
    await writeFile(join(folder, file), '[{"dig');
    expect(await identify({ kind: 'tei+http', facts, vectors }, folder)).toBe(before);
  });

  it('remembers the last sixteen models of a name and no more', async () => {
    const folder = await temporary();
    for (let model = 0; model < 20; model += 1) {
      const axes = vectors.map((_, row) => Float32Array.from({ length: 200 }, (__, column) => (column === model * 8 + row ? 1 : 0)));
      await identify({ kind: 'tei+http', facts, vectors: axes }, folder);
    }
    const [file = ''] = await readdir(folder);
    expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toHaveLength(16);
  });
});

it('a folder whose prompt was replaced is not held to vectors under its own prompt', async () => {
  const prompts = { ...mean.prompts, chosen: { ...mean.prompts.own, utterance: 'query: ' } };
  expect((await referenceOf({ ...mean, prompts })).source).toContain('as it runs here');
  expect((await referenceOf(mean)).source).toContain('parity.json');
});

it('the shipped model has vectors to be checked against', async () => {
  expect((await readModelFolder(SHIPPED_MODEL)).dimension).toBe(384);
});
