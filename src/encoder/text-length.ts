/** The limit on an utterance's length. Knows nothing of models. */
import { FaqError } from '../errors.ts';

/** Unicode code points, counted without making an array of a text that may be megabytes long. */
function countCharacters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}

/** @throws FaqError invalid_argument (TEXT_TOO_LONG) for a text of more than `most` characters (code points). */
export function requireLength(text: string, most: number): void {
  // No text has more code points than code units, so most need no count.
  if (text.length <= most) return;
  const characters = countCharacters(text);
  if (characters <= most) return;
  throw new FaqError('invalid_argument', `Expected at most ${most} characters, got ${characters}. Shorten the text.`, {
    field: 'utterance',
    reason: 'TEXT_TOO_LONG',
  });
}
