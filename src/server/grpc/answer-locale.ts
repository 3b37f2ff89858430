/**
 * Which entry answers in a wanted locale.
 */
import type { Entry } from '../../corpus/corpus.ts';
import { canonicalLocale } from '../../text/locale.ts';

/**
 * The first entry in the very locale, else in the nearest wider one down to its language alone (the lookup of RFC 4647, section 3.4), else in
 * its language and script elsewhere (asked `zh-TW`, stored `zh-Hant-HK` before `zh-Hans`), else in its language, else without a locale.
 * Case does not count, and an old name of a language (`iw`) stands for its new one (`he`).
 * @param locale empty: the first entry at all. @returns undefined where none fits.
 */
export function entryInLocale(entries: readonly Entry[], locale: string): Entry | undefined {
  if (locale === '') return entries[0];
  const wanted = canonicalLocale(locale) ?? locale;
  const { language, script } = likelyParts(wanted);
  const ranks: readonly ((found: string) => boolean)[] = [
    ...widerLocales(wanted).map((wider) => (found: string) => found === wider),
    (found) => found !== '' && likelyParts(found).language === language && likelyParts(found).script === script,
    (found) => found !== '' && likelyParts(found).language === language,
    (found) => found === '',
  ];
  const stored = entries.map((entry) => canonicalLocale(entry.locale) ?? entry.locale);
  for (const ranked of ranks) {
    const place = stored.findIndex(ranked);
    if (place !== -1) return entries[place];
  }
  return undefined;
}

/** A locale and those that hold it, the nearest first: `zh-Hant-TW`, `zh-Hant`, `zh`. */
function widerLocales(locale: string): readonly string[] {
  const subtags = locale.split('-');
  return subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'));
}

/** A locale's language and the script it is most likely written in; the whole text as its language where it is no locale. */
function likelyParts(locale: string): { readonly language: string; readonly script: string | undefined } {
  if (canonicalLocale(locale) === undefined) return { language: locale.toLowerCase(), script: undefined };
  const { language, script } = new Intl.Locale(locale).maximize();
  return { language, script };
}
