import { beforeAll, describe, expect, it } from 'vitest';
import { type ModelFolder, readModelFolder } from '../../../../src/encoder/model-folder.ts';
import { createPreparation } from '../../../../src/encoder/remote/prepared-text.ts';
import { createTokenizer, type Tokenizer } from '../../../../src/encoder/tokenizer.ts';
import { tinyModel } from '../../../support/model-fixtures.ts';

let model: ModelFolder;
let tokenizer: Tokenizer;
beforeAll(async () => {
  model = await readModelFolder(tinyModel('tiny-mean'));
  tokenizer = createTokenizer(model);
});

describe('a text for a server whose model has a folder here', () => {
  it('is sent as it is where the model reads it whole', () => {
    const { prepare } = createPreparation(model);
    expect(prepare('Where is my order?')).toMatchObject({ text: 'Where is my order?', truncated: false });
  });

  it.each([
    ['words', 'where is my order '.repeat(400)],
    ['letters of one piece each', 'q '.repeat(3_000)],
    ['words of many letters', `${'antidisestablishmentarianism '.repeat(40)}end `.repeat(10)],
  ])('is cut to what the model reads, and gives the same word pieces: %s', (_, long) => {
    const { text, length, truncated } = createPreparation(model).prepare(long);
    expect([truncated, length]).toEqual([true, model.maxTokens]);
    expect(tokenizer.tokenise(text)).toEqual({ ids: tokenizer.tokenise(long).ids, truncated: false });
  });

  it('takes the prompt of its role along, since the server is asked for bare vectors', () => {
    const prompts = { ...model.prompts, chosen: { utterance: 'query: ', stored: 'passage: ' } };
    const { prepare } = createPreparation({ ...model, prompts });
    expect([prepare('refund').text, prepare('refund', 'stored').text]).toEqual(['query: refund', 'passage: refund']);
  });
});

describe('a text for a server whose model has no folder here', () => {
  it('is cut between two characters and never within one', () => {
    const { prepare } = createPreparation(undefined);
    const long = `a${'😀'.repeat(20_000)}`;
    const { text, truncated } = prepare(long);
    expect(truncated).toBe(true);
    expect(text.length).toBeLessThanOrEqual(16_384);
    expect(long.startsWith(text)).toBe(true);
    expect(prepare('a'.repeat(16_384))).toMatchObject({ text: 'a'.repeat(16_384), truncated: false });
  });
});
