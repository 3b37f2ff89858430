/** Models that work, but not as most do. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createEncoder, type OnnxEncoder } from '../../../src/encoder/onnx-encoder.ts';
import { createTokenizer } from '../../../src/encoder/tokenizer.ts';
import { copyModel, editJson, readParity, tinyModel } from '../../support/model-fixtures.ts';

const DIMENSION = 32;
let folder: string;
beforeEach(async () => {
  folder = await copyModel(tinyModel('tiny-mean'));
  await rm(join(folder, 'faqmatch.json'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function withEncoder(use: (encoder: OnnxEncoder) => Promise<void>): Promise<void> {
  const encoder = await createEncoder({ model: await readModelFolder(folder), workers: 1 });
  try {
    await use(encoder);
  } finally {
    await encoder.close();
  }
}

/** Where the graph holds its matrix of word-piece vectors: in protobuf, a field 9 of just that many bytes. */
function wordVectorsAt(graph: Buffer, bytes: number): number {
  const length: number[] = [];
  for (let rest = bytes; rest > 0; rest >>>= 7) length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  const at = graph.indexOf(Buffer.from([0x4a, ...length]));
  expect(at).toBeGreaterThan(0);
  return at + 1 + length.length;
}

describe('a model of which one word is NaN', () => {
  it('fails the text with that word, says so, and answers its neighbours in the batch', async () => {
    const { texts } = await readParity(folder);
    const model = await readModelFolder(folder);
    const { tokenise } = createTokenizer(model);
    const [bad = '', ...others] = texts;
    const known = new Set([...others, 'How do I change the address of my order?'].flatMap((text) => [...tokenise(text).ids]));
    const word = tokenise(bad).ids.find((id) => !known.has(id));
    if (word === undefined) throw new Error('The first parity text needs a word of its own.');
    const { vocab_size: vocabulary } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as { vocab_size: number };
    const graph = await readFile(model.graphFile);
    const row = wordVectorsAt(graph, vocabulary * DIMENSION * 4) + word * DIMENSION * 4;
    // Bytes of ones are NaN as float32.
    graph.fill(0xff, row, row + DIMENSION * 4);
    await writeFile(model.graphFile, graph);
    await withEncoder(async (encoder) => {
      const outcomes = await Promise.allSettled(texts.map((text) => encoder.encode(text)));
      expect(outcomes.map(({ status }) => status)).toEqual(texts.map((text) => (text === bad ? 'rejected' : 'fulfilled')));
      expect(outcomes[0]).toMatchObject({ reason: { code: 'internal', message: expect.stringContaining('NaN') } });
      await expect(encoder.encodeAll(texts)).rejects.toMatchObject({ code: 'internal' });
    });
  });
});

describe('a model without a Normalize module', () => {
  it('gives the same vectors, one long: a cosine does not see their length', async () => {
    const { texts, vectors } = await readParity(folder);
    const modules = JSON.parse(await readFile(join(folder, 'modules.json'), 'utf8')) as readonly { readonly type: string }[];
    await writeFile(join(folder, 'modules.json'), JSON.stringify(modules.filter(({ type }) => !type.endsWith('Normalize'))));
    await withEncoder(async (encoder) => {
      for (const [row, text] of texts.slice(0, 3).entries()) {
        const { vector } = await encoder.encode(text);
        vector.forEach((value, column) => {
          expect(value).toBeCloseTo(vectors[row]?.[column] ?? Number.NaN, 3);
        });
      }
    });
  });
});

describe('a model whose files name another pooling', () => {
  it('is pooled as they say: the same graph gives the vectors of its mode', async () => {
    for (const [flag, name] of [
      ['pooling_mode_max_tokens', 'tiny-max'],
      ['pooling_mode_mean_sqrt_len_tokens', 'tiny-sqrt'],
    ] as const) {
      const [mine, theirs] = await Promise.all([
        readFile(join(folder, 'onnx/model.onnx')),
        readFile(join(tinyModel(name), 'onnx/model.onnx')),
      ]);
      expect(mine.equals(theirs)).toBe(true);
      await editJson(folder, '1_Pooling/config.json', (value) => ({
        ...Object.fromEntries(Object.entries(value).map(([key, set]) => [key, key.startsWith('pooling_mode') ? false : set])),
        [flag]: true,
      }));
      const { texts, vectors } = await readParity(tinyModel(name));
      await withEncoder(async (encoder) => {
        const { vector } = await encoder.encode(texts[0] ?? '');
        vector.forEach((value, column) => {
          expect(value).toBeCloseTo(vectors[0]?.[column] ?? Number.NaN, 3);
        });
      });
    }
  });
});
