/**
 * What a model wants before each text: `prompts` of config_sentence_transformers.json, and what the settings say instead.
 * Chooses texts; the tokenizer puts them in front.
 */
import type { z } from 'zod';
import { FaqError } from '../errors.ts';
import type { TextRole } from './encoder.ts';
import { modelError } from './model-error.ts';
import type { SENTENCE_TRANSFORMERS } from './model-files.ts';

/** The text before an utterance and before a stored question; both empty for most models. */
export type Prompts = Readonly<Record<TextRole, string>>;

/** A model's prompts by name, and those it is used with. */
export interface ModelPrompts {
  readonly named: Readonly<Record<string, string>>;
  /** What the model's files say. */
  readonly own: Prompts;
  /** What it is used with. */
  readonly chosen: Prompts;
}

/** Names of prompts for each role: those of sentence-transformers' encode_query and encode_document. */
const NAMES: Readonly<Record<TextRole, readonly string[]>> = { utterance: ['query'], stored: ['document', 'passage', 'corpus'] };

/**
 * Prompts of a model: for each role the first of its names that is not empty (saving a model adds empty ones), else the default prompt,
 * which goes before every text, unless that belongs to the other role.
 */
export function readPrompts(config: z.infer<typeof SENTENCE_TRANSFORMERS>): ModelPrompts {
  const named = config.prompts ?? {};
  const standard = config.default_prompt_name ?? '';
  const choose = (role: TextRole, other: TextRole): string => {
    const own = NAMES[role].map((name) => named[name]).find((prompt) => prompt !== undefined && prompt !== '');
    return own ?? (NAMES[other].includes(standard) ? '' : (named[standard] ?? ''));
  };
  const own = { utterance: choose('utterance', 'stored'), stored: choose('stored', 'utterance') };
  return { named, own, chosen: own };
}

/** Which prompt a setting means: one of the model's by name, `none`, or a text in double quotes. */
export function promptOf(value: string, { named }: ModelPrompts, setting: string): string {
  if (named[value] !== undefined) return named[value];
  if (value === 'none') return '';
  const quoted = /^"(?<text>.*)"$/su.exec(value)?.groups?.text;
  if (quoted !== undefined) return quoted;
  const names = Object.keys(named).join(', ');
  const expected = names === '' ? 'none or a text' : `a prompt of the model (${names}), none, or a text`;
  throw new FaqError(
    'invalid_argument',
    `${setting}: expected ${expected} in double quotes such as "query: "; got ${value}.${names === '' ? ' The model names no prompts.' : ''}`,
    { field: setting, reason: 'BAD_PROMPT' },
  );
}

/** @throws FaqError failed_precondition where the pooling is to leave the prompt's word pieces out, which we do not. */
export function requirePooledPrompt(prompts: Prompts, includePrompt: boolean | undefined): void {
  if (includePrompt !== false || (prompts.utterance === '' && prompts.stored === '')) return;
  throw modelError(
    'MODEL_UNSUPPORTED',
    'The pooling config leaves the prompt out of the mean (include_prompt: false), which is not supported. Choose another model, or one prompt setting "none" for each role.',
  );
}
