import { beforeAll, describe, expect, it } from 'vitest';
import { type ModelFolder, readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createTokenizer, type Tokenizer } from '../../../src/encoder/tokenizer.ts';
import { SHIPPED_MODEL } from '../../support/model-fixtures.ts';

const CLS = 101;
const SEP = 102;

let model: ModelFolder;
let tokenizer: Tokenizer;
beforeAll(async () => {
  model = await readModelFolder(SHIPPED_MODEL);
  tokenizer = createTokenizer(model);
});

describe('the tokenizer', () => {
  it('gives the word pieces of the Python tokenizer, without padding', () => {
    // From transformers' BertTokenizerFast for "Where is my order?".
    expect([...tokenizer.tokenise('Where is my order?').ids]).toEqual([CLS, 2073, 2003, 2026, 2344, 1029, SEP]);
  });

  it('tells whole words from words in pieces', () => {
    for (const word of ['order', 'ORDER', 'café']) expect(tokenizer.hasWord(word), word).toBe(true);
    for (const word of ['ordre', '', 'two words', '龘']) expect(tokenizer.hasWord(word), word).toBe(false);
  });

  it('frames the empty text with its special pieces', () => {
    expect([...tokenizer.tokenise('').ids]).toEqual([CLS, SEP]);
  });

  it('reads up to the model’s own limit and says nothing of truncation there', () => {
    const { ids, truncated } = tokenizer.tokenise('order '.repeat(254));
    expect(ids).toHaveLength(256);
    expect(truncated).toBe(false);
  });

  it('truncates beyond the limit, keeps the closing piece and says so', () => {
    const { ids, truncated } = tokenizer.tokenise('order '.repeat(255));
    expect(ids).toHaveLength(256);
    expect([ids[0], ids[254], ids[255]]).toEqual([CLS, 2344, SEP]);
    expect(truncated).toBe(true);
  });

  it('takes a text of a megabyte in a moment and says that it is truncated', () => {
    const started = performance.now();
    const { ids, truncated } = tokenizer.tokenise('order? '.repeat(150_000));
    expect(ids).toHaveLength(256);
    expect(truncated).toBe(true);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each([
    ['emoji', '👍🏽🎉👩‍👩‍👧'],
    ['Chinese', '我的订单在哪里'],
    ['Arabic', 'أين طلبي؟'],
    ['combining marks', 'e\u0301'.repeat(5)],
    ['control characters', '\u0000\u0007\u001b[31mred'],
    ['a lone surrogate', 'a\ud83d b'],
    ['white space', ' \n\t '],
  ])('takes %s', (_, text) => {
    const { ids } = tokenizer.tokenise(text);
    expect(ids[0]).toBe(CLS);
    expect(ids.at(-1)).toBe(SEP);
    expect(ids.every((id) => id >= 0 && id < 30_522)).toBe(true);
  });

  it('lower-cases first where the model says so, whatever its tokenizer does', () => {
    const { json } = model.tokenizer;
    const cased = { ...model.tokenizer, json: { ...json, normalizer: { type: 'BertNormalizer', lowercase: false } } };
    expect(createTokenizer({ ...model, tokenizer: cased }).tokenise('WHERE').ids).not.toEqual(tokenizer.tokenise('where').ids);
    const lower = createTokenizer({ ...model, tokenizer: cased, lowerCase: true });
    expect(lower.tokenise('WHERE').ids).toEqual(tokenizer.tokenise('where').ids);
  });

  it('reads half a character as the sign for one that cannot be read', () => {
    expect(tokenizer.tokenise('a\ud83d b').ids).toEqual(tokenizer.tokenise('a\ufffd b').ids);
  });

  it('says that a text of few pieces is truncated where it was cut before it was read', () => {
    const { ids, truncated } = tokenizer.tokenise('a'.repeat(256 * 256 + 1));
    expect([ids.length < 256, truncated]).toEqual([true, true]);
  });

  it('puts the prompt of its role before a text', () => {
    const prompts = { ...model.prompts, chosen: { utterance: 'query: ', stored: 'passage: ' } };
    const prompted = createTokenizer({ ...model, prompts });
    expect(prompted.tokenise('refund').ids).toEqual(tokenizer.tokenise('query: refund').ids);
    expect(prompted.tokenise('refund', 'stored').ids).toEqual(tokenizer.tokenise('passage: refund').ids);
  });

  it('pads and cuts nothing of its own where tokenizer.json asks for it, as many on the hub do', () => {
    const padding = {
      strategy: { Fixed: 128 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '[PAD]',
    };
    const truncation = { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 };
    const asking = createTokenizer({ ...model, tokenizer: { ...model.tokenizer, json: { ...model.tokenizer.json, padding, truncation } } });
    expect(asking.tokenise('Where is my order?').ids).toEqual(tokenizer.tokenise('Where is my order?').ids);
  });

  it('refuses a tokenizer.json of an unknown kind', () => {
    const unknown = { ...model, tokenizer: { json: { model: { type: 'Surprise' } }, config: {} } };
    expect(() => createTokenizer(unknown)).toThrow(/tokenizer.json of the model cannot be used/u);
  });
});
