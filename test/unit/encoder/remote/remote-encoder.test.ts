import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Encoder } from '../../../../src/encoder/encoder.ts';
import { type ModelFolder, readModelFolder } from '../../../../src/encoder/model-folder.ts';
import { createEncoder } from '../../../../src/encoder/onnx-encoder.ts';
import { FaqError } from '../../../../src/errors.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../../../support/embedding-server.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { cosine, readParity, SHIPPED_MODEL } from '../../../support/model-fixtures.ts';
import { openRemote, REMOTE_KINDS, type RemoteOptions } from '../../../support/remote-encoders.ts';

let model: ModelFolder;
let local: Encoder;
beforeAll(async () => {
  model = await readModelFolder(SHIPPED_MODEL);
  local = await createEncoder({ model, workers: 1, maxCharacters: 100_000 });
});
afterAll(() => local.close());

describe.each(REMOTE_KINDS)('a remote encoder over %s', (kind) => {
  async function withRemote(
    use: (encoder: Encoder, server: EmbeddingServer) => Promise<void>,
    options: Partial<RemoteOptions> = {},
    prepare: (server: EmbeddingServer) => void = () => undefined,
  ): Promise<void> {
    await using server = await startEmbeddingServer(kind, local);
    prepare(server);
    const encoder = await openRemote(server, { model, ...options });
    try {
      await use(encoder, server);
    } finally {
      await encoder.close();
    }
  }

  it('is the model of the folder, run elsewhere', async () => {
    await withRemote(async (encoder) => {
      const { device, workers, ...same } = encoder.info;
      expect(same).toEqual((({ device: _, workers: __, ...rest }) => rest)(local.info));
      expect([encoder.hasWord?.('order'), encoder.hasWord?.('ordre')]).toEqual([true, false]);
      expect([device, workers, encoder.waiting, encoder.reach?.problem]).toEqual([`remote (${kind})`, 8, 0, undefined]);
    });
  });

  it('gives the vectors of the model in the process: alone, in a burst and in bulk, long texts too', async () => {
    const { texts } = await readParity(SHIPPED_MODEL);
    const odd = [
      '👍🏽 did it arrive?',
      'a\ud83d broken character',
      'Wo ist mein Paket?',
      `${'where is my order '.repeat(100)}?`,
      'x'.repeat(3_000),
    ];
    const all = [...texts, ...odd];
    await withRemote(
      async (encoder) => {
        const expected = await local.encodeAll(all);
        const bulk = await encoder.encodeAll(all);
        const burst = await Promise.all(all.map((text) => encoder.encode(text)));
        for (const row of all.keys()) {
          const place = row * 384;
          const wanted = expected.subarray(place, place + 384);
          expect(cosine(wanted, bulk.subarray(place, place + 384)), all[row]).toBeGreaterThan(0.99999);
          expect(cosine(wanted, burst[row]?.vector ?? []), all[row]).toBeGreaterThan(0.99999);
          expect(Math.hypot(...(burst[row]?.vector ?? []))).toBeCloseTo(1, 5);
        }
        const one = await local.encode(odd[3] ?? '');
        expect(burst[texts.length + 3]).toMatchObject({ tokens: one.tokens, truncated: true });
      },
      { maxCharacters: 100_000 },
    );
  });

  it('sends the key as a bearer token, and says so where it is not accepted without showing it', async () => {
    await withRemote(
      async (encoder, server) => {
        await encoder.encode('where is my order');
        expect(server.authorization).toBe('Bearer hunter2');
      },
      { settings: { apiKey: 'hunter2' } },
      (server) => {
        server.key = 'hunter2';
      },
    );
    await using server = await startEmbeddingServer(kind, local);
    server.key = 'another';
    const refusal = await openRemote(server, { model, settings: { apiKey: 'hunter2' } }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'failed_precondition', reason: 'REMOTE_FORBIDDEN' });
    expect(String(refusal)).toContain('FAQMATCH_ENCODER_API_KEY');
    expect(`${String(refusal)} ${String((refusal as Error).cause)}`).not.toContain('hunter2');
  });

  it('refuses too long an utterance, and cuts a corpus text instead', async () => {
    await withRemote(async (encoder) => {
      await expect(encoder.encode('x'.repeat(2_001))).rejects.toMatchObject({ code: 'invalid_argument', reason: 'TEXT_TOO_LONG' });
      expect(await encoder.encodeAll(['x '.repeat(20_000)])).toHaveLength(384);
      expect(await encoder.encodeAll([])).toHaveLength(0);
    });
  });

  it('tells where the time went, and how far a bulk run is', async () => {
    await withRemote(async (encoder) => {
      const started = performance.now();
      const { timings } = await encoder.encode('How long does shipping take?');
      expect(timings.encodeMs).toBeGreaterThan(0);
      expect(timings.tokenizeMs + timings.queueMs + timings.encodeMs).toBeLessThanOrEqual(performance.now() - started + 0.1);
      const done: number[] = [];
      await encoder.encodeAll(
        Array.from({ length: 100 }, (_, index) => `question number ${index}`),
        { onProgress: (count) => done.push(count) },
      );
      expect(done.at(-1)).toBe(100);
      expect(done).toEqual(done.toSorted((one, other) => one - other));
    });
  });

  it('keeps within its requests in flight and its batch size, and lets a match pass a bulk run', async () => {
    await withRemote(
      async (encoder, server) => {
        server.requests.length = 0;
        const bulk = encoder.encodeAll(Array.from({ length: 300 }, (_, index) => `question number ${index} about an order`));
        let bulkDone = false;
        void bulk.then(() => {
          bulkDone = true;
        });
        await encoder.encode('where is my order');
        expect(bulkDone).toBe(false);
        await bulk;
        expect(Math.max(...server.requests.map((texts) => texts.length))).toBe(16);
        expect(server.most).toBeLessThanOrEqual(2);
      },
      { settings: { batchSize: 16, inFlight: 2 } },
    );
  });

  it('refuses what the queue cannot hold with a time to wait', async () => {
    await withRemote(
      async (encoder) => {
        const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => encoder.encode(`parcel number ${index}`)));
        const refused = answers.filter((answer) => answer.status === 'rejected');
        expect(refused.length).toBeGreaterThan(0);
        expect(refused.length).toBeLessThan(40);
        for (const { reason } of refused) expect(reason).toMatchObject({ code: 'resource_exhausted', reason: 'QUEUE_FULL' });
      },
      { maxWaiting: 8, settings: { batchSize: 4, inFlight: 1 } },
    );
  });

  it('lets a caller leave at once, and the request with it where nobody else waits', async () => {
    await withRemote(async (encoder, server) => {
      server.misdeed = () => ({ how: 'slow', ms: 3_000 });
      const controller = new AbortController();
      const started = performance.now();
      const left = encoder.encode('where is my order', { signal: controller.signal });
      setTimeout(() => controller.abort(), 100);
      await expect(left).rejects.toMatchObject({ code: 'cancelled' });
      expect(performance.now() - started).toBeLessThan(500);
      await expect.poll(() => server.abandoned, { timeout: 10_000 }).toBe(1);
      await expect(encoder.encode('x', { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    });
  });

  it('settles everyone when it is closed', async () => {
    await using server = await startEmbeddingServer(kind, local);
    const encoder = await openRemote(server, { model, settings: { inFlight: 1, batchSize: 1, timeoutMs: 300 } });
    server.misdeed = () => ({ how: 'slow', ms: 150 });
    const calls = Array.from({ length: 5 }, (_, index) => encoder.encode(`parcel number ${index}`));
    const settled = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await encoder.close();
    const outcomes = await settled;
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'unavailable' });
    await expect(encoder.encode('late')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(encoder.encodeAll(['late'])).rejects.toMatchObject({ code: 'unavailable' });
  });
});

it('the wait for a server that is not there ends when the start is called off', async () => {
  const [port = 0] = await freePorts(1);
  const calledOff = new AbortController();
  const opening = openRemote(
    { url: `tei+http://127.0.0.1:${port}`, kind: 'tei+http' },
    { model: undefined, signal: calledOff.signal, onAway: () => undefined, settings: { retries: 50 } },
  );
  opening.catch(() => undefined);
  calledOff.abort(new FaqError('cancelled', 'told to stop'));
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  // Without the signal the retries go on for half a minute.
}, 10_000);
