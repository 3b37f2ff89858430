/**
 * Text to the one form that everything downstream sees: what is stored, encoded, compared and counted.
 * Knows nothing of corpora, models or languages beyond Unicode.
 */

/** C0 and C1 controls and the replacement character; white space is handled apart. Joiners inside emoji and scripts survive. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ufeff\ufffd]/gu;
const SPACES = /\s+/gu;
const OUTER_PUNCTUATION = /^[\p{P}\p{Z}]+|[\p{P}\p{Z}]+$/gu;

/**
 * Unicode NFC, control characters removed, lone surrogates removed, runs of white space made one space, trimmed.
 * Letters of every script and emoji survive. The result may be empty.
 */
export function normaliseText(text: string): string {
  return text.toWellFormed().normalize('NFC').replace(CONTROLS, '').replace(SPACES, ' ').trim();
}

/**
 * The form under which two questions count as the same: case, outer punctuation and runs of spaces aside.
 * Text made of punctuation alone keeps it, so that "?" and "!" stay two questions.
 */
export function exactKey(text: string): string {
  const lower = normaliseText(text).normalize('NFKC').toLowerCase();
  const inner = lower.replace(OUTER_PUNCTUATION, '');
  return inner === '' ? lower : inner;
}
