import { describe, expect, it } from 'vitest';
import { readPrompts } from '../../../src/encoder/prompts.ts';

describe('the prompts of a model', () => {
  it.each([
    ['none', {}, '', ''],
    ['empty ones, as saving adds them', { prompts: { query: '', document: '' } }, '', ''],
    ['an instruction for queries only', { prompts: { query: 'Find: ', document: '' } }, 'Find: ', ''],
    ['two prefixes', { prompts: { query: 'query: ', passage: 'passage: ' } }, 'query: ', 'passage: '],
    ['two prefixes beside an empty one', { prompts: { query: 'query: ', document: '', passage: 'passage: ' } }, 'query: ', 'passage: '],
    ['a default one of another name', { prompts: { query: '', document: '', sts: 'sts: ' }, default_prompt_name: 'sts' }, 'sts: ', 'sts: '],
    ['the query as default, which is not for stored questions', { prompts: { query: 'q: ' }, default_prompt_name: 'query' }, 'q: ', ''],
    ['a default that is not there', { prompts: {}, default_prompt_name: 'gone' }, '', ''],
    ['null for both', { prompts: null, default_prompt_name: null }, '', ''],
  ])('are chosen from %s', (_, config, utterance, stored) => {
    expect(readPrompts(config).chosen).toEqual({ utterance, stored });
  });
});
