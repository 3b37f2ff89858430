/** parity.json of a model folder, and how near an encoder comes to each of its vectors. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Encoder } from '../encoder/encoder.ts';

const PARITY = z.object({ texts: z.array(z.string()).min(1), vectors: z.array(z.array(z.number())).min(1) });

/** Texts and the unit vectors that the original implementation gives for them, in the same order. */
export type Parity = z.infer<typeof PARITY>;

/** What one row came to. */
export interface ParityRow {
  readonly text: string;
  /** To the reference, -1 to 1. */
  readonly reference: number;
  /** Of the text alone to the same text among all others. */
  readonly company: number;
}

/** @returns undefined where the folder has none; a sentence where it has one that is damaged. */
export async function readParity(folder: string): Promise<Parity | string | undefined> {
  const text = await readFile(join(folder, 'parity.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const parity = PARITY.parse(JSON.parse(text));
    if (parity.texts.length === parity.vectors.length) return parity;
    return `parity.json holds ${parity.texts.length} texts and ${parity.vectors.length} vectors; expected one vector a text`;
  } catch {
    return 'parity.json is cut off or of another form; expected {"texts": [...], "vectors": [[...], ...]}';
  }
}

/** What is wrong with the first vector that has fewer numbers than the model gives, in a sentence; undefined where there is none. */
export function shortVector({ vectors }: Parity, dimension: number): string | undefined {
  const at = vectors.findIndex(({ length }) => length < dimension);
  if (at < 0) return undefined;
  return `parity.json: vector ${at + 1} has ${vectors[at]?.length} numbers and the model gives ${dimension}; it was made for another model`;
}

function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [dot, left, right] = [0, 0, 0];
  for (let at = 0; at < one.length; at += 1) {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    dot += a * b;
    left += a * a;
    right += b * b;
  }
  return left > 0 && right > 0 ? dot / Math.sqrt(left * right) : 0;
}

/** Encodes all texts as utterances in the bulk lane, which has no limit on length. @returns their cosines to the reference, cut where the encoder cuts. */
export async function referenceCosines(parity: Parity, encoder: Encoder): Promise<readonly number[]> {
  const vectors = await encoder.encodeAll(parity.texts, { role: 'utterance' });
  const { dimension } = encoder.info;
  return parity.vectors.map((wanted, row) => cosine(wanted.slice(0, dimension), vectors.subarray(row * dimension, (row + 1) * dimension)));
}

/** Encodes every text as an utterance, alone and all of them together, and holds both to the reference, cut where the encoder cuts. */
export async function parityRows(parity: Parity, encoder: Encoder): Promise<readonly ParityRow[]> {
  const together = await encoder.encodeAll(parity.texts, { role: 'utterance' });
  const { dimension } = encoder.info;
  const rows: ParityRow[] = [];
  for (const [row, text] of parity.texts.entries()) {
    const { vector } = await encoder.encode(text);
    const company = together.subarray(row * dimension, (row + 1) * dimension);
    rows.push({ text, reference: cosine((parity.vectors[row] ?? []).slice(0, dimension), vector), company: cosine(vector, company) });
  }
  return rows;
}
