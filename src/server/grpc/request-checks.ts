/**
 * Checks that more than one call makes of its request.
 */
import { normaliseText } from '../../text/normalise.ts';
import type { Violations } from '../edge/violations.ts';

/** Refuses what is no share; undefined passes. */
export function checkShare(value: number | undefined, field: string, violations: Violations): void {
  violations.check(value !== undefined && !(value >= 0 && value <= 1), field, () => `expected a number in [0, 1]; got ${value}.`);
}

/** Refuses what no user can have typed, by the rule that a match reads it by. */
export function checkUtterance(
  utterance: string,
  { field, maxChars }: { readonly field: string; readonly maxChars: number },
  violations: Violations,
): void {
  const chars = codePoints(utterance, maxChars);
  violations.check(
    chars > maxChars,
    field,
    () => `expected at most ${maxChars} characters; got ${chars}. Send what the user asks, not a document.`,
  );
  violations.check(
    chars <= maxChars && normaliseText(utterance) === '',
    field,
    () => 'expected the words that the user typed; it is empty, blank or made of control characters.',
  );
}

/** Code points of a text, counted only where the answer depends on it. */
function codePoints(text: string, enough: number): number {
  if (text.length <= enough || text.length > enough * 2) return text.length;
  return Array.from(text).length;
}
