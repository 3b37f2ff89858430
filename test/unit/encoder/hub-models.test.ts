/** Models of other architectures in folders as the hub has them: pooling, prompts, Dense layer and normalisation are ours to do. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { type ModelOptions, withOptions } from '../../../src/encoder/model-options.ts';
import { createEncoder, type OnnxEncoder } from '../../../src/encoder/onnx-encoder.ts';
import { copyModel, cosine, editJson, HUB_MODELS, hubModel, readParity, tinyModel } from '../../support/model-fixtures.ts';

async function withModel<Result>(
  folder: string,
  use: (encoder: OnnxEncoder) => Promise<Result>,
  options: ModelOptions = {},
): Promise<Result> {
  const encoder = await createEncoder({ model: withOptions(await readModelFolder(folder), options), workers: 1, maxCharacters: 100_000 });
  try {
    return await use(encoder);
  } finally {
    await encoder.close();
  }
}

function greatestDifference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  return theirs.reduce((most, value, at) => Math.max(most, Math.abs(value - (ours[at] ?? Number.NaN))), 0);
}

async function digestWith(folder: string, options: ModelOptions): Promise<string> {
  return withOptions(await readModelFolder(folder), options).digest;
}

describe.each(HUB_MODELS)('%s', (name) => {
  it('gives the vectors of sentence-transformers to utterances and to stored questions, alone and in company', async () => {
    const { texts, vectors, stored = [] } = await readParity(hubModel(name));
    await withModel(hubModel(name), async (encoder) => {
      const { dimension } = encoder.info;
      const together = await encoder.encodeAll(texts);
      const asked = await encoder.encodeAll(texts, { role: 'utterance' });
      for (const [row, text] of texts.entries()) {
        const { vector } = await encoder.encode(text);
        // Float32 on both sides: rounding of the reference to six decimals is the largest part of the difference.
        expect(greatestDifference(vector, vectors[row] ?? [])).toBeLessThan(1e-4);
        expect(greatestDifference(asked.subarray(row * dimension), [...vector])).toBeLessThan(1e-5);
        expect(greatestDifference(together.subarray(row * dimension), stored[row] ?? [])).toBeLessThan(1e-4);
      }
    });
  });
});

describe('prompts', () => {
  const folder = hubModel('hub-xlm-roberta-prefixes');
  const TEXT = 'Wo ist mein Paket?';

  it('tell an utterance from a stored question', async () => {
    await withModel(folder, async (encoder) => {
      const { vector } = await encoder.encode(TEXT);
      expect(cosine(vector, await encoder.encodeAll([TEXT]))).toBeLessThan(0.999);
    });
  });

  it('can be named, made up or left out by the settings, each under a digest of its own', async () => {
    const settings: readonly ModelOptions[] = [
      {},
      { storedPrompt: 'query' },
      { storedPrompt: 'none' },
      { queryPrompt: 'none', storedPrompt: 'none' },
      { queryPrompt: '"frage: "' },
    ];
    const digests = await Promise.all(settings.map((options) => digestWith(folder, options)));
    expect(new Set(digests).size).toBe(settings.length);
    expect(await digestWith(folder, { queryPrompt: 'query', storedPrompt: '"passage: "' })).toBe(digests[0]);
    await withModel(
      folder,
      async (encoder) => {
        const { vector } = await encoder.encode(TEXT);
        expect(greatestDifference(await encoder.encodeAll([TEXT]), [...vector])).toBeLessThan(1e-5);
      },
      { storedPrompt: 'query' },
    );
  });

  it('of a plain model can be given in double quotes, and a text with the prompt in it gets the same vector', async () => {
    const { vector } = await withModel(tinyModel('tiny-mean'), (encoder) => encoder.encode('query: hi'));
    const prompted = await withModel(tinyModel('tiny-mean'), (encoder) => encoder.encode('hi'), { queryPrompt: '"query: "' });
    expect(greatestDifference(prompted.vector, [...vector])).toBeLessThan(1e-6);
  });

  it('that the model does not have are refused with those it has', async () => {
    await expect(digestWith(folder, { queryPrompt: 'frage' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/FAQMATCH_QUERY_PROMPT.*query, document, passage.*got frage/su),
    });
  });

  it('count towards the length limit', async () => {
    await withModel(folder, async (encoder) => {
      const { tokens, truncated } = await encoder.encode('a '.repeat(62));
      expect({ tokens, truncated }).toEqual({ tokens: encoder.info.maxTokens, truncated: true });
    });
  });
});

describe('truncation of vectors', () => {
  it('keeps the first numbers, one long, under another digest', async () => {
    const folder = hubModel('hub-mpnet');
    const { texts, vectors } = await readParity(folder);
    await withModel(
      folder,
      async (encoder) => {
        expect(encoder.info.dimension).toBe(8);
        const { vector } = await encoder.encode(texts[2] ?? '');
        const head = (vectors[2] ?? []).slice(0, 8);
        const length = Math.hypot(...head);
        expect(vector.length).toBe(8);
        expect(
          greatestDifference(
            vector,
            head.map((value) => value / length),
          ),
        ).toBeLessThan(1e-4);
        expect((await encoder.encodeAll(texts)).length).toBe(texts.length * 8);
      },
      { truncateDim: 8 },
    );
    expect(await digestWith(folder, { truncateDim: 8 })).not.toBe(await digestWith(folder, {}));
    expect(await digestWith(folder, { truncateDim: 24 })).toBe(await digestWith(folder, {}));
  });

  it('of a graph that pools gives the same as of one that does not', async () => {
    const [inside, outside] = await Promise.all(
      (['tiny-pooled', 'tiny-mean'] as const).map((name) =>
        withModel(tinyModel(name), (encoder) => encoder.encode('Where is my order?'), { truncateDim: 8 }),
      ),
    );
    expect(greatestDifference(inside?.vector ?? [], [...(outside?.vector ?? [])])).toBeLessThan(1e-5);
  });

  it('to more numbers than there are is refused', async () => {
    await expect(digestWith(hubModel('hub-bert-dense'), { truncateDim: 21 })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining("at most the model's 20 numbers, got 21"),
    });
  });
});

describe('a Dense layer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await copyModel(hubModel('hub-bert-dense'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const opened = () => withModel(folder, async (encoder) => encoder.info.dimension);

  it('decides the dimension, and its weights are part of the digest', async () => {
    expect(await opened()).toBe(20);
    const before = await digestWith(folder, {});
    const path = join(folder, '2_Dense/model.safetensors');
    const weights = await readFile(path);
    weights[weights.length - 1] = (weights.at(-1) ?? 0) ^ 1;
    await writeFile(path, weights);
    expect(await digestWith(folder, {})).not.toBe(before);
  });

  it('whose weights are missing or cut off is refused at the start', async () => {
    await truncate(join(folder, '2_Dense/model.safetensors'), 500);
    await expect(opened()).rejects.toMatchObject({
      reason: 'MODEL_DAMAGED',
      message: expect.stringContaining('2_Dense/model.safetensors'),
    });
    await rm(join(folder, '2_Dense/model.safetensors'));
    await expect(opened()).rejects.toMatchObject({
      reason: 'MODEL_INCOMPLETE',
      message: expect.stringContaining('2_Dense/model.safetensors'),
    });
  });

  it.each([
    [{ in_features: 32 }, 'MODEL_MISMATCH', '2_Dense/config.json takes 32 numbers, and what is before it gives 24'],
    [{ out_features: 21 }, 'MODEL_MISMATCH', 'holds a weight of [20, 24]; expected [21, 24]'],
    [{ activation_function: 'torch.nn.modules.activation.Hardswish' }, 'MODEL_UNSUPPORTED', 'Hardswish'],
    [{ module_input_name: 'token_embeddings' }, 'MODEL_UNSUPPORTED', 'late-interaction'],
  ])('whose config says %j is refused', async (change, reason, words) => {
    await editJson(folder, '2_Dense/config.json', (value) => ({ ...value, ...change }));
    await expect(opened()).rejects.toMatchObject({ code: 'failed_precondition', reason, message: expect.stringContaining(words) });
  });
});

describe('a hub folder that cannot work', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await copyModel(hubModel('hub-distilbert-cls'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('for its pooling leaves prompts out is refused, and works without a prompt', async () => {
    await editJson(folder, '1_Pooling/config.json', (value) => ({ ...value, include_prompt: false }));
    const opened = (options: ModelOptions) => withModel(folder, async ({ info }) => info.dimension, options);
    await expect(opened({})).rejects.toMatchObject({ reason: 'MODEL_UNSUPPORTED', message: expect.stringContaining('include_prompt') });
    expect(await opened({ queryPrompt: 'none' })).toBe(24);
  });

  it('for its last word piece is the vector, or several poolings are joined, is refused', async () => {
    for (const [modes, words] of [
      [{ pooling_mode_cls_token: false, pooling_mode_lasttoken: true }, 'lasttoken'],
      [{ pooling_mode_mean_tokens: true }, 'joins'],
    ] as const) {
      await editJson(folder, '1_Pooling/config.json', (value) => ({ ...value, ...modes }));
      await expect(readModelFolder(folder)).rejects.toMatchObject({ reason: 'MODEL_UNSUPPORTED', message: expect.stringContaining(words) });
    }
  });
});
