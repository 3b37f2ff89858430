/**
 * Which entry answers in a wanted locale.
 */
import type { Entry } from '../../corpus/corpus.ts';

/** Whether a text is a BCP 47 locale. */
export function isLocale(text: string): boolean {
  try {
    Intl.getCanonicalLocales(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first entry in the very locale, else in its language alone, else in its language elsewhere, else without a locale.
 * Case does not count. @param locale empty: the first entry at all. @returns undefined where none fits.
 */
export function entryInLocale(entries: readonly Entry[], locale: string): Entry | undefined {
  if (locale === '') return entries[0];
  const wanted = locale.toLowerCase();
  const language = languageOf(wanted);
  const ranks: readonly ((found: string) => boolean)[] = [
    (found) => found === wanted,
    (found) => found === language,
    (found) => found !== '' && languageOf(found) === language,
    (found) => found === '',
  ];
  for (const ranked of ranks) {
    const entry = entries.find((candidate) => ranked(candidate.locale.toLowerCase()));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function languageOf(locale: string): string {
  return locale.split('-')[0] ?? locale;
}
