/**
 * A model's own files to what follows the transformer: modules.json and 1_Pooling/config.json.
 * Refuses what we cannot compute rather than computing something else.
 */
import type { z } from 'zod';
import type { Pooling } from './encoder.ts';
import { modelError } from './model-error.ts';
import type { MODULES, POOLING } from './model-files.ts';

/** Both spellings of each mode: the older flag and the newer word. */
const MODES: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len',
  mean: 'mean',
  max: 'max',
  cls: 'cls',
  mean_sqrt_len: 'mean_sqrt_len',
  mean_sqrt_len_tokens: 'mean_sqrt_len',
};

/** Which folders of the model hold its configs. */
export interface ModuleChain {
  /** Folder of the pooling config, e.g. `1_Pooling`. */
  readonly poolingFolder: string;
  /** Folders of the Dense modules behind it, in their order, e.g. `2_Dense`. */
  readonly denseFolders: readonly string[];
}

/** What to do about a transformer without pooling. */
export const RAW_BERT =
  "It looks like a raw BERT without pooling: expected sentence-transformers' modules.json with a Pooling module and 1_Pooling/config.json. Save it from Python with SentenceTransformer(...).save(...), or export it with training/export; where only its graph was exported, copy modules.json and 1_Pooling from the model it was exported from.";

/**
 * Reads the chain Transformer → Pooling → (Dense …) → (Normalize). Whether it ends in Normalize is not told: vectors come out one long either
 * way, since a cosine does not see their length.
 * @throws FaqError failed_precondition for any other chain.
 */
export function readModuleChain(modules: z.infer<typeof MODULES>): ModuleChain {
  const kinds = modules.map((module) => module.type.split('.').at(-1) ?? '');
  const foreign = kinds.filter((kind) => !['Transformer', 'Pooling', 'Dense', 'Normalize'].includes(kind));
  if (foreign.length > 0) {
    throw modelError(
      'MODEL_UNSUPPORTED',
      `modules.json names ${foreign.join(', ')}, which is not supported yet; expected Transformer, Pooling, Dense and Normalize only. Choose a model without it.`,
    );
  }
  const pooling = modules[kinds.indexOf('Pooling')];
  if (pooling === undefined || !kinds.includes('Pooling'))
    throw modelError('MODEL_INCOMPLETE', `modules.json names no Pooling module. ${RAW_BERT}`);
  const order = kinds.join(' → ');
  if (!/^Transformer → Pooling(?: → Dense)*(?: → Normalize)?$/u.test(order)) {
    throw modelError(
      'MODEL_UNSUPPORTED',
      `modules.json chains ${order}; expected Transformer → Pooling, with or without Dense and, last, Normalize after it. Choose another model.`,
    );
  }
  const denseFolders = modules.filter((_, place) => kinds[place] === 'Dense').map(({ path }) => path);
  return { poolingFolder: pooling.path, denseFolders };
}

/** Names of the modes that a pooling config asks for, flags that are off left out. */
function wantedModes(config: z.infer<typeof POOLING>): readonly string[] {
  const named = config.pooling_mode === undefined ? [] : [config.pooling_mode].flat();
  const flagged = Object.entries(config).filter(([key, value]) => key.startsWith('pooling_mode_') && value === true);
  return [...named, ...flagged.map(([key]) => key)];
}

/**
 * The one pooling mode of a config.
 * @param file it was read from, for messages.
 * @throws FaqError failed_precondition where it asks for none, several or one we lack.
 */
export function readPooling(config: z.infer<typeof POOLING>, file: string): Pooling {
  const wanted = wantedModes(config);
  const modes = new Set(wanted.map((name) => MODES[name] ?? name));
  const [mode] = modes;
  if (mode === undefined)
    throw modelError(
      'MODEL_INCOMPLETE',
      `${file} asks for no pooling mode; expected one of mean, max, cls, mean_sqrt_len. Copy the file from the model as it was trained, or add "pooling_mode": "mean" to it, with the mode that the model was trained with.`,
    );
  if (modes.size > 1)
    throw modelError(
      'MODEL_UNSUPPORTED',
      `${file} joins ${[...modes].join(' + ')}; expected one mode. Joined modes are not supported yet: choose another model.`,
    );
  const known = MODES[mode];
  if (known === undefined)
    throw modelError('MODEL_UNSUPPORTED', `${file} asks for ${mode}; expected one of mean, max, cls, mean_sqrt_len. Choose another model.`);
  return known;
}
