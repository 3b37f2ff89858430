/**
 * FaqService's requests, checked, and its answers from a loaded version.
 */
import type { Entry as CorpusEntry } from '../../corpus/corpus.ts';
import { FaqError } from '../../errors.ts';
import type {
  CorpusSummary,
  Entry,
  EntryFilter,
  GetAnswerRequest,
  GetAnswerResponse,
  GetEntryRequest,
  GetEntryResponse,
  ListEntriesRequest,
  ListEntriesResponse,
} from '../../generated/faqmatch/v1/faq.ts';
import type { RowFilter } from '../../index/contract.ts';
import { filterTest } from '../../index/row-filter.ts';
import type { RunningShare } from '../../quality/traffic/running-share.ts';
import { shown } from '../../text/shown.ts';
import type { CorpusStatus, LoadedVersion } from '../../versions/contract.ts';
import { MAX_RESPONSE_BYTES } from '../edge/response-size.ts';
import { collectViolations } from '../edge/violations.ts';
import type { ServerLimits } from '../options.ts';
import { entryInLocale } from './answer-locale.ts';
import { checkFilter, storedForm } from './match-mapper.ts';
import { checkNamed } from './names.ts';
import { type PagePosition, readPageToken, writePageToken } from './page-token.ts';
import { checkLocale } from './request-checks.ts';

/** What page_size 0 stands for. */
const DEFAULT_PAGE_SIZE = 50;

/** @throws InvalidRequest. */
export function checkGetEntry(request: GetEntryRequest): void {
  const violations = collectViolations();
  checkNamed(request.corpus, 'corpus', violations);
  checkNamed(request.entryId, 'entry_id', violations);
  violations.throwIfAny();
}

/** @throws FaqError not_found. */
export function getEntry(loaded: LoadedVersion, { entryId }: GetEntryRequest): GetEntryResponse {
  const entry = loaded.content.entries.find(({ id }) => id === entryId);
  if (entry === undefined)
    throw noEntry(`There is no entry ${shown(entryId)} in corpus ${loaded.corpus}; ListEntries names those there are.`);
  return { entry: toEntry(entry), version: loaded.version };
}

/** @throws InvalidRequest. */
export function checkGetAnswer({ corpus, key, locale }: GetAnswerRequest): void {
  const violations = collectViolations();
  checkNamed(corpus, 'corpus', violations);
  violations.check(key === undefined, 'key', () => 'expected entry_id or intent; neither is set.');
  if (key?.$case === 'entryId') checkNamed(key.value, 'entry_id', violations);
  if (key?.$case === 'intent') checkNamed(key.value, 'intent', violations);
  if (locale !== '') checkLocale(locale, 'locale', violations);
  violations.throwIfAny();
}

/** An entry named by its id must fit the locale itself; of an intent's entries the best fitting one answers. @throws FaqError not_found. */
export function getAnswer(loaded: LoadedVersion, { key, locale }: GetAnswerRequest): GetAnswerResponse {
  const [what, fits] =
    key?.$case === 'intent'
      ? [`intent ${shown(key.value)}`, (entry: CorpusEntry) => entry.intent === key.value]
      : [`entry ${shown(key?.value ?? '')}`, (entry: CorpusEntry) => entry.id === key?.value];
  const entries = loaded.content.entries.filter(fits);
  if (entries.length === 0) throw noEntry(`There is no ${what} in corpus ${loaded.corpus}; ListEntries names those there are.`);
  const entry = entryInLocale(entries, locale);
  if (entry === undefined) throw noEntry(`The ${what} has no answer in locale ${shown(locale)}; ask without a locale for any.`);
  const { id, intent, answer, metadata } = entry;
  return { entryId: id, intent, answer, locale: entry.locale, metadata, version: loaded.version };
}

/** One listing as the border understood it. */
export interface Listing {
  readonly filter: RowFilter & Pick<EntryFilter, 'intent'>;
  readonly pageSize: number;
  /** undefined: the first page, of the active version. */
  readonly position: PagePosition | undefined;
  /** What its tokens are bound to. */
  readonly identity: unknown;
}

/** @throws InvalidRequest; FaqError invalid_argument for a bad token. */
export function toListing(request: ListEntriesRequest, limits: ServerLimits): Listing {
  const { corpus, pageSize, pageToken } = request;
  const given = request.filter ?? { locales: [], tags: [], intent: '' };
  const violations = collectViolations();
  checkNamed(corpus, 'corpus', violations);
  violations.check(
    pageSize > limits.maxPageSize,
    'page_size',
    () => `expected 0 to ${limits.maxPageSize} (0 means ${DEFAULT_PAGE_SIZE}); got ${pageSize}.`,
  );
  checkFilter(given, limits.maxFilterValues, violations);
  violations.throwIfAny();
  const filter = { ...storedForm(given), intent: given.intent };
  const identity = { corpus, locales: [...filter.locales].sort(), tags: [...filter.tags].sort(), intent: filter.intent };
  return {
    filter,
    pageSize: pageSize === 0 ? Math.min(DEFAULT_PAGE_SIZE, limits.maxPageSize) : pageSize,
    position: pageToken === '' ? undefined : readPageToken(pageToken, identity),
    identity,
  };
}

/** The page; shorter than asked where its entries would make too large a message. */
export function listEntries(loaded: LoadedVersion, { filter, pageSize, position, identity }: Listing): ListEntriesResponse {
  const passes = filterTest(filter);
  const found = loaded.content.entries.filter((entry) => passes(entry) && (filter.intent === '' || entry.intent === filter.intent));
  const start = position?.offset ?? 0;
  const entries: Entry[] = [];
  let bytes = 0;
  for (const entry of found.slice(start, start + pageSize)) {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (entries.length > 0 && bytes > MAX_RESPONSE_BYTES) break;
    entries.push(toEntry(entry));
  }
  const next = { version: loaded.version, offset: start + entries.length };
  return {
    entries,
    nextPageToken: next.offset < found.length ? writePageToken(next, identity) : '',
    total: found.length,
    version: loaded.version,
  };
}

function toEntry(entry: CorpusEntry): Entry {
  return { ...entry };
}

/** A corpus on the wire; activeVersion is empty where none is active. @param seen of the active version's traffic. */
export function toCorpusSummary(status: CorpusStatus, { share, utterances }: RunningShare): CorpusSummary {
  return {
    ...status,
    activeVersion: status.activeVersion ?? '',
    estimatedOutOfScopeShare: share?.value,
    estimatedOutOfScopeShareLow: share?.low,
    estimatedOutOfScopeShareHigh: share?.high,
    observedUtterances: utterances,
  };
}

function noEntry(message: string): FaqError {
  return new FaqError('not_found', message, { reason: 'ENTRY_NOT_FOUND' });
}
