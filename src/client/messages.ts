/** What the client takes and gives, in the contract's own words, and its proto3 JSON. */
import type { FaqError } from '../errors.ts';
import type { MatchResponse } from '../generated/faqmatch/v1/match.ts';

export type {
  ActivateVersionResponse,
  Fault as WireFault,
  InlineCorpus,
  ListVersionsResponse,
  Progress,
  ReloadCorpusResponse,
  ReloadResult,
  RollbackCorpusResponse,
  ValidateCorpusResponse,
  VersionInfo,
} from '../generated/faqmatch/v1/admin.ts';
export type { CorpusSummary, Entry, GetAnswerResponse, GetEntryResponse, ListEntriesResponse } from '../generated/faqmatch/v1/faq.ts';
export type { GetInfoResponse } from '../generated/faqmatch/v1/info.ts';
export type { Candidate, DecisionChange, Explanation, MatchResponse } from '../generated/faqmatch/v1/match.ts';

/** One utterance to match; what is left out takes the server's default. */
export interface MatchInput {
  readonly corpus: string;
  readonly utterance: string;
  /** Candidates wanted; 5 by default. */
  readonly topK?: number;
  /** In [0, 1]; below it the decision is NO_MATCH. */
  readonly minConfidence?: number;
  /** In [0, 1]: how often answers should be right; 0.9 means nine in ten. */
  readonly minPrecision?: number;
  /** The intent of the turn before, or its entry. */
  readonly context?: { readonly previousIntent?: string; readonly previousEntryId?: string };
  readonly filter?: { readonly locales?: readonly string[]; readonly tags?: readonly string[] };
  readonly explain?: boolean;
  /** A stored version; the active one by default. */
  readonly version?: string;
}

/** What became of one item of a batch or stream. */
export type MatchOutcome =
  | { readonly response: MatchResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: FaqError };

/** Where the FAQ files of a reload are: below the server's corpus root, or in the call. */
export type CorpusSource =
  | { readonly path: string }
  | {
      readonly inline: {
        /** yaml, json, jsonl, csv or tsv. */
        readonly format: string;
        readonly data: Uint8Array;
        /** Name of data, as faults name it, with the ending of its format; faq.<format> where absent. */
        readonly name?: string;
        readonly files?: readonly { readonly name: string; readonly data: Uint8Array }[];
      };
    };

/** What a reload builds. */
export interface ReloadInput {
  readonly corpus: string;
  readonly source: CorpusSource;
  /** Build and store, do not activate. */
  readonly stageOnly?: boolean;
}
