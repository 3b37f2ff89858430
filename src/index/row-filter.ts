/**
 * Which rows a filter lets through: any of the locales (none named: all) and all of the tags. Tags are compared as they are written; a locale
 * stands for its language and its regions too.
 */
import { canonicalLocale, widerLocales } from '../text/locale.ts';
import type { QuestionRow, RowFilter } from './contract.ts';

/** True where the filter lets every row through. */
export function isOpenFilter(filter: RowFilter | undefined): boolean {
  return filter === undefined || (filter.locales.length === 0 && filter.tags.length === 0);
}

/** Equal for two filters that let the same rows through by their wording: order and repeats of names do not count. */
export function filterKey(filter: RowFilter): string {
  return JSON.stringify([[...new Set(filter.locales)].sort(), [...new Set(filter.tags)].sort()]);
}

/**
 * How well stored locales fit those that are asked for, less being better: 0 where it is one of them, 1 for a wider one (asked `en-US`, stored `en`;
 * asked `zh-TW`, stored `zh-Hant`), 2 for a narrower one (asked `en`, stored `en-GB`). Another region is another locale, and none is none of them:
 * undefined. Case does not count.
 */
export function localeDistance(asked: readonly string[]): (stored: string) => 0 | 1 | 2 | undefined {
  const wanted = new Set(asked.map((locale) => canonicalLocale(locale) ?? locale));
  const wider = new Set([...wanted].flatMap(widerLocales));
  const distanceOf = (found: string): 0 | 1 | 2 | undefined => {
    if (wanted.has(found)) return 0;
    if (wider.has(found)) return 1;
    return widerLocales(found).some((holds) => wanted.has(holds)) ? 2 : undefined;
  };
  // A version has few locales and many entries.
  const known = new Map<string, 0 | 1 | 2 | undefined>();
  return (stored) => {
    const before = known.get(stored);
    if (before !== undefined || known.has(stored)) return before;
    const distance = distanceOf(canonicalLocale(stored) ?? stored);
    known.set(stored, distance);
    return distance;
  };
}

/** A test of stored locales: whether one fits any that is asked for (localeDistance). None asked for: all pass. */
export function localeTest(asked: readonly string[]): (stored: string) => boolean {
  const distanceTo = localeDistance(asked);
  return (stored) => asked.length === 0 || distanceTo(stored) !== undefined;
}

/** A test of entries or rows by a filter. */
export function filterTest({ locales, tags }: RowFilter): (row: Pick<QuestionRow, 'locale' | 'tags'>) => boolean {
  const localePasses = localeTest(locales);
  return (row) => localePasses(row.locale) && tags.every((tag) => row.tags.includes(tag));
}

/**
 * The filter for a search that compares locales as they are written: those stored that pass stand in for those asked for. Where none passes the
 * filter stays as it is, and lets nothing through. @param stored the version's distinct locales.
 */
export function withStoredLocales(filter: RowFilter, stored: Iterable<string>): RowFilter {
  if (filter.locales.length === 0) return filter;
  const locales = [...stored].filter(localeTest(filter.locales));
  return locales.length === 0 ? filter : { ...filter, locales };
}

/** Numbers of the rows that pass, ascending. */
export function rowsThatPass(rows: readonly QuestionRow[], filter: RowFilter): Uint32Array {
  const passes = filterTest(filter);
  const passing: number[] = [];
  for (const [number, row] of rows.entries()) if (passes(row)) passing.push(number);
  return Uint32Array.from(passing);
}
