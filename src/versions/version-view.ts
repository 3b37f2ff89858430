/**
 * A loaded version as one request sees it: which rows and intents its filter lets through.
 */
import type { RowFilter } from '../index/contract.ts';
import type { LoadedVersion } from './contract.ts';

/** A version with a request's filter applied. */
export interface VersionView {
  readonly version: LoadedVersion;
  /** Whether a row passes the filter. */
  readonly passes: (row: number) => boolean;
  /** Whether an intent has a row that passes; undefined where all do. */
  readonly allows: ((intent: number) => boolean) | undefined;
}

/** Whether an entry passes: any of the locales (none given: all), all of the tags. */
export function entryPasses(entry: { readonly locale: string; readonly tags: readonly string[] }, filter: RowFilter): boolean {
  const localePasses = filter.locales.length === 0 || filter.locales.includes(entry.locale);
  return localePasses && filter.tags.every((tag) => entry.tags.includes(tag));
}

/** Filters entries once, so that rows and intents are looked up, not filtered again. An empty filter lets everything through. */
export function viewVersion(version: LoadedVersion, filter: RowFilter | undefined): VersionView {
  if (filter === undefined || (filter.locales.length === 0 && filter.tags.length === 0)) {
    return { version, passes: () => true, allows: undefined };
  }
  const passing = version.content.entries.map((entry) => entryPasses(entry, filter));
  const passes = (row: number) => passing[version.entryOfRow[row] as number] === true;
  const allowed = new Set<number>();
  version.entryOfRow.forEach((entry, row) => {
    if (passing[entry] === true) allowed.add(version.intentOfRow[row] as number);
  });
  return { version, passes, allows: (intent) => allowed.has(intent) };
}
