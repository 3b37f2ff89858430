import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Encoder } from '../../../../src/encoder/encoder.ts';
import { type ModelFolder, readModelFolder } from '../../../../src/encoder/model-folder.ts';
import { createEncoder } from '../../../../src/encoder/onnx-encoder.ts';
import type { RemoteSettings } from '../../../../src/encoder/remote/settings.ts';
import { FaqError } from '../../../../src/errors.ts';
import { type EmbeddingServer, type Misdeed, startEmbeddingServer } from '../../../support/embedding-server.ts';
import { cosine, SHIPPED_MODEL } from '../../../support/model-fixtures.ts';
import { openRemote, REMOTE_KINDS } from '../../../support/remote-encoders.ts';

let model: ModelFolder;
let local: Encoder;
beforeAll(async () => {
  model = await readModelFolder(SHIPPED_MODEL);
  local = await createEncoder({ model, workers: 1 });
});
afterAll(() => local.close());

const TEXT = 'where is my order';
const QUICK = { wellMs: 60_000, awayMs: 30 } as const;

async function withRemote(
  kind: EmbeddingServer['kind'],
  use: (encoder: Encoder, server: EmbeddingServer) => Promise<void>,
  settings: Partial<RemoteSettings> = {},
): Promise<void> {
  await using server = await startEmbeddingServer(kind, local);
  const encoder = await openRemote(server, { model, settings: { timeoutMs: 2_000, ...settings }, intervals: QUICK });
  server.requests.length = 0;
  try {
    await use(encoder, server);
  } finally {
    await encoder.close();
  }
}

/** Does wrong the first `times` requests with our text, then behaves. The encoder's own checks have other texts. */
function first(times: number, misdeed: Misdeed): (texts: readonly string[]) => Misdeed | undefined {
  let done = 0;
  return (texts) => {
    if (!texts.includes(TEXT)) return undefined;
    done += 1;
    return done <= times ? misdeed : undefined;
  };
}

async function failureOf(promise: Promise<unknown>): Promise<FaqError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof FaqError) return error;
  throw new Error(`Expected a FaqError, got ${String(error)}`, { cause: error });
}

async function expectRight(encoder: Encoder, text: string = TEXT): Promise<void> {
  const { vector } = await encoder.encode(text);
  expect(cosine(vector, (await local.encode(text)).vector)).toBeGreaterThan(0.99999);
}

describe.each(REMOTE_KINDS)('with a server over %s that misbehaves', (kind) => {
  it.each<[string, Misdeed]>([
    ['fails', { how: 'status', status: 500 }],
    ['is not ready', { how: 'status', status: 503 }],
    ['closes the connection', { how: 'closed' }],
  ])('an utterance is answered all the same where it %s once', async (_, misdeed) => {
    await withRemote(kind, async (encoder, server) => {
      server.misdeed = first(1, misdeed);
      await expectRight(encoder);
    });
  });

  it('a failure that stays is UNAVAILABLE after the tries that are allowed', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = () => ({ how: 'status', status: 500, body: 'CUDA out of memory' });
        const failure = await failureOf(encoder.encode(TEXT));
        expect(failure).toMatchObject({ code: 'unavailable', reason: 'REMOTE_FAILED' });
        // What the server says is for the log.
        expect(failure.message).not.toContain('CUDA');
        expect(String(failure.cause)).toContain('CUDA out of memory');
        expect(server.requests).toHaveLength(4);
      },
      { retries: 3 },
    );
  });

  it('slowness is UNAVAILABLE after the timeout, and a caller with less time leaves earlier', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = first(2, { how: 'slow', ms: 6_000 });
        const started = performance.now();
        expect(await failureOf(encoder.encode(TEXT))).toMatchObject({ code: 'unavailable', reason: 'REMOTE_SLOW' });
        expect(performance.now() - started).toBeLessThan(5_900);
        const deadline = new FaqError('deadline_exceeded', 'The deadline passed.');
        const controller = new AbortController();
        setTimeout(() => controller.abort(deadline), 50);
        expect(await failureOf(encoder.encode(TEXT, { signal: controller.signal }))).toBe(deadline);
        await expectRight(encoder);
      },
      { timeoutMs: 2_500, retries: 0 },
    );
  });

  it('a reload waits longer for an answer than a match', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = first(1, { how: 'slow', ms: 1_500 });
        await encoder.encodeAll([TEXT]);
        expect(server.requests.filter((texts) => texts.includes(TEXT))).toHaveLength(1);
      },
      { timeoutMs: 1_000 },
    );
  });

  it('a busy server is tried again, and RESOURCE_EXHAUSTED where it stays busy', async () => {
    await withRemote(kind, async (encoder, server) => {
      server.misdeed = first(1, { how: 'status', status: 429 });
      await expectRight(encoder);
      server.misdeed = () => ({ how: 'status', status: 429 });
      const failure = await failureOf(encoder.encode(TEXT));
      expect(failure).toMatchObject({ code: 'resource_exhausted', reason: 'REMOTE_BUSY' });
      expect(failure.retryAfterMs).toBeGreaterThan(0);
      expect(encoder.reach?.problem).toBeUndefined();
    });
  });

  it('another dimension is refused, and the encoder out of reach until it is the right one again', async () => {
    await withRemote(kind, async (encoder, server) => {
      server.misdeed = () => ({ how: 'dimension' });
      const failure = await failureOf(encoder.encode(TEXT));
      expect(failure).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_MISMATCH' });
      expect(failure.message).toContain('384 numbers, got 385');
      expect(failure.retryAfterMs).toBeUndefined();
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toContain('got 385');
      expect(await failureOf(encoder.encode(TEXT))).toMatchObject({ code: 'failed_precondition' });
      server.misdeed = () => undefined;
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toBeUndefined();
      await expectRight(encoder);
    });
  });

  it('a vector that is no vector fails its text alone', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = (texts) => (texts.includes('the bad one') ? { how: 'nan', text: 'the bad one' } : undefined);
        const texts = ['a', 'b', 'the bad one', 'c', 'd', 'e'];
        const outcomes = await Promise.allSettled(texts.map((text) => encoder.encode(text)));
        for (const [row, outcome] of outcomes.entries()) expect(outcome.status, texts[row]).toBe(row === 2 ? 'rejected' : 'fulfilled');
        expect(await failureOf(encoder.encode('the bad one'))).toMatchObject({ code: 'internal', reason: 'REMOTE_BAD_VECTOR' });
        expect(await failureOf(encoder.encodeAll(texts))).toMatchObject({ code: 'internal' });
      },
      { inFlight: 1 },
    );
  });

  it('a refused text fails alone, its batch does not', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = (texts) => (texts.includes('the bad one') ? { how: 'status', status: 422 } : undefined);
        const texts = ['a', 'b', 'the bad one', 'c', 'd', 'e', 'f', 'g'];
        const outcomes = await Promise.allSettled(texts.map((text) => encoder.encode(text)));
        for (const [row, outcome] of outcomes.entries()) expect(outcome.status, texts[row]).toBe(row === 2 ? 'rejected' : 'fulfilled');
        expect(outcomes[2]).toMatchObject({ reason: { code: 'invalid_argument', reason: 'TEXT_REFUSED', field: 'utterance' } });
        expect(encoder.reach?.problem).toBeUndefined();
      },
      { inFlight: 1, batchSize: 8 },
    );
  });

  it('a refused text is found by halving, not by sending each text alone', async () => {
    await withRemote(
      kind,
      async (encoder, server) => {
        server.misdeed = (texts) => (texts.includes('text 5') ? { how: 'status', status: 422 } : undefined);
        await Promise.allSettled(Array.from({ length: 32 }, (_, row) => encoder.encode(`text ${row}`)));
        // The first goes alone, the others together: 31 texts are halved five times.
        expect(server.requests.length).toBeLessThanOrEqual(1 + 1 + 2 * 5);
      },
      { inFlight: 1, batchSize: 32 },
    );
  });

  it('a reload outlasts a server that fails for some seconds', async () => {
    await withRemote(kind, async (encoder, server) => {
      const until = performance.now() + 1_500;
      server.misdeed = () => (performance.now() < until ? { how: 'status', status: 503 } : undefined);
      const texts = Array.from({ length: 50 }, (_, index) => `question number ${index}`);
      const vectors = await encoder.encodeAll(texts);
      expect(cosine(vectors.subarray(49 * 384), (await local.encode(texts[49] ?? '')).vector)).toBeGreaterThan(0.99999);
    });
  });

  it('a server that goes away fails matches at once, and is used again when it is back', async () => {
    const server = await startEmbeddingServer(kind, local);
    const encoder = await openRemote(server, { model, intervals: { wellMs: 50, awayMs: 50 } });
    const told: (string | undefined)[] = [];
    encoder.reach?.subscribe(() => told.push(encoder.reach?.problem));
    try {
      await expectRight(encoder);
      await server[Symbol.asyncDispose]();
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toContain('cannot be reached');
      const started = performance.now();
      const failure = await failureOf(encoder.encode(TEXT));
      expect(performance.now() - started).toBeLessThan(100);
      expect(failure).toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNREACHABLE', retryAfterMs: 1_000 });
      const reload = encoder.encodeAll([TEXT, 'refund']);
      await using back = await startEmbeddingServer(kind, local, { port: server.port });
      await expect.poll(() => encoder.reach?.problem, { timeout: 10_000 }).toBeUndefined();
      await expectRight(encoder);
      expect(await reload).toHaveLength(2 * 384);
      expect(back.requests.length).toBeGreaterThan(0);
      expect([told.length, told.at(-1)]).toEqual([2, undefined]);
    } finally {
      await encoder.close();
    }
  });
});

describe('over HTTP', () => {
  const kinds = REMOTE_KINDS.filter((kind) => kind !== 'tei+grpc');

  it.each(kinds)('%s: a cut-off answer, a broken one and too few vectors are asked for again', async (kind) => {
    await withRemote(kind, async (encoder, server) => {
      for (const how of ['cut', 'broken', 'fewer'] as const) {
        server.misdeed = first(1, { how });
        await expectRight(encoder);
      }
      server.misdeed = () => ({ how: 'cut' });
      expect(await failureOf(encoder.encode(TEXT))).toMatchObject({ code: 'unavailable', reason: 'REMOTE_GARBLED' });
    });
  });

  it.each(kinds)('%s: Retry-After is kept, and told to the caller where it is too long to wait for', async (kind) => {
    await withRemote(kind, async (encoder, server) => {
      server.misdeed = first(1, { how: 'status', status: 429, retryAfter: '1' });
      const started = performance.now();
      await expectRight(encoder);
      expect(performance.now() - started).toBeGreaterThan(990);
      server.misdeed = first(1, { how: 'status', status: 429, retryAfter: '30' });
      expect(await failureOf(encoder.encode(TEXT))).toMatchObject({ code: 'resource_exhausted', retryAfterMs: 30_000 });
      expect(server.requests.length).toBe(3);
    });
  });

  it('sends no more texts at once than the server says it takes', async () => {
    await using server = await startEmbeddingServer('tei+http', local);
    server.info.maxBatch = 3;
    const encoder = await openRemote(server, { model });
    await encoder.encodeAll(Array.from({ length: 20 }, (_, index) => `question number ${index}`));
    await encoder.close();
    expect(Math.max(...server.requests.map((texts) => texts.length))).toBe(3);
  });

  it('says where the address is of another kind or path', async () => {
    await using server = await startEmbeddingServer('openai+http', local);
    const asTei = { ...server, url: `tei+http://127.0.0.1:${server.port}/v1`, kind: 'tei+http' as const };
    const failure = await failureOf(openRemote(asTei, { model }));
    expect(failure).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_UNKNOWN_CALL' });
    expect(failure.message).toContain('FAQMATCH_ENCODER_URL');
    const unknown = await failureOf(openRemote(server, { model, settings: { model: 'no-such-model' } }));
    expect(unknown).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_UNKNOWN_CALL' });
    const asGrpc = { ...server, url: `tei+grpc://127.0.0.1:${server.port}`, kind: 'tei+grpc' as const };
    expect((await failureOf(openRemote(asGrpc, { model }))).code).toBe('unavailable');
    const asTls = { ...server, url: `openai+https://127.0.0.1:${server.port}`, kind: 'openai+http' as const };
    expect(await failureOf(openRemote(asTls, { model }))).toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNTRUSTED' });
  });
});
