/**
 * Text to the one form that everything downstream sees: what is stored, encoded, compared and counted.
 * Knows nothing of corpora, models or languages beyond Unicode.
 */

/** Controls that separate words rather than vanish: line breaks of every kind and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is the purpose
const BREAKS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/gu;
/** C0 and C1 controls, the byte order mark and the replacement character; white space is handled apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufeff\ufffd]/gu;
/** Marks nobody sees and no model reads: soft hyphen, zero-width space, word joiner, direction marks. The joiners U+200C and U+200D stay. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]/gu;
const SPACES = /\s+/gu;
/** Words of printable ASCII with one space between: already normal, and most of what comes. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/u;
/** Signs that Unicode counts as punctuation and that change what a question asks: C#, 5 %, R&D, @home. */
const MEANINGFUL = '#%&@';
/** The look-behind keeps the second half linear: a run is tried once, not from each of its characters. */
const OUTER_PUNCTUATION = new RegExp(
  `^(?:(?![${MEANINGFUL}])[\\p{P}\\p{Z}])+|(?<!(?![${MEANINGFUL}])[\\p{P}\\p{Z}])(?:(?![${MEANINGFUL}])[\\p{P}\\p{Z}])+$`,
  'gu',
);

function clean(text: string): string {
  return text.toWellFormed().replace(BREAKS, '\n').replace(CONTROLS, '');
}

/**
 * Unicode NFC, control and invisible characters removed, lone surrogates removed, runs of white space made one space, trimmed.
 * Letters of every script and emoji survive. Idempotent. The result may be empty.
 */
export function normaliseText(text: string): string {
  if (PLAIN.test(text)) return text;
  return clean(text).replace(INVISIBLE, '').normalize('NFC').replace(SPACES, ' ').trim();
}

/**
 * As normaliseText, but line breaks (each as one "\n"), runs of spaces and direction marks stay: for answers, which are shown and never
 * compared. A tab becomes a space. Idempotent. The result may be empty.
 */
export function normaliseLines(text: string): string {
  return clean(text).replaceAll('\t', ' ').normalize('NFC').trim();
}

/**
 * The form under which two questions count as the same: case, compatibility forms, outer punctuation and runs of spaces aside.
 * "#", "%", "&" and "@" are no outer punctuation, so that "C#" and "C" stay two questions; and text made of punctuation alone keeps it,
 * so that "?" and "!" do too.
 */
export function exactKey(text: string): string {
  const lower = normaliseText(normaliseText(text).normalize('NFKC').toLowerCase());
  const inner = lower.replace(OUTER_PUNCTUATION, '');
  return inner === '' ? lower : inner;
}
