/**
 * Whether two words are one typing slip apart: Damerau's four (a letter left out, added, changed, or two neighbours exchanged; F. J. Damerau, 1964).
 */

/** Whether the words differ by exactly one edit of code units. Takes time in proportion to their length. */
export function isOneEdit(left: string, right: string): boolean {
  if (left === right || Math.abs(left.length - right.length) > 1) return false;
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const restLeft = left.length - start - end;
  const restRight = right.length - start - end;
  if (restLeft <= 1 && restRight <= 1) return true;
  return restLeft === 2 && restRight === 2 && left[start] === right[start + 1] && left[start + 1] === right[start];
}
