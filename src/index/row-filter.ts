/**
 * Which rows a filter lets through: any of the locales (none named: all) and all of the tags, compared as they are written.
 */
import type { QuestionRow, RowFilter } from './contract.ts';

/** True where the filter lets every row through. */
export function isOpenFilter(filter: RowFilter | undefined): boolean {
  return filter === undefined || (filter.locales.length === 0 && filter.tags.length === 0);
}

/** Equal for two filters that let the same rows through by their wording: order and repeats of names do not count. */
export function filterKey(filter: RowFilter): string {
  return JSON.stringify([[...new Set(filter.locales)].sort(), [...new Set(filter.tags)].sort()]);
}

/** Numbers of the rows that pass, ascending. */
export function rowsThatPass(rows: readonly QuestionRow[], filter: RowFilter): Uint32Array {
  const locales = new Set(filter.locales);
  const passing: number[] = [];
  for (const [row, { locale, tags }] of rows.entries()) {
    if ((locales.size === 0 || locales.has(locale)) && filter.tags.every((tag) => tags.includes(tag))) passing.push(row);
  }
  return Uint32Array.from(passing);
}
