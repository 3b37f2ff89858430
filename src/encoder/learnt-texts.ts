/**
 * Which texts a model has learnt from, as `python -m training.adapt` writes it into the folder. How such texts lie to each other says nothing of how
 * other texts will.
 */
import { createHash } from 'node:crypto';
import { modelError } from './model-error.ts';
import { readOptional } from './model-files.ts';

/** One line for each text: the first 16 hex digits of its SHA-256. */
export const LEARNT_TEXTS_FILE = 'learnt-texts.txt';
const LINE = /^[0-9a-f]{16}$/u;

/** A text's line; case and spacing make no other text. training/adapt writes the same. */
export function learntLine(text: string): string {
  const written = text.trim().split(/\s+/u).join(' ').toLowerCase();
  return createHash('sha256').update(written).digest('hex').slice(0, 16);
}

/**
 * @returns whether the model has learnt from a text; undefined where the folder names no such texts.
 * @throws FaqError data_loss where the file is not what adapt writes.
 */
export async function readLearntTexts(folder: string): Promise<((text: string) => boolean) | undefined> {
  const data = await readOptional(folder, LEARNT_TEXTS_FILE);
  if (data === undefined) return undefined;
  const lines = data.split('\n').filter((line) => line !== '');
  const wrong = lines.findIndex((line) => !LINE.test(line));
  if (wrong >= 0)
    throw modelError('MODEL_DAMAGED', `Expected 16 hex digits in line ${wrong + 1} of ${LEARNT_TEXTS_FILE}. Copy the model folder again.`);
  const learnt = new Set(lines);
  return (text) => learnt.has(learntLine(text));
}
