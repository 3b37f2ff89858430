/**
 * A loaded version as one request sees it: which rows and intents its filter lets through.
 */
import type { RowFilter } from '../index/contract.ts';
import { filterTest, isOpenFilter } from '../index/row-filter.ts';
import type { LoadedVersion } from './contract.ts';

/** A version with a request's filter applied. */
export interface VersionView {
  readonly version: LoadedVersion;
  /** Whether a row passes the filter. */
  readonly passes: (row: number) => boolean;
  /** Whether an intent has a row that passes; undefined where all do. */
  readonly allows: ((intent: number) => boolean) | undefined;
}

/** Filters entries once, so that rows and intents are looked up, not filtered again. An empty filter lets everything through. */
export function viewVersion(version: LoadedVersion, filter: RowFilter | undefined): VersionView {
  if (filter === undefined || isOpenFilter(filter)) {
    return { version, passes: () => true, allows: undefined };
  }
  const passing = version.content.entries.map(filterTest(filter));
  const passes = (row: number) => passing[version.entryOfRow[row] as number] === true;
  const allowed = new Set<number>();
  version.entryOfRow.forEach((entry, row) => {
    if (passing[entry] === true) allowed.add(version.intentOfRow[row] as number);
  });
  return { version, passes, allows: (intent) => allowed.has(intent) };
}
