/**
 * The server: gRPC and HTTP over the parts it is given. Nest, rxjs and the wire live here and nowhere else.
 * Knows nothing of files, models or indexes beyond the parts' contracts, and reads no environment.
 */
import type { Logger } from 'pino';
import type { Match } from '../answering/match-answer.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { ThrowawayBuilds } from '../quality/build-and-measure.ts';
import type { Versions } from '../versions/contract.ts';

/** Numbers past which the server refuses; InfoService tells them. */
export interface ServerLimits {
  /** Unicode code points of an utterance. */
  readonly maxUtteranceChars: number;
  readonly maxTopK: number;
  /** Requests of one MatchBatch. */
  readonly maxBatchRequests: number;
  /** Requests of one stream or batch worked on at a time; a stream is read no further until one is answered. */
  readonly maxStreamInFlight: number;
  /** Values of one filter list. */
  readonly maxFilterValues: number;
  readonly maxPageSize: number;
  /** Bytes of a chatbot's message. */
  readonly maxMessageBytes: number;
  /** Bytes of an admin message. */
  readonly maxAdminMessageBytes: number;
}

/** 32 in flight fill the encoder's batches without letting one caller take its whole queue; the rest is the contract's. */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxUtteranceChars: 2_000,
  maxTopK: 100,
  maxBatchRequests: 256,
  maxStreamInFlight: 32,
  maxFilterValues: 100,
  maxPageSize: 500,
  maxMessageBytes: 4 * 1024 * 1024,
  maxAdminMessageBytes: 64 * 1024 * 1024,
};

/** Where the server listens, what it reads and how it stops. */
export interface ServerOptions {
  /** `host:port` or `unix:/path`; port 0 takes a free one. Loopback unless an operator says otherwise. */
  readonly grpcAddress: string;
  /** `host:port` for /livez and /readyz. */
  readonly httpAddress: string;
  /** The only folder that paths in requests are read from. */
  readonly corpusRoot: string;
  /** How long running calls may go on after drain() began, in milliseconds. */
  readonly drainMs: number;
  readonly limits: ServerLimits;
}

/** What InfoService tells beyond the limits above and the encoder's own facts. */
export interface ServerInfo {
  /** Version of the build. */
  readonly version: string;
  /** `embedded` or `qdrant`. */
  readonly index: string;
  /** Texts that may wait for the encoder. */
  readonly maxQueueTexts: number;
  /** Padded word pieces of one encoder batch. */
  readonly maxBatchTokens: number;
  readonly keptVersions: number;
}

/** What EvaluateCorpus needs beyond matching. */
export interface EvaluationParts {
  /** Settings that bear on answers, for the report. */
  readonly settings: Readonly<Record<string, number>>;
  /** Hands out builds that nobody else sees and throws them away after the work. */
  readonly withBuilds: <Result>(work: (builds: ThrowawayBuilds) => Promise<Result>) => Promise<Result>;
}

/** Everything the server stands on. */
export interface ServerParts {
  readonly match: Match;
  readonly versions: Versions;
  /** Warm: its first encoding is done. */
  readonly encoder: Encoder;
  readonly logger: Logger;
  readonly options: ServerOptions;
  readonly info: ServerInfo;
  /** EvaluateCorpus answers UNIMPLEMENTED without them. */
  readonly evaluation?: EvaluationParts;
  /**
   * Settles when the stored versions are back; until then the server listens, is alive, serves nothing and answers UNAVAILABLE.
   * Rejected, it stays so and /readyz says why. Absent: they are back already.
   */
  readonly restored?: Promise<unknown>;
  /** Whether matches are answered while the store is away, from copies in memory; not where not given. */
  readonly servesWithoutStore?: boolean;
}
