/**
 * A folder on disk to a checked model: every part there, every checksum right, every dimension the same.
 * Opens no session and knows nothing of where the folder came from.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { DENSE_WEIGHTS, readDenseLayers } from './dense-config.ts';
import type { DenseLayer } from './dense-head.ts';
import type { Pooling } from './encoder.ts';
import { readLearntTexts } from './learnt-texts.ts';
import { type Checksums, digestOf, hashFiles, requireChecksums } from './model-digest.ts';
import { modelError } from './model-error.ts';
import {
  MANIFEST,
  MODULES,
  type ModelManifest,
  POOLING,
  readModelJson,
  SENTENCE_BERT,
  SENTENCE_TRANSFORMERS,
  TOKENIZER,
  TOKENIZER_CONFIG,
  TRANSFORMER,
} from './model-files.ts';
import { type ModuleChain, RAW_BERT, readModuleChain, readPooling } from './pooling-config.ts';
import { type ModelPrompts, readPrompts } from './prompts.ts';

/** A model folder, parsed and verified. */
export interface ModelFolder {
  readonly name: string;
  /** `sha256:<hex>` over every file that can change a vector. */
  readonly digest: string;
  /** Numbers of a finished vector. */
  readonly dimension: number;
  /** Numbers of a word piece's vector, before Dense layers. */
  readonly pieceDimension: number;
  /** Numbers of the vector before it is cut to `dimension`. */
  readonly wholeDimension: number;
  /** Layers between pooling and normalisation. */
  readonly dense: readonly DenseLayer[];
  readonly prompts: ModelPrompts;
  /** False where the pooling is to leave a prompt's word pieces out. */
  readonly includePrompt: boolean | undefined;
  /** Most word pieces of one text, special ones included. */
  readonly maxTokens: number;
  readonly pooling: Pooling;
  /** Absolute path of the ONNX graph. */
  readonly graphFile: string;
  /** Output that holds the vectors, where the folder names it. */
  readonly graphOutput: string | undefined;
  /** Text is lower-cased before the tokenizer sees it. */
  readonly lowerCase: boolean;
  /** Contents of tokenizer.json and tokenizer_config.json. */
  readonly tokenizer: { readonly json: object; readonly config: object };
  /** Whether the model was adapted to a text; undefined where the folder tells of none. */
  readonly hasLearnt: ((text: string) => boolean) | undefined;
}

/** What is known of a folder beforehand. */
export interface ExpectedModel {
  /** Name shown to people; the manifest's or the folder's own where absent. */
  readonly name?: string;
  /** Checksums stored when the folder was downloaded. */
  readonly checksums?: Checksums;
}

/** What a model folder of this project says of itself. */
export const MANIFEST_FILE = 'faqmatch.json';
const GRAPH = 'onnx/model.onnx';
const REQUIRED = ['config.json', 'tokenizer.json'] as const;
/** Files that can change a vector, where they exist. */
const OPTIONAL = [
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
] as const;
/** Architectures whose first two positions are reserved. */
const OFFSET_POSITIONS = new Set(['roberta', 'xlm-roberta', 'camembert', 'mpnet']);

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size > 0;
}

async function presentFiles(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const present = await Promise.all(files.map((file) => isFile(join(folder, file))));
  return files.filter((_, index) => present[index] === true);
}

async function readChain(folder: string): Promise<ModuleChain> {
  if (!(await isFile(join(folder, 'config.json'))) && !(await isFile(join(folder, 'modules.json'))))
    throw modelError(
      'MODEL_INCOMPLETE',
      'There is no model in this folder: expected config.json and modules.json. Give the folder that holds them.',
    );
  const modules = await readModelJson(folder, 'modules.json', MODULES);
  if (modules === undefined) {
    const isCopied = await isFile(join(folder, '1_Pooling/config.json'));
    const advice = isCopied ? '1_Pooling/config.json is there, so the model has one: copy the whole folder again.' : RAW_BERT;
    throw modelError('MODEL_INCOMPLETE', `The model folder lacks modules.json. ${advice}`);
  }
  return readModuleChain(modules);
}

/** modules.json names the pooling, so a folder without it lost it on its way here: a raw BERT has no modules.json. */
async function requirePooling(folder: string, poolingFile: string): Promise<void> {
  if (await isFile(join(folder, poolingFile))) return;
  throw modelError(
    'MODEL_INCOMPLETE',
    `The model folder lacks ${poolingFile} (missing or empty), which modules.json names. Copy the whole folder again, with what lies in its subfolders.`,
  );
}

/** Exporters that write the graph alone put it beside config.json. */
async function graphAdvice(folder: string): Promise<string> {
  return (await isFile(join(folder, 'model.onnx')))
    ? `There is a model.onnx beside config.json: move it, and its model.onnx_data if it has one, to ${dirname(GRAPH)}/.`
    : 'A model saved from Python has no ONNX graph yet: export it with training/export.';
}

async function requireParts(folder: string, parts: readonly string[]): Promise<void> {
  const present = await presentFiles(folder, parts);
  const missing = parts.filter((part) => !present.includes(part));
  if (missing.length === 0) return;
  const graphHint = missing.some((part) => part.endsWith('.onnx')) ? ` ${await graphAdvice(folder)}` : '';
  throw modelError(
    'MODEL_INCOMPLETE',
    `The model folder lacks ${missing.join(', ')} (missing or empty). Copy the whole folder again.${graphHint}`,
  );
}

/** Checksums of every file that can change a vector, held to the manifest and to what was stored at download. */
async function verify(
  folder: string,
  files: { readonly parts: readonly string[]; readonly optional: readonly string[] },
  known: { manifest: ModelManifest | undefined; expected: Checksums },
): Promise<string> {
  const { manifest, expected } = known;
  const { parts } = files;
  const own = manifest === undefined ? [...parts, ...(await presentFiles(folder, files.optional))] : Object.keys(manifest.files);
  const actual = await hashFiles(folder, [...new Set([...own, ...Object.keys(expected)])]);
  requireChecksums(actual, expected);
  const digest = digestOf(Object.fromEntries(own.map((file) => [file, actual[file] ?? ''])));
  if (manifest === undefined) return digest;
  requireChecksums(actual, manifest.files);
  const unlisted = parts.filter((part) => manifest.files[part] === undefined);
  if (unlisted.length > 0)
    throw modelError('MODEL_DAMAGED', `faqmatch.json lists no checksum for ${unlisted.join(', ')}. Export the model anew.`);
  if (digest !== manifest.digest)
    throw modelError('MODEL_DAMAGED', 'The digest in faqmatch.json does not fit its list of files. Export the model anew.');
  return digest;
}

function dimensionOf(transformer: z.infer<typeof TRANSFORMER>, pooling: z.infer<typeof POOLING>): number {
  const hidden = transformer.hidden_size ?? transformer.dim ?? transformer.d_model;
  const pooled = pooling.word_embedding_dimension ?? pooling.embedding_dimension;
  if (hidden !== undefined && pooled !== undefined && hidden !== pooled) {
    throw modelError(
      'MODEL_MISMATCH',
      `config.json says vectors have ${hidden} numbers, the pooling config says ${pooled}: the folder mixes two models. Copy it again.`,
    );
  }
  const dimension = pooled ?? hidden;
  if (dimension === undefined)
    throw modelError(
      'MODEL_INCOMPLETE',
      'Expected hidden_size in config.json or word_embedding_dimension in the pooling config, found neither. Save the model again.',
    );
  return dimension;
}

/** The model's own length limit: sentence-transformers' first, else what tokenizer and transformer allow. */
function maxTokensOf(own: number | null | undefined, tokenizerLimit: number | undefined, transformer: z.infer<typeof TRANSFORMER>): number {
  const reserved = OFFSET_POSITIONS.has(transformer.model_type ?? '') ? 2 : 0;
  const positions =
    transformer.max_position_embeddings === undefined ? Number.POSITIVE_INFINITY : transformer.max_position_embeddings - reserved;
  const limit = Math.min(own ?? tokenizerLimit ?? Number.POSITIVE_INFINITY, positions);
  if (Number.isFinite(limit) && limit >= 3) return Math.floor(limit);
  throw modelError(
    'MODEL_INCOMPLETE',
    'Expected a length limit of at least 3 (max_seq_length in sentence_bert_config.json), found none. Add it.',
  );
}

function requireManifestFits(manifest: ModelManifest | undefined, found: { dimension: number; maxTokens: number; pooling: Pooling }): void {
  if (manifest === undefined) return;
  const wrong = [
    manifest.dimension === found.dimension ? [] : [`dimension ${manifest.dimension}, the model's files ${found.dimension}`],
    manifest.max_seq_length === found.maxTokens ? [] : [`max_seq_length ${manifest.max_seq_length}, the model's files ${found.maxTokens}`],
    manifest.pooling === found.pooling ? [] : [`pooling ${manifest.pooling}, the model's files ${found.pooling}`],
  ].flat();
  if (wrong.length > 0) throw modelError('MODEL_MISMATCH', `faqmatch.json says ${wrong.join('; ')}. Export the model anew.`);
}

/** @param path as the user named it, which is what a message shows. */
async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw modelError(
    'MODEL_NOT_FOUND',
    `Expected a model folder, found none named "${path}". Give a shipped name, ./path or hub:org/name@revision.`,
  );
}

/** The folder's JSON files, those that are missing as empty. */
async function readConfigs(folder: string, poolingFile: string) {
  const prompts = (await readModelJson(folder, 'config_sentence_transformers.json', SENTENCE_TRANSFORMERS)) ?? {};
  return {
    poolingConfig: (await readModelJson(folder, poolingFile, POOLING)) ?? {},
    transformer: (await readModelJson(folder, 'config.json', TRANSFORMER)) ?? {},
    sentenceBert: (await readModelJson(folder, 'sentence_bert_config.json', SENTENCE_BERT)) ?? {},
    prompts: readPrompts(prompts),
    tokenizerConfig: (await readModelJson(folder, 'tokenizer_config.json', TOKENIZER_CONFIG)) ?? {},
    tokenizerJson: (await readModelJson(folder, 'tokenizer.json', TOKENIZER)) ?? {},
  };
}

/**
 * Reads and verifies a model folder in sentence-transformers' layout.
 * @throws FaqError not_found (no folder), failed_precondition (a part missing, unsupported or at odds with another), data_loss (damaged file).
 */
export async function readModelFolder(path: string, expected: ExpectedModel = {}): Promise<ModelFolder> {
  const folder = resolve(path);
  await requireFolder(path);
  const manifest = await readModelJson(folder, MANIFEST_FILE, MANIFEST);
  const chain = await readChain(folder);
  const graph = manifest?.graph.file ?? GRAPH;
  const poolingFile = `${chain.poolingFolder}/config.json`;
  const denseFiles = chain.denseFolders.map((dense) => `${dense}/config.json`);
  const parts = ['modules.json', poolingFile, ...denseFiles, graph, ...REQUIRED];
  await requirePooling(folder, poolingFile);
  await requireParts(folder, parts);
  const weights = chain.denseFolders.map((dense) => `${dense}/${DENSE_WEIGHTS}`);
  const digest = await verify(
    folder,
    { parts, optional: [...OPTIONAL, `${GRAPH}_data`, ...weights] },
    { manifest, expected: expected.checksums ?? {} },
  );
  const { poolingConfig, transformer, sentenceBert, prompts, tokenizerConfig, tokenizerJson } = await readConfigs(folder, poolingFile);
  const pooling = readPooling(poolingConfig, poolingFile);
  const pieceDimension = dimensionOf(transformer, poolingConfig);
  const dense = await readDenseLayers(folder, chain.denseFolders, pieceDimension);
  const dimension = dense.at(-1)?.outputs ?? pieceDimension;
  const maxTokens = maxTokensOf(sentenceBert.max_seq_length, tokenizerConfig.model_max_length, transformer);
  requireManifestFits(manifest, { dimension, maxTokens, pooling });
  return {
    name: expected.name ?? manifest?.name ?? basename(folder),
    digest,
    dimension,
    pieceDimension,
    wholeDimension: dimension,
    dense,
    prompts,
    includePrompt: poolingConfig.include_prompt,
    maxTokens,
    pooling,
    graphFile: join(folder, graph),
    graphOutput: manifest?.graph.output,
    lowerCase: sentenceBert.do_lower_case === true,
    tokenizer: { json: tokenizerJson, config: tokenizerConfig },
    hasLearnt: await readLearntTexts(folder),
  };
}
