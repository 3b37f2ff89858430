/**
 * The typed client that chatbots import. Every call has a deadline; reads are tried again where that is safe, writes never; the channel
 * reconnects by itself. Knows nothing of how the server works.
 */
import type { GetAnswerRequest } from '../generated/faqmatch/v1/faq.ts';
import type { Calls } from './calls.ts';
import { createCalls } from './calls.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';
import type { Health } from './health.ts';
import { healthCheck } from './health.ts';
import type { StreamItem, StreamOutcome } from './match-stream.ts';
import { exchange, outcomeOf } from './match-stream.ts';
import type {
  ActivateVersionResponse,
  CorpusSource,
  CorpusSummary,
  Entry,
  GetAnswerResponse,
  GetEntryResponse,
  GetInfoResponse,
  ListEntriesResponse,
  MatchInput,
  MatchOutcome,
  MatchResponse,
  ReloadCorpusResponse,
  ReloadInput,
  RollbackCorpusResponse,
  ValidateCorpusResponse,
  VersionInfo,
} from './messages.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { readStream } from './read-stream.ts';
import { corpusSource, matchRequest, reloadRequest } from './requests.ts';

/** Which answer to look up. */
export interface AnswerKey {
  readonly corpus: string;
  readonly key: { readonly entryId: string } | { readonly intent: string };
  /** Wanted locale; the first entry's by default. */
  readonly locale?: string;
}

/** Which entries to list. */
export interface EntryListing {
  readonly corpus: string;
  /** Entries a page; 50 by default. */
  readonly pageSize?: number;
  readonly filter?: { readonly locales?: readonly string[]; readonly tags?: readonly string[]; readonly intent?: string };
}

/** All calls reject with FaqError. */
export interface FaqmatchClient {
  /** host:port that is called. */
  readonly address: string;
  match(input: MatchInput, options?: CallOptions): Promise<MatchResponse>;
  /** One outcome per input, in order; a bad item never fails its neighbours. */
  matchBatch(inputs: readonly MatchInput[], options?: CallOptions): Promise<readonly MatchOutcome[]>;
  /** Outcomes as they come; they may overtake one another. Not tried again: some may have been answered. */
  matchStream(
    items: Iterable<StreamItem> | AsyncIterable<StreamItem>,
    options?: CallOptions,
  ): AsyncGenerator<StreamOutcome, void, undefined>;
  getEntry(key: { readonly corpus: string; readonly entryId: string }, options?: CallOptions): Promise<GetEntryResponse>;
  getAnswer(key: AnswerKey, options?: CallOptions): Promise<GetAnswerResponse>;
  /** One page. */
  listEntriesPage(listing: EntryListing, pageToken?: string, options?: CallOptions): Promise<ListEntriesResponse>;
  /** All entries, page by page. */
  listEntries(listing: EntryListing, options?: CallOptions): AsyncGenerator<Entry, void, undefined>;
  listCorpora(options?: CallOptions): Promise<readonly CorpusSummary[]>;
  getInfo(options?: CallOptions): Promise<GetInfoResponse>;
  /** Progress events, then the result. Leaving the loop cancels the reload. Never tried again. */
  reload(input: ReloadInput, options?: CallOptions): AsyncGenerator<ReloadCorpusResponse, void, undefined>;
  validate(input: { readonly corpus: string; readonly source: CorpusSource }, options?: CallOptions): Promise<ValidateCorpusResponse>;
  listVersions(corpus: string, options?: CallOptions): Promise<readonly VersionInfo[]>;
  activate(key: { readonly corpus: string; readonly version: string }, options?: CallOptions): Promise<ActivateVersionResponse>;
  /** Version left out: the one active before. */
  rollback(key: { readonly corpus: string; readonly version?: string }, options?: CallOptions): Promise<RollbackCorpusResponse>;
  /** Health of a service by its full name, "" for the whole server. */
  health(service: string, options?: CallOptions): Promise<Health>;
  /** Closes the channel; calls in flight are cancelled. */
  close(): void;
}

/** Where nothing else is said. */
export const DEFAULT_ADDRESS = '127.0.0.1:50051';

function answerRequest(key: AnswerKey): GetAnswerRequest {
  const wanted: GetAnswerRequest['key'] =
    'entryId' in key.key ? { $case: 'entryId', value: key.key.entryId } : { $case: 'intent', value: key.key.intent };
  return { corpus: key.corpus, key: wanted, locale: key.locale ?? '' };
}

function entriesRequest(listing: EntryListing, pageToken: string) {
  const filter = { locales: listing.filter?.locales ?? [], tags: listing.filter?.tags ?? [], intent: listing.filter?.intent ?? '' };
  return { corpus: listing.corpus, pageSize: listing.pageSize ?? 0, pageToken, filter };
}

type MatchCalls = Pick<FaqmatchClient, 'match' | 'matchBatch' | 'matchStream'>;

function matchCalls({ match }: Connection, calls: Calls): MatchCalls {
  const one = match.match.bind(match);
  const batch = match.matchBatch.bind(match);
  return {
    match: async (input, options) => await calls.read(one, matchRequest(input), { options, kind: 'match' }),
    async matchBatch(inputs, options) {
      const { outcomes } = await calls.read(batch, { requests: inputs.map(matchRequest) }, { options, kind: 'batch' });
      return outcomes.map(({ outcome }) => outcomeOf(outcome));
    },
    // Opened when it is first read: a call that nobody listens to yet would throw its error into the process.
    async *matchStream(items, options) {
      const { opening, reading } = calls.stream(options);
      yield* exchange(match.matchStream(...opening), items, reading);
    },
  };
}

type LookupCalls = Pick<
  FaqmatchClient,
  'getEntry' | 'getAnswer' | 'listEntriesPage' | 'listEntries' | 'listCorpora' | 'getInfo' | 'health'
>;

function lookupCalls({ faq, info, bare }: Connection, calls: Calls): LookupCalls {
  const kind = 'match';
  const page: FaqmatchClient['listEntriesPage'] = (listing, token = '', options) =>
    calls.read(faq.listEntries.bind(faq), entriesRequest(listing, token), { options, kind });
  return {
    getEntry: (key, options) => calls.read(faq.getEntry.bind(faq), key, { options, kind }),
    getAnswer: (key, options) => calls.read(faq.getAnswer.bind(faq), answerRequest(key), { options, kind }),
    listEntriesPage: page,
    async *listEntries(listing, options) {
      let token = '';
      do {
        const response = await page(listing, token, options);
        yield* response.entries;
        token = response.nextPageToken;
      } while (token !== '');
    },
    listCorpora: async (options) => (await calls.read(faq.listCorpora.bind(faq), {}, { options, kind })).corpora,
    getInfo: (options) => calls.read(info.getInfo.bind(info), {}, { options, kind }),
    health: (service, options) => calls.read(healthCheck(bare), service, { options, kind }),
  };
}

type AdminCalls = Pick<FaqmatchClient, 'reload' | 'validate' | 'listVersions' | 'activate' | 'rollback'>;

function adminCalls({ admin }: Connection, calls: Calls): AdminCalls {
  const kind = 'admin';
  return {
    // As matchStream.
    async *reload(input, options) {
      const { opening, reading } = calls.stream(options);
      yield* readStream(admin.reloadCorpus(reloadRequest(input), ...opening), reading);
    },
    validate: ({ corpus, source }, options) =>
      calls.read(admin.validateCorpus.bind(admin), { corpus, source: corpusSource(source) }, { options, kind }),
    listVersions: async (corpus, options) => (await calls.read(admin.listVersions.bind(admin), { corpus }, { options, kind })).versions,
    activate: (key, options) => calls.write(admin.activateVersion.bind(admin), { ...key, force: false }, { options, kind }),
    rollback: (key, options) =>
      calls.write(admin.rollbackCorpus.bind(admin), { corpus: key.corpus, version: key.version ?? '' }, { options, kind }),
  };
}

/** Opens a client. Nothing is sent before the first call; close it when done. */
export function createClient(options: ClientOptions = {}): FaqmatchClient {
  const address = options.address ?? DEFAULT_ADDRESS;
  const connection = openConnection(address, options);
  const calls = createCalls(address, connection, options);
  return {
    address,
    ...matchCalls(connection, calls),
    ...lookupCalls(connection, calls),
    ...adminCalls(connection, calls),
    close: () => connection.close(),
  };
}
