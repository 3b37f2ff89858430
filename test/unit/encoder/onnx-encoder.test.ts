import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createEncoder, type EncoderOptions, type OnnxEncoder } from '../../../src/encoder/onnx-encoder.ts';
import { hasStuckThread } from '../../../src/encoder/worker-thread.ts';
import { FaqError } from '../../../src/errors.ts';
import { copyModel, cosine, editJson, readParity, SHIPPED_MODEL, TINY_MODELS, tinyModel } from '../../support/model-fixtures.ts';

const MANY = 100_000;

async function openEncoder(folder: string, options: Partial<EncoderOptions> = {}): Promise<OnnxEncoder> {
  return await createEncoder({ model: await readModelFolder(folder), workers: 1, maxCharacters: MANY, ...options });
}

async function withEncoder<Result>(
  folder: string,
  use: (encoder: OnnxEncoder) => Promise<Result>,
  options: Partial<EncoderOptions> = {},
): Promise<Result> {
  const encoder = await openEncoder(folder, options);
  try {
    return await use(encoder);
  } finally {
    await encoder.close();
  }
}

const length = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof FaqError ? error.code : 'foreign'),
  );

describe.each(TINY_MODELS)('%s', (name) => {
  it('gives the vectors of sentence-transformers, alone and in company', async () => {
    const { texts, vectors } = await readParity(tinyModel(name));
    await withEncoder(tinyModel(name), async (encoder) => {
      const together = await encoder.encodeAll(texts);
      for (const [row, text] of texts.entries()) {
        const { vector } = await encoder.encode(text);
        const company = together.subarray(row * 32, (row + 1) * 32);
        // Float32 on both sides: rounding of the reference to some decimals is the largest part of the difference.
        vector.forEach((value, column) => {
          expect(Math.abs(value - (vectors[row]?.[column] ?? Number.NaN))).toBeLessThan(1e-4);
          expect(Math.abs(value - (company[column] ?? Number.NaN))).toBeLessThan(1e-5);
        });
      }
    });
  });
});

describe('the shipped encoder', () => {
  let encoder: OnnxEncoder;
  beforeAll(async () => {
    encoder = await openEncoder(SHIPPED_MODEL, { workers: 2 });
  });
  afterAll(() => encoder.close());

  it('says what it is', () => {
    expect(encoder.info).toMatchObject({
      name: 'faqmatch-minilm-l6',
      dimension: 384,
      maxTokens: 256,
      pooling: 'mean',
      device: 'cpu',
      workers: 2,
    });
  });

  it('is near sentence-transformers in float32 on every parity text', async () => {
    const { texts, vectors } = await readParity(SHIPPED_MODEL);
    for (const [row, text] of texts.entries()) {
      const { vector } = await encoder.encode(text);
      expect(cosine(vector, vectors[row] ?? [])).toBeGreaterThan(0.999);
      expect(length(vector)).toBeCloseTo(1, 5);
    }
  });

  it('gives a text the same vector alone and in any batch', async () => {
    const { texts } = await readParity(SHIPPED_MODEL);
    const alone: Float32Array[] = [];
    for (const text of texts) alone.push((await encoder.encode(text)).vector);
    const burst = await Promise.all(texts.map((text) => encoder.encode(text)));
    const bulk = await encoder.encodeAll([...texts].reverse());
    alone.forEach((vector, row) => {
      expect(cosine(vector, burst[row]?.vector ?? [])).toBeGreaterThan(0.9999);
      const place = (texts.length - 1 - row) * 384;
      expect(cosine(vector, bulk.subarray(place, place + 384))).toBeGreaterThan(0.9999);
    });
  });

  it('leaves the event loop free while it runs', async () => {
    const long = Array.from({ length: 24 }, (_, index) => `${index} please tell me where my order is `.repeat(40));
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 5);
    const started = performance.now();
    await encoder.encodeAll(long);
    clearInterval(timer);
    const elapsed = performance.now() - started;
    expect(elapsed).toBeGreaterThan(100);
    // A blocked loop gives none; a tenth of the ticks that fit leaves room for a busy machine.
    expect(ticks).toBeGreaterThan(elapsed / 50);
  });

  it('flags a long text as truncated and reads as many word pieces as the model takes', async () => {
    const { truncated, tokens } = await encoder.encode('where is my order '.repeat(100));
    expect({ truncated, tokens }).toEqual({ truncated: true, tokens: 256 });
    expect((await encoder.encode('where is my order')).truncated).toBe(false);
  });

  it.each(['', '👍🏽🎉', '我的订单在哪里', 'أين طلبي؟', '\u0000\u0007', 'a\ud83d', '?'.repeat(300)])(
    'gives %j a unit vector',
    async (text) => {
      const { vector } = await encoder.encode(text);
      expect(vector).toHaveLength(384);
      expect(length(vector)).toBeCloseTo(1, 5);
    },
  );

  it('tells where the time went', async () => {
    const started = performance.now();
    const { timings } = await encoder.encode('How long does shipping take?');
    const total = performance.now() - started;
    expect(timings.encodeMs).toBeGreaterThan(0);
    expect(timings.tokenizeMs + timings.queueMs + timings.encodeMs).toBeLessThanOrEqual(total + 0.1);
  });

  it('tells how far a bulk run is, up to the last text', async () => {
    const done: number[] = [];
    await encoder.encodeAll(
      Array.from({ length: 40 }, (_, index) => `question number ${index}`),
      { onProgress: (count) => done.push(count) },
    );
    expect(done.at(-1)).toBe(40);
    expect(done).toEqual(done.toSorted((one, other) => one - other));
    expect(done.length).toBeGreaterThan(2);
  });

  it('gives an empty matrix for no texts', async () => {
    expect(await encoder.encodeAll([])).toHaveLength(0);
  });

  it('lets a match pass a bulk run that waits', async () => {
    const texts = Array.from({ length: 2_000 }, (_, index) => `question number ${index} about an order`);
    let bulkDone = false;
    const bulk = encoder.encodeAll(texts).then(() => {
      bulkDone = true;
    });
    await encoder.encode('where is my order');
    expect(bulkDone).toBe(false);
    await bulk;
  });

  it('gives up a bulk run when its caller leaves', async () => {
    const caller = new AbortController();
    const texts = Array.from({ length: 2000 }, (_, index) => `question ${index}`);
    let encoded = 0;
    const onProgress = (count: number): void => {
      encoded = count;
      caller.abort();
    };
    expect(await code(encoder.encodeAll(texts, { signal: caller.signal, onProgress }))).toBe('cancelled');
    expect(encoded).toBeLessThan(texts.length / 2);
  });

  it('drops a text whose deadline passes while it waits', async () => {
    const others = Array.from({ length: 60 }, (_, index) => encoder.encode(`${index} where is my order `.repeat(20)));
    const deadline = new AbortController();
    const late = code(encoder.encode('too late', { signal: deadline.signal }));
    deadline.abort(new FaqError('deadline_exceeded', 'The deadline passed.'));
    expect(await late).toBe('deadline_exceeded');
    await Promise.all(others);
    expect(encoder.waiting).toBe(0);
  });

  it('refuses a text whose deadline is in the past before any work', async () => {
    const past = AbortSignal.abort(new FaqError('deadline_exceeded', 'The deadline passed.'));
    expect(await code(encoder.encode('anything', { signal: past }))).toBe('deadline_exceeded');
  });
});

describe('limits of the encoder', () => {
  it('refuses a text over the character limit, counting an emoji as one', async () => {
    await withEncoder(
      tinyModel('tiny-mean'),
      async (encoder) => {
        expect(await code(encoder.encode('👍'.repeat(20)))).toBe('resolved');
        await expect(encoder.encode('👍'.repeat(21))).rejects.toMatchObject({
          code: 'invalid_argument',
          message: 'Expected at most 20 characters, got 21. Shorten the text.',
        });
        expect(await encoder.encodeAll(['a corpus question is truncated, not refused, and that is right'])).toHaveLength(32);
      },
      { maxCharacters: 20 },
    );
  });

  it('refuses the utterance that finds the queue full, with a time to wait, and answers the others', async () => {
    await withEncoder(
      tinyModel('tiny-mean'),
      async (encoder) => {
        const calls = Array.from({ length: 40 }, () => encoder.encode('where is my order'));
        const outcomes = await Promise.allSettled(calls);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused.length).toBeGreaterThan(0);
        expect(refused.length).toBeLessThan(40);
        for (const outcome of refused)
          expect(outcome.reason).toMatchObject({ code: 'resource_exhausted', retryAfterMs: expect.any(Number) });
      },
      { maxWaiting: 4 },
    );
  });

  it('closing answers what runs, rejects what waits and refuses what comes', async () => {
    const encoder = await openEncoder(tinyModel('tiny-mean'));
    const calls = Array.from({ length: 30 }, () => code(encoder.encode('where is my order')));
    await new Promise((resolve) => setImmediate(resolve));
    await encoder.close();
    await encoder.close();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['resolved', 'unavailable']));
    expect(await code(encoder.encode('after'))).toBe('unavailable');
  });
});

describe('a lost worker', () => {
  it('fails its own batch only and is replaced', async () => {
    const lost: FaqError[] = [];
    await withEncoder(
      SHIPPED_MODEL,
      async (encoder) => {
        expect((await encoder.encode('where is my order')).tokens).toBe(6);
        // Nine word pieces, the special two included: what the test's worker dies of.
        expect(await code(encoder.encode('one two three four five six seven'))).toBe('internal');
        expect((await encoder.encode('where is my order')).tokens).toBe(6);
        expect(encoder.restarts).toBe(1);
        expect(lost).toHaveLength(1);
      },
      { workerFile: new URL('../../support/crashing-worker.ts', import.meta.url), onWorkerLost: (error) => lost.push(error) },
    );
  });
});

describe('a stuck worker', () => {
  const workerFile = new URL('../../support/stuck-worker.ts', import.meta.url);
  let folder: string;
  let pipe: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faqmatch-stuck-'));
    pipe = join(folder, 'until');
    execFileSync('mkfifo', [pipe]);
    process.env.STUCK_UNTIL = pipe;
  });

  afterEach(async () => {
    expect(hasStuckThread()).toBe(true);
    await writeFile(pipe, '');
    await vi.waitFor(() => expect(hasStuckThread()).toBe(false), 5_000);
  });

  afterAll(async () => {
    delete process.env.STUCK_UNTIL;
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps no encoder from being closed, and its text gets an error', { timeout: 40_000 }, async () => {
    let stuck: Promise<unknown> | undefined;
    await withEncoder(
      SHIPPED_MODEL,
      async (encoder) => {
        stuck = code(encoder.encode('one two three four five six seven'));
        await new Promise((resolve) => setTimeout(resolve, 200));
      },
      { workerFile },
    );
    expect(await stuck).toBe('internal');
  });

  it('is given up and replaced, and its text gets an error', { timeout: 40_000 }, async () => {
    const lost: FaqError[] = [];
    const options = { workerFile, onWorkerLost: (error: FaqError) => lost.push(error), stuckMs: 2_000 };
    await withEncoder(
      SHIPPED_MODEL,
      async (encoder) => {
        await expect(encoder.encode('one two three four five six seven')).rejects.toThrow('is stuck in a batch');
        expect((await encoder.encode('where is my order')).tokens).toBe(6);
        expect(encoder.restarts).toBe(1);
        expect(lost).toHaveLength(1);
      },
      options,
    );
  });
});

it('takes no worker for stuck that is never idle, and replies', { timeout: 40_000 }, async () => {
  const lost: FaqError[] = [];
  const options = { workers: 1, onWorkerLost: (error: FaqError) => lost.push(error), stuckMs: 2_000 };
  await withEncoder(
    SHIPPED_MODEL,
    async (encoder) => {
      const until = performance.now() + 4_500;
      const keepBusy = async (): Promise<void> => {
        while (performance.now() < until) await encoder.encode('where is my order');
      };
      // More at once than a batch holds, so that the worker always has another in its hands.
      await Promise.all(Array.from({ length: 64 }, keepBusy));
      expect(encoder.restarts).toBe(0);
      expect(lost).toEqual([]);
    },
    options,
  );
});

describe('a model that does not work', () => {
  async function refusal(spoil: (folder: string) => Promise<unknown>): Promise<unknown> {
    const folder = await copyModel(tinyModel('tiny-mean'));
    try {
      await rm(join(folder, 'faqmatch.json'));
      await spoil(folder);
      const onWorkerLost = (): void => expect.unreachable('A worker that was refused at the start is not replaced.');
      return await withEncoder(folder, () => Promise.resolve('started'), { onWorkerLost }).catch((error: unknown) => error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('with a graph that is cut off is refused at the start', async () => {
    const refused = await refusal((folder) => truncate(join(folder, 'onnx/model.onnx'), 2000));
    expect(refused).toMatchObject({ code: 'data_loss', message: expect.stringContaining('The ONNX graph of the model cannot be loaded') });
  });

  it('whose configs name another dimension than its graph gives is refused at the start', async () => {
    const refused = await refusal(async (folder) => {
      await editJson(folder, '1_Pooling/config.json', (value) => ({ ...value, word_embedding_dimension: 48 }));
      await editJson(folder, 'config.json', (value) => ({ ...value, hidden_size: 48 }));
    });
    expect(refused).toMatchObject({
      code: 'failed_precondition',
      reason: 'MODEL_MISMATCH',
      message: expect.stringContaining('expected [batch, 48]'),
    });
  });

  it('whose weights are NaN is refused at the start', async () => {
    const refused = await refusal(async (folder) => {
      const path = join(folder, 'onnx/model.onnx');
      const graph = await readFile(path);
      // This lies within one matrix of weights; bytes of ones are NaN as float32.
      const start = Math.floor(graph.length * 0.4);
      graph.fill(0xff, start, start + 4096);
      await writeFile(path, graph);
    });
    expect(refused).toMatchObject({ code: 'data_loss', message: expect.stringContaining('NaN or a vector of length zero') });
  });
});
