/** Texts that no user would type, since something between the author and the file changed them. Clear cases alone: a false alarm teaches to look away. */

/** Of the characters that a byte from 0x80 to 0xbf becomes in Windows-1252 or Latin-1, those that seldom follow a capital letter by intent. */
const CONTINUED = '[\\u0080-\\u00aa\\u00ac-\\u00ba\\u00bc-\\u00bf€ƒ…†‡ˆ‰ŠŒŽ™šœžŸ]';
const ANY_CONTINUED = '[\\u0080-\\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';
/**
 * UTF-8 read as Windows-1252 or Latin-1: "Ã©", "Â°", "â€™", "ðŸ˜€", and two Cyrillic letters in a row. Not after a capital letter, where
 * "IRMÃ…" or "PÂ°" may be meant.
 */
const MISREAD = new RegExp(`(?<!\\p{Lu})[ÂÃ]${CONTINUED}|â€|â\\u0080|â‚¬|ðŸ|ð\\u009f|ï»¿|(?:[ÐÑ]${ANY_CONTINUED}){2}`, 'u');
/** Entities that web pages are full of; the semicolon tells them from "R&D" and "AT&T". */
const ENTITY =
  /&(?:nbsp|amp|lt|gt|quot|apos|[lr][sd]quo|[nm]dash|hellip|euro|pound|copy|reg|trade|szlig|[aou]uml|[aeiou](?:acute|grave|circ)|[ano]tilde|ccedil|#\d{1,7}|#x[\da-f]{1,6});/iu;

/** What is garbled in a text as it stands in the file, for a message: what came, and what to do. Undefined where nothing clearly is. */
export function garbledPart(text: string): string | undefined {
  if (text.includes('\ufffd')) return 'the sign \ufffd in place of a character that was lost; write the character anew';
  const entity = ENTITY.exec(text)?.[0];
  if (entity !== undefined) return `the HTML entity ${entity}, which nobody types; write the character itself`;
  const misread = MISREAD.exec(text)?.[0];
  return misread === undefined
    ? undefined
    : `${JSON.stringify(misread)}, which UTF-8 becomes when it is read as Windows-1252; take the text from its source anew, as UTF-8`;
}
