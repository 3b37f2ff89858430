import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/encoder/model-digest.ts';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { copyModel, editJson, hubModel, SHIPPED_MODEL, TINY_MODELS, tinyModel } from '../../support/model-fixtures.ts';

const copies: string[] = [];

async function spoiled(spoil: (folder: string) => Promise<unknown>, name: (typeof TINY_MODELS)[number] = 'tiny-mean'): Promise<string> {
  const folder = await copyModel(tinyModel(name));
  copies.push(folder);
  await spoil(folder);
  return folder;
}

/** A copy without faqmatch.json, as a model saved from Python is. */
const unlisted = (spoil: (folder: string) => Promise<unknown> = async () => undefined): Promise<string> =>
  spoiled(async (folder) => {
    await rm(join(folder, 'faqmatch.json'));
    await spoil(folder);
  });

afterEach(async () => {
  for (const folder of copies.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('reading a model folder', () => {
  it('reads the shipped model: its own length limit, not the one in tokenizer.json', async () => {
    const model = await readModelFolder(SHIPPED_MODEL);
    expect(model).toMatchObject({ name: 'faqmatch-minilm-l6', dimension: 384, maxTokens: 256, pooling: 'mean', lowerCase: false });
    expect(model.digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
  });

  it('knows the texts that a model was adapted to, whatever their case and spacing', async () => {
    expect((await readModelFolder(tinyModel('tiny-mean'))).hasLearnt).toBeUndefined();
    // As `printf 'what is it?' | sha256sum | cut -c1-16` has it, and training/adapt.
    const lines = ['0123456789abcdef', 'a192afb8cc0ee06d'];
    const write = (data: string) => spoiled((folder) => writeFile(join(folder, 'learnt-texts.txt'), data));
    const { hasLearnt, digest } = await readModelFolder(await write(`${lines.join('\n')}\n`));
    expect([' What  is\tit?', 'what is it'].map((text) => hasLearnt?.(text))).toEqual([true, false]);
    expect(digest).toBe((await readModelFolder(tinyModel('tiny-mean'))).digest);
    for (const [data, line] of [
      ['0123456789abcdef\nwhat is it?\n', 2],
      ['what is it?\n', 1],
    ] as const)
      await expect(readModelFolder(await write(data))).rejects.toMatchObject({
        code: 'data_loss',
        message: expect.stringContaining(`line ${line} of learnt-texts.txt`),
      });
    // One that is there and cannot be read must not pass for none.
    const unreadable = await spoiled((folder) => mkdir(join(folder, 'learnt-texts.txt')));
    await expect(readModelFolder(unreadable)).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('learnt-texts.txt'),
    });
  });

  it('reads every pooling mode from the folder’s own files', async () => {
    const models = await Promise.all(TINY_MODELS.map((name) => readModelFolder(tinyModel(name))));
    expect(models.map((model) => model.pooling)).toEqual(['mean', 'mean', 'max', 'cls', 'mean_sqrt_len']);
    expect(models.map((model) => model.dimension)).toEqual([32, 32, 32, 32, 32]);
  });

  it('reads the newer form of the pooling config', async () => {
    const folder = await unlisted((copy) =>
      writeFile(
        join(copy, '1_Pooling/config.json'),
        JSON.stringify({ embedding_dimension: 32, pooling_mode: 'cls', include_prompt: true }),
      ),
    );
    expect((await readModelFolder(folder)).pooling).toBe('cls');
  });

  it('reads a folder without faqmatch.json and gives it a digest that changes with any file that can change a vector', async () => {
    const plain = await readModelFolder(await unlisted());
    const again = await readModelFolder(await unlisted());
    const other = await readModelFolder(
      await unlisted((folder) => editJson(folder, 'sentence_bert_config.json', (value) => ({ ...value, max_seq_length: 32 }))),
    );
    expect(again.digest).toBe(plain.digest);
    expect(other.digest).not.toBe(plain.digest);
    expect(other.maxTokens).toBe(32);
  });

  it.each(['vocab.txt', 'special_tokens_map.json', 'config_sentence_transformers.json', 'onnx/model.onnx_data'])(
    'gives another digest where %s is another one',
    async (file) => {
      const digests = await Promise.all(
        ['{}', '{ }'].map(async (data) => (await readModelFolder(await unlisted((copy) => writeFile(join(copy, file), data)))).digest),
      );
      expect(new Set(digests).size).toBe(2);
    },
  );

  it('gives another digest where the weights of a Dense layer are others', async () => {
    const copy = await copyModel(hubModel('hub-bert-dense'));
    copies.push(copy);
    const { digest } = await readModelFolder(copy);
    const path = join(copy, '2_Dense/model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect((await readModelFolder(copy)).digest).not.toBe(digest);
  });

  it('names a file that is not the one that was downloaded', async () => {
    const checksums = { 'config.json': `sha256:${'0'.repeat(64)}` };
    await expect(readModelFolder(await unlisted(), { checksums })).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('config.json of the model does not have the checksum'),
    });
  });

  it('refuses a file without a byte as it refuses a missing one, and a limit that leaves no room for a text', async () => {
    const empty = await unlisted((copy) => truncate(join(copy, 'tokenizer.json'), 0));
    await expect(readModelFolder(empty)).rejects.toMatchObject({ reason: 'MODEL_INCOMPLETE' });
    const short = await unlisted((copy) => editJson(copy, 'sentence_bert_config.json', (value) => ({ ...value, max_seq_length: 2 })));
    await expect(readModelFolder(short)).rejects.toMatchObject({ message: expect.stringContaining('a length limit of at least 3') });
  });

  it('leaves out the two positions that RoBERTa and its kin reserve', async () => {
    const folder = await unlisted(async (copy) => {
      await rm(join(copy, 'sentence_bert_config.json'));
      await editJson(copy, 'tokenizer_config.json', (value) => ({ ...value, model_max_length: 1e30 }));
      await editJson(copy, 'config.json', (value) => ({ ...value, model_type: 'roberta', max_position_embeddings: 40 }));
    });
    expect((await readModelFolder(folder)).maxTokens).toBe(38);
  });

  it('takes the length limit from tokenizer and positions where sentence-transformers’ own is missing', async () => {
    const folder = await unlisted(async (copy) => {
      await rm(join(copy, 'sentence_bert_config.json'));
      await editJson(copy, 'tokenizer_config.json', (value) => ({ ...value, model_max_length: 1e30 }));
      await editJson(copy, 'config.json', (value) => ({ ...value, max_position_embeddings: 40 }));
    });
    expect((await readModelFolder(folder)).maxTokens).toBe(40);
    await editJson(folder, 'tokenizer_config.json', (value) => ({ ...value, model_max_length: 24 }));
    expect((await readModelFolder(folder)).maxTokens).toBe(24);
  });

  it('names the missing folder and what may be given instead', async () => {
    await expect(readModelFolder('/no/such/model')).rejects.toMatchObject({
      code: 'not_found',
      message: 'Expected a model folder, found none named "/no/such/model". Give a shipped name, ./path or hub:org/name@revision.',
    });
  });

  it.each(['tokenizer.json', 'config.json', 'onnx/model.onnx'])('names %s where it is missing', async (file) => {
    const folder = await unlisted((copy) => rm(join(copy, file)));
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'MODEL_INCOMPLETE',
      message: expect.stringContaining(`lacks ${file}`),
    });
  });

  it('calls a transformer without modules and pooling a raw BERT and says what to do', async () => {
    const folder = await unlisted(async (copy) => {
      await rm(join(copy, 'modules.json'));
      await rm(join(copy, '1_Pooling'), { recursive: true });
    });
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      reason: 'MODEL_INCOMPLETE',
      message: expect.stringMatching(/raw BERT.*training\/export.*only its graph was exported, copy modules\.json and 1_Pooling/u),
    });
  });

  // A raw BERT has neither, so one of the two without the other was lost on the way.
  it.each(['modules.json', '1_Pooling/config.json'])(
    'calls a folder that lost %s alone half a copy, with or without faqmatch.json',
    async (file) => {
      for (const folder of [await unlisted((copy) => rm(join(copy, file))), await spoiled((copy) => rm(join(copy, file)))])
        await expect(readModelFolder(folder)).rejects.toMatchObject({
          reason: 'MODEL_INCOMPLETE',
          message: expect.stringMatching(new RegExp(`lacks ${file}(?!.*raw BERT).*opy the whole folder again`, 'u')),
        });
    },
  );

  it('finds a graph that an exporter left beside config.json', async () => {
    const folder = await unlisted((copy) => rename(join(copy, 'onnx/model.onnx'), join(copy, 'model.onnx')));
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/lacks onnx\/model\.onnx.*model\.onnx beside config\.json: move it.*to onnx\//u),
    });
  });

  it('says that there is no model at all', async () => {
    await expect(readModelFolder(join(SHIPPED_MODEL, '..'))).rejects.toMatchObject({
      message: expect.stringContaining('no model in this folder'),
    });
  });

  it('names a listed file that was cut off', async () => {
    const folder = await spoiled((copy) => truncate(join(copy, 'onnx/model.onnx'), 1000));
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('onnx/model.onnx of the model does not have the checksum'),
    });
  });

  it('names a listed file of which one byte was changed', async () => {
    const folder = await spoiled(async (copy) => {
      const path = join(copy, 'tokenizer.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace('hidden', 'Hidden').replace('"a"', '"A"'));
    });
    await expect(readModelFolder(folder)).rejects.toMatchObject({ code: 'data_loss', message: expect.stringContaining('tokenizer.json') });
  });

  it('says so where a JSON file is cut off and no checksum tells', async () => {
    const folder = await unlisted((copy) => truncate(join(copy, 'config.json'), 20));
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('Expected JSON in config.json'),
    });
  });

  it('refuses configs of two dimensions', async () => {
    const folder = await unlisted((copy) =>
      editJson(copy, '1_Pooling/config.json', (value) => ({ ...value, word_embedding_dimension: 64 })),
    );
    await expect(readModelFolder(folder)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: 'config.json says vectors have 32 numbers, the pooling config says 64: the folder mixes two models. Copy it again.',
    });
  });

  it('refuses a faqmatch.json whose dimension, list or digest does not fit the folder', async () => {
    const dimension = await spoiled((copy) => editJson(copy, 'faqmatch.json', (value) => ({ ...value, dimension: 31 })));
    await expect(readModelFolder(dimension)).rejects.toMatchObject({
      message: expect.stringContaining("dimension 31, the model's files 32"),
    });
    for (const [field, value, words] of [
      ['max_seq_length', 9, 'max_seq_length 9'],
      ['pooling', 'max', "pooling max, the model's files mean"],
    ] as const) {
      const other = await spoiled((copy) => editJson(copy, 'faqmatch.json', (manifest) => ({ ...manifest, [field]: value })));
      await expect(readModelFolder(other)).rejects.toMatchObject({ message: expect.stringContaining(words) });
    }
    const unlistedPart = await spoiled((copy) =>
      editJson(copy, 'faqmatch.json', ({ files, ...manifest }) => {
        const { 'config.json': _, ...rest } = files as Record<string, string>;
        return { ...manifest, files: rest, digest: digestOf(rest) };
      }),
    );
    await expect(readModelFolder(unlistedPart)).rejects.toMatchObject({ message: expect.stringContaining('no checksum for config.json') });
    const digest = await spoiled((copy) => editJson(copy, 'faqmatch.json', (value) => ({ ...value, digest: `sha256:${'0'.repeat(64)}` })));
    await expect(readModelFolder(digest)).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('digest in faqmatch.json'),
    });
    const list = await spoiled((copy) =>
      editJson(copy, 'faqmatch.json', (value) => ({ ...value, files: { '../x': `sha256:${'0'.repeat(64)}` } })),
    );
    await expect(readModelFolder(list)).rejects.toMatchObject({ message: expect.stringContaining('inside the model folder') });
  });

  it.each([
    [['Transformer', 'Pooling', 'WordWeights', 'Normalize'], 'WordWeights, which is not supported yet'],
    [['Transformer', 'Pooling', 'Normalize', 'Dense'], 'chains Transformer → Pooling → Normalize → Dense'],
    [['Transformer', 'Dense', 'Pooling'], 'chains Transformer → Dense → Pooling'],
  ])('refuses the modules %j', async (kinds, words) => {
    const modules = kinds.map((kind, idx) => ({
      idx,
      name: `${idx}`,
      path: `${idx}_${kind}`,
      type: `sentence_transformers.models.${kind}`,
    }));
    const folder = await unlisted((copy) => writeFile(join(copy, 'modules.json'), JSON.stringify(modules)));
    await expect(readModelFolder(folder)).rejects.toMatchObject({ reason: 'MODEL_UNSUPPORTED', message: expect.stringContaining(words) });
  });

  it('refuses joined, unknown and absent pooling modes', async () => {
    const withModes = (modes: object) =>
      unlisted((copy) => writeFile(join(copy, '1_Pooling/config.json'), JSON.stringify({ word_embedding_dimension: 32, ...modes })));
    const joined = await withModes({ pooling_mode_mean_tokens: true, pooling_mode_max_tokens: true });
    await expect(readModelFolder(joined)).rejects.toMatchObject({ message: expect.stringContaining('joins mean + max') });
    await expect(readModelFolder(await withModes({ pooling_mode: 'lasttoken' }))).rejects.toMatchObject({
      message: expect.stringContaining('asks for lasttoken'),
    });
    await expect(readModelFolder(await withModes({}))).rejects.toMatchObject({
      message: expect.stringMatching(/^1_Pooling\/config\.json asks for no pooling mode.*add "pooling_mode"/u),
    });
  });

  it('says that a folder where a file should be is unreadable or missing rather than failing strangely', async () => {
    const folder = await unlisted(async (copy) => {
      await rm(join(copy, 'tokenizer.json'));
      await mkdir(join(copy, 'tokenizer.json'));
    });
    await expect(readModelFolder(folder)).rejects.toMatchObject({ reason: 'MODEL_INCOMPLETE' });
  });
});
