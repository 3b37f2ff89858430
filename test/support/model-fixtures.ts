/**
 * The models that tests use: tiny ones with random weights and the shipped one, with the vectors that PyTorch gave.
 */
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders of tiny models; `tiny-pooled` pools inside its graph, the others leave it to us. */
export const TINY_MODELS = ['tiny-pooled', 'tiny-mean', 'tiny-max', 'tiny-cls', 'tiny-sqrt'] as const;

export function tinyModel(name: (typeof TINY_MODELS)[number]): string {
  return fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
}

/** Folders of other architectures as the hub has them: the transformer's graph alone, no faqmatch.json, prompts and a Dense layer in files. */
export const HUB_MODELS = ['hub-mpnet', 'hub-distilbert-cls', 'hub-xlm-roberta-prefixes', 'hub-bert-dense'] as const;

export function hubModel(name: (typeof HUB_MODELS)[number]): string {
  return fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
}

export const SHIPPED_MODEL = fileURLToPath(new URL('../../models/faqmatch-minilm-l6', import.meta.url));

export interface Parity {
  readonly texts: readonly string[];
  /** As utterances. */
  readonly vectors: readonly (readonly number[])[];
  /** As stored questions, where the model tells them apart. */
  readonly stored?: readonly (readonly number[])[];
}

/** Texts and their reference vectors, as sentence-transformers computes them in float32. */
export async function readParity(folder: string): Promise<Parity> {
  return JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')) as Parity;
}

/** A copy of a model folder in a new temporary folder, for spoiling. */
export async function copyModel(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'faqmatch-model-'));
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** Changes one JSON file of a model folder. */
export async function editJson(folder: string, file: string, edit: (value: Record<string, unknown>) => unknown): Promise<void> {
  const path = join(folder, file);
  const value = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(edit(value)));
}

/** Cosine of two vectors. */
export function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let product = 0;
  let squares = 0;
  let otherSquares = 0;
  for (let index = 0; index < one.length; index += 1) {
    const left = one[index] ?? 0;
    const right = other[index] ?? 0;
    product += left * right;
    squares += left * left;
    otherSquares += right * right;
  }
  return product / Math.sqrt(squares * otherSquares);
}
