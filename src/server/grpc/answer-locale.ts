/**
 * Which entry answers in a wanted locale.
 */
import type { Entry } from '../../corpus/corpus.ts';
import { canonicalLocale, widerLocales } from '../../text/locale.ts';

/**
 * The first entry in the very locale, else in the nearest wider one down to its language alone, else in its language and script elsewhere (asked
 * `zh-TW`, stored `zh-Hant-HK` before `zh-Hans`), else in its language, else without a locale. Case does not count, and an old name of a language
 * (`iw`) stands for its new one (`he`).
 * @param locale empty: the first entry at all. @returns undefined where none fits.
 */
export function entryInLocale(entries: readonly Entry[], locale: string): Entry | undefined {
  if (locale === '') return entries[0];
  const stored = entries.map((entry) => canonicalLocale(entry.locale));
  const wanted = canonicalLocale(locale);
  const places = [...(wanted === undefined ? [] : placesByFit(stored, wanted)), entries.findIndex((entry) => entry.locale === '')];
  return entries[places.find((place) => place >= 0) ?? -1];
}

/** The first of the locales for each way to fit, the better way first; -1 where none fits so. */
function placesByFit(stored: readonly (string | undefined)[], wanted: string): readonly number[] {
  const { language, script } = new Intl.Locale(wanted).maximize();
  const likely = stored.map((tag) => (tag === undefined ? undefined : new Intl.Locale(tag).maximize()));
  return [
    ...widerLocales(wanted).map((wider) => stored.indexOf(wider)),
    likely.findIndex((found) => found?.language === language && found?.script === script),
    likely.findIndex((found) => found?.language === language),
  ];
}
