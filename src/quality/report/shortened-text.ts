/** Long utterances in lists for people. Pure. */

/** Characters that a person reads in a list; a whole mail in one cell hides the others. */
const MOST_CHARACTERS = 200;

const segmenter = new Intl.Segmenter();

/** The text itself, or its beginning and `…`, together at most so many characters, of which none is cut in half. */
export function shortenedText(text: string, most = MOST_CHARACTERS): string {
  // Code units are at least as many as characters, and known.
  if (text.length <= most) return text;
  let kept = '';
  let count = 0;
  for (const { segment } of segmenter.segment(text)) {
    count += 1;
    if (count > most) return `${kept.trimEnd()}…`;
    if (count < most) kept += segment;
  }
  return text;
}
