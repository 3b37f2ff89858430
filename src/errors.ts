/**
 * The one error type of this project and its closed set of codes.
 * Knows nothing of gRPC: server/edge maps codes to status in one exhaustive table.
 */

/** Why a call was refused or failed. Each code has exactly one gRPC status and one CLI exit code. */
export type ErrorCode =
  /** A value is out of its range or form: what the caller sent must change. */
  | 'invalid_argument'
  /** A corpus, entry or version that does not exist. */
  | 'not_found'
  /** The state does not allow it: nothing active, or a model that does not fit the version. */
  | 'failed_precondition'
  /** A bounded queue is full: try again later. */
  | 'resource_exhausted'
  /** Another operation on the same corpus is running. */
  | 'aborted'
  /** Draining or shut down. */
  | 'unavailable'
  | 'unauthenticated'
  | 'permission_denied'
  /** The deadline passed before the work was done. */
  | 'deadline_exceeded'
  /** The caller left. */
  | 'cancelled'
  /** In the contract, not built yet. */
  | 'unimplemented'
  /** Stored data is damaged. */
  | 'data_loss'
  /** A fault of ours. */
  | 'internal';

/** One thing wrong with a file, with its place. */
export interface Fault {
  /** File, relative to what was read. */
  readonly file: string;
  /** Line from 1; 0 where there is none. */
  readonly line: number;
  /** Path of the field, e.g. `entries[3].questions`; empty for the whole file. */
  readonly field: string;
  /** A stable word, e.g. `duplicate_id`. */
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
}

/** Facts that travel with an error to the edge. */
export interface FaqErrorFacts {
  /** Path of the refused request field. */
  readonly field?: string;
  /** A stable upper-case word for programs, e.g. `CORPUS_NOT_FOUND`. */
  readonly reason?: string;
  /** Every fault of the files that were refused. */
  readonly faults?: readonly Fault[];
  /** Least time to wait before another try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The underlying error: logged, never sent. */
  readonly cause?: unknown;
}

/** The one error type. The message says what was expected, what came and what to do; it may be sent to callers. */
export class FaqError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly reason: string | undefined;
  readonly faults: readonly Fault[];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, facts: FaqErrorFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'FaqError';
    this.code = code;
    this.field = facts.field;
    this.reason = facts.reason;
    this.faults = facts.faults ?? [];
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** The only door for foreign errors: a FaqError stays itself, anything else becomes `internal` with the original as cause. */
  static from(error: unknown): FaqError {
    if (error instanceof FaqError) return error;
    return new FaqError('internal', 'An internal error happened; the server log has the cause.', { cause: error });
  }
}

/** Throws what the signal was aborted with, as a FaqError (`cancelled` unless the reason says otherwise). */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

/** The error that an aborted signal stands for. */
export function abortError(signal: AbortSignal): FaqError {
  if (signal.reason instanceof FaqError) return signal.reason;
  return new FaqError('cancelled', 'The caller left before the work was done.', { cause: signal.reason });
}
