/**
 * What the settings change about a model: its prompts and the length of its vectors. Both are part of its digest, since both change vectors.
 */
import { createHash } from 'node:crypto';
import { FaqError } from '../errors.ts';
import type { ModelFolder } from './model-folder.ts';
import { type Prompts, promptOf } from './prompts.ts';

/** Settings over a model. */
export interface ModelOptions {
  /** Numbers kept of each vector (Matryoshka models); all where absent. */
  readonly truncateDim?: number | undefined;
  /** Before utterances: a name of the model's prompts, `none`, or a text in double quotes; the model's own choice where absent. */
  readonly queryPrompt?: string | undefined;
  /** Before stored questions, likewise. */
  readonly storedPrompt?: string | undefined;
}

function requireTruncation(model: ModelFolder, wanted: number): number {
  if (wanted <= model.dimension) return wanted;
  throw new FaqError(
    'invalid_argument',
    `FAQMATCH_TRUNCATE_DIM: expected at most the model's ${model.dimension} numbers, got ${wanted}. Lower it, or set 0 to keep all.`,
    { field: 'truncateDim', reason: 'BAD_TRUNCATION' },
  );
}

/** The folder's digest where nothing differs from it, so that stored vectors stay good. */
function digestWith(model: ModelFolder, changed: { readonly dimension: number; readonly prompts: Prompts }): string {
  const { chosen } = model.prompts;
  const same =
    changed.dimension === model.dimension && changed.prompts.utterance === chosen.utterance && changed.prompts.stored === chosen.stored;
  if (same) return model.digest;
  const { dimension, prompts } = changed;
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([model.digest, dimension, prompts.utterance, prompts.stored]))
    .digest('hex')}`;
}

/**
 * The model as the settings want it.
 * @throws FaqError invalid_argument (more numbers than the model has, a prompt it has not).
 */
export function withOptions(model: ModelFolder, options: ModelOptions): ModelFolder {
  const { truncateDim = 0, queryPrompt, storedPrompt } = options;
  const { prompts } = model;
  const chosen = {
    utterance: queryPrompt === undefined ? prompts.chosen.utterance : promptOf(queryPrompt, prompts, 'FAQMATCH_QUERY_PROMPT'),
    stored: storedPrompt === undefined ? prompts.chosen.stored : promptOf(storedPrompt, prompts, 'FAQMATCH_STORED_PROMPT'),
  };
  const dimension = truncateDim === 0 ? model.dimension : requireTruncation(model, truncateDim);
  return { ...model, dimension, digest: digestWith(model, { dimension, prompts: chosen }), prompts: { ...prompts, chosen } };
}
