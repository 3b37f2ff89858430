/**
 * The files of a model folder in sentence-transformers' layout, as types.
 * Knows the form of each file, not which combinations of them we support.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../system-code.ts';
import { modelError } from './model-error.ts';

/** modules.json: the chain of modules; `type` ends in the module's class. */
export const MODULES = z.array(z.object({ path: z.string(), type: z.string() })).min(1);

/** 1_Pooling/config.json, in the older form (one flag per mode) or the newer one (`pooling_mode`). */
export const POOLING = z.looseObject({
  word_embedding_dimension: z.int().positive().optional(),
  embedding_dimension: z.int().positive().optional(),
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
  include_prompt: z.boolean().optional(),
});

/** config.json of a Dense module; `activation_function` ends in torch's class. */
export const DENSE = z.looseObject({
  in_features: z.int().positive(),
  out_features: z.int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
  module_input_name: z.string().default('sentence_embedding'),
  module_output_name: z.string().nullish(),
});

/** sentence_bert_config.json. */
export const SENTENCE_BERT = z.looseObject({ max_seq_length: z.int().positive().nullish(), do_lower_case: z.boolean().nullish() });

/** config.json of the transformer. */
export const TRANSFORMER = z.looseObject({
  hidden_size: z.int().positive().optional(),
  dim: z.int().positive().optional(),
  d_model: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
  model_type: z.string().optional(),
});

/** config_sentence_transformers.json. */
export const SENTENCE_TRANSFORMERS = z.looseObject({
  default_prompt_name: z.string().nullish(),
  prompts: z.record(z.string(), z.string()).nullish(),
});

/** tokenizer_config.json; the rest is read by the tokenizer. */
export const TOKENIZER_CONFIG = z.looseObject({ model_max_length: z.number().optional() });

/** tokenizer.json; the rest is read by the tokenizer. */
export const TOKENIZER = z.looseObject({ model: z.looseObject({}) });

const SHA256 = z.string().regex(/^sha256:[0-9a-f]{64}$/u, 'expected sha256:<64 hex digits>');

/** Our faqmatch.json: what the folder holds and the checksum of every file that can change a vector. */
export const MANIFEST = z.looseObject({
  format: z.literal(1),
  name: z.string().min(1),
  dimension: z.int().positive(),
  max_seq_length: z.int().positive(),
  pooling: z.string(),
  graph: z.looseObject({ file: z.string(), pooled: z.boolean().optional(), output: z.string().optional() }),
  files: z.record(z.string(), SHA256),
  digest: SHA256,
});

/** The parsed faqmatch.json. */
export type ModelManifest = z.infer<typeof MANIFEST>;

/** Bytes of a file, or undefined where there is none. */
export async function readOptional(folder: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, file), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw modelError(
      'MODEL_DAMAGED',
      `Expected to read ${file} of the model; it cannot be read. Check its rights or copy the model again.`,
      error,
    );
  }
}

/**
 * Parses one JSON file of a model folder.
 * @returns undefined where there is no such file.
 * @throws FaqError data_loss where it is no JSON (a cut-off file) or has another form.
 */
export async function readModelJson<Schema extends z.ZodType>(
  folder: string,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await readOptional(folder, file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw modelError(
      'MODEL_DAMAGED',
      `Expected JSON in ${file} of the model, found something else: the file is cut off or damaged. Copy the model again.`,
      error,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`).join('; ');
  throw modelError(
    'MODEL_DAMAGED',
    `${file} of the model has not the expected form (${faults}). Copy the model again or export it anew.`,
    parsed.error,
  );
}
