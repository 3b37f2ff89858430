/**
 * Checks that more than one call makes of its request.
 */
import { canonicalLocale, meantLocale } from '../../text/locale.ts';
import { normaliseText } from '../../text/normalise.ts';
import { shown } from '../../text/shown.ts';
import type { Violations } from '../edge/violations.ts';

/** Refuses what is no share; undefined passes. */
export function checkShare(value: number | undefined, field: string, violations: Violations): void {
  violations.check(value !== undefined && !(value >= 0 && value <= 1), field, () => `expected a number in [0, 1]; got ${value}.`);
}

/** Refuses what is no BCP 47 locale: no entry is stored under it, and to find none would look like an answer. */
export function checkLocale(locale: string, field: string, violations: Violations): void {
  if (canonicalLocale(locale) !== undefined) return;
  const meant = meantLocale(locale);
  const advice = meant === undefined ? '' : `; write ${meant}`;
  violations.check(true, field, () => `expected a BCP 47 locale such as "de-AT"; got ${shown(locale)}${advice}.`);
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
