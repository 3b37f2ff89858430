/** What a caller may choose, for a client and for one call. */

/** How often and how fast a safe call is tried again. */
export interface RetryPolicy {
  /** Tries in all, the first one included; 1 turns retries off. */
  readonly attempts: number;
  /** Longest wait before the second try, in milliseconds; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** Longest wait before any try, in milliseconds, unless the server asks for more. */
  readonly maxDelayMs: number;
}

/** Three tries within about a quarter of a second: longer waits would eat a chatbot's two seconds. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, baseDelayMs: 50, maxDelayMs: 400 };

/** Deadlines by kind of call, in milliseconds. */
export interface Deadlines {
  /** Match, lookups, health and info. 2 s: past it a chatbot had better show its fallback. */
  readonly match: number;
  /** MatchBatch: 30 s, enough for a full batch behind a full queue on one processor. */
  readonly batch: number;
  /** Listing, activating and rolling versions back: 30 s, since a version may have to be read from disk. */
  readonly admin: number;
  /** A reload or a stream, from its start to its end: 10 min. */
  readonly stream: number;
}

/** Used where a client or a call names none. */
export const DEFAULT_DEADLINES: Deadlines = { match: 2000, batch: 30_000, admin: 30_000, stream: 600_000 };

/** Options of a client. */
export interface ClientOptions {
  /** host:port; 127.0.0.1:50051 by default. */
  readonly address?: string;
  /** Deadline of Match, lookups and info in milliseconds; 2000 by default. */
  readonly deadlineMs?: number;
  /** Deadlines of the other kinds of call. */
  readonly deadlines?: Partial<Deadlines>;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Whether a call waits, up to its deadline, for a server that is not there (yet): true by default, so that a chatbot may start before the
   * server. With false such a call fails at once with `unavailable`.
   */
  readonly waitForServer?: boolean;
  /** Milliseconds between pings that find a dead connection; 30,000 by default. */
  readonly keepaliveMs?: number;
}

/** Options of one call. */
export interface CallOptions {
  /** Milliseconds from now in all, retries included. */
  readonly deadlineMs?: number;
  /** Aborted, the call is cancelled here and on the server, and rejects with `cancelled`. */
  readonly signal?: AbortSignal;
}
