/** One text of a file, of each kind that there is: checked, normalised, and undefined after a fault. */
import { canonicalLocale, meantLocale } from '../text/locale.ts';
import { normaliseLines, normaliseText } from '../text/normalise.ts';
import { describeValue, quoted } from './describe-value.ts';
import { localeAdvice } from './doubtful-locale.ts';
import type { FaultList } from './fault-list.ts';
import { garbledPart } from './garbled-text.ts';
import { isOver, MAX_ANSWER_CHARACTERS, MAX_NAME_CHARACTERS, MAX_QUESTION_CHARACTERS } from './limits.ts';
import type { Place } from './source-document.ts';

/** What a text is for. */
export interface TextRule {
  /** As messages name it, e.g. `a question`. */
  readonly name: string;
  /** Most Unicode characters. */
  readonly limit: number;
  readonly normalise: (text: string) => string;
  /** The fault of a blank text; undefined where blank means absent. */
  readonly blank: 'missing_field' | 'empty_question' | undefined;
  /** Whether users are expected to type such texts, so that a garbled one is worth a warning. */
  readonly typed?: boolean;
}

/** Question, counter-example or golden utterance. */
export const QUESTION: TextRule = {
  name: 'a question',
  limit: MAX_QUESTION_CHARACTERS,
  normalise: normaliseText,
  blank: 'empty_question',
  typed: true,
};
/** A text that must not be answered. */
export const COUNTER_EXAMPLE: TextRule = { ...QUESTION, name: 'a counter-example' };
/** The utterance of a golden row. */
export const UTTERANCE: TextRule = { ...QUESTION, name: 'an utterance' };
/** Answer or metadata value: line breaks stay. */
export const ANSWER: TextRule = { name: 'an answer', limit: MAX_ANSWER_CHARACTERS, normalise: normaliseLines, blank: undefined };
/** A value of an entry's metadata. */
export const METADATA_VALUE: TextRule = { ...ANSWER, name: 'a metadata value' };
/** Id or intent, which must not be blank. */
export const ID: TextRule = { name: 'an id', limit: MAX_NAME_CHARACTERS, normalise: normaliseText, blank: 'missing_field' };
/** An intent's name. */
export const INTENT: TextRule = { ...ID, name: 'an intent' };
/** Name that may be absent. */
export const TAG: TextRule = { ...ID, name: 'a tag', blank: undefined };
/** A locale. */
export const LOCALE: TextRule = { ...TAG, name: 'a locale' };
/** A key of an entry's metadata. */
export const METADATA_KEY: TextRule = { ...ID, name: 'a metadata key' };

/** The normalised text, possibly blank where the rule allows it; undefined after a fault. */
export function readText(value: unknown, rule: TextRule, at: { readonly place: Place; readonly list: FaultList }): string | undefined {
  const { place, list } = at;
  if (typeof value !== 'string') {
    const advice = value === null || typeof value === 'object' ? 'write a text' : 'put it in quotes';
    list.fault('wrong_type', place, `Expected ${rule.name} as text, came ${describeValue(value)}; ${advice}.`);
    return undefined;
  }
  // Normalising takes long for long texts; composing never makes a text eight times shorter in code units.
  const text = value.length > 8 * rule.limit ? value : rule.normalise(value);
  if (isOver(text, rule.limit)) {
    const message = `Expected ${rule.name} of at most ${rule.limit} characters, came about ${text.length}; shorten or split it.`;
    list.fault('too_long', place, message);
    return undefined;
  }
  const garbled = rule.typed === true ? garbledPart(value) : undefined;
  if (garbled !== undefined) list.warn('garbled_text', place, `Expected ${rule.name} as users type it, came ${garbled}: ${quoted(text)}.`);
  if (text !== '' || rule.blank === undefined) return text;
  list.fault(rule.blank, place, `Expected ${rule.name}, came a blank text; write one or remove it.`);
  return undefined;
}

/** The canonical form of a BCP 47 tag, or blank for blank; undefined after a fault. */
export function readLocale(value: unknown, at: { readonly place: Place; readonly list: FaultList }): string | undefined {
  const text = readText(value, LOCALE, at);
  if (text === undefined || text === '') return text;
  const canonical = canonicalLocale(text);
  if (canonical !== undefined) {
    const doubt = localeAdvice(canonical);
    if (doubt !== undefined)
      at.list.warn('doubtful_locale', at.place, `Expected a language that is registered, came ${quoted(text)}, which is kept; ${doubt}`);
    return canonical;
  }
  const meant = meantLocale(text);
  const advice = meant === undefined ? 'write one such as en or pt-BR' : `write ${meant}`;
  at.list.fault('bad_locale', at.place, `Expected a BCP 47 language tag, came ${quoted(text)}; ${advice}.`);
  return undefined;
}
