/** Limits of a corpus. They guard memory and catch files that are not what they seem; none is a matter of quality. */

/** Unicode characters of a question, counter-example or golden utterance: the default limit of an utterance. */
export const MAX_QUESTION_CHARACTERS = 2_000;
/** Unicode characters of an answer or of one metadata value. */
export const MAX_ANSWER_CHARACTERS = 100_000;
/** Unicode characters of an id, intent, locale, tag or metadata key. */
export const MAX_NAME_CHARACTERS = 256;
/** Texts of one corpus: questions, counter-examples, tags, metadata values and golden rows together. */
export const MAX_TEXTS = 1_000_000;
/** Columns of a table. */
export const MAX_COLUMNS = 1_000;
/** Faults, and warnings, that are listed; the rest is only counted. */
export const MAX_LISTED = 10_000;
/** Bytes of all files of one corpus. */
export const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** Whether a text has more Unicode characters than the limit. */
export function isOver(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  // A character takes at most two code units, so only texts in between need counting.
  return text.length > 2 * limit || Array.from(text).length > limit;
}
