import { describe, expect, it } from 'vitest';
import { readPrompts, requirePooledPrompt } from '../../../src/encoder/prompts.ts';

describe('the prompts of a model', () => {
  it.each([
    ['none', {}, { utterance: '', stored: '' }],
    ['empty ones, as saving adds them', { prompts: { query: '', document: '' } }, { utterance: '', stored: '' }],
    ['an instruction for queries only', { prompts: { query: 'Find: ', document: '' } }, { utterance: 'Find: ', stored: '' }],
    ['two prefixes', { prompts: { query: 'query: ', passage: 'passage: ' } }, { utterance: 'query: ', stored: 'passage: ' }],
    [
      'two prefixes beside an empty one',
      { prompts: { query: 'query: ', document: '', passage: 'passage: ' } },
      { utterance: 'query: ', stored: 'passage: ' },
    ],
    [
      'a default one of another name',
      { prompts: { query: '', document: '', sts: 'sts: ' }, default_prompt_name: 'sts' },
      { utterance: 'sts: ', stored: 'sts: ' },
    ],
    [
      'the query as default, which is not for stored questions',
      { prompts: { query: 'q: ' }, default_prompt_name: 'query' },
      { utterance: 'q: ', stored: '' },
    ],
    ['a default that is not there', { prompts: {}, default_prompt_name: 'gone' }, { utterance: '', stored: '' }],
    ['null for both', { prompts: null, default_prompt_name: null }, { utterance: '', stored: '' }],
  ])('are chosen from %s', (_, config, chosen) => {
    expect(readPrompts(config).chosen).toEqual(chosen);
  });

  it('are refused only where the pooling is to leave them out', () => {
    const prompts = { utterance: 'query: ', stored: '' };
    for (const included of [true, undefined]) expect(() => requirePooledPrompt(prompts, included)).not.toThrow();
    expect(() => requirePooledPrompt(prompts, false)).toThrow(/include_prompt: false/u);
    expect(() => requirePooledPrompt({ utterance: '', stored: '' }, false)).not.toThrow();
  });
});
