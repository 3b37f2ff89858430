/** Errors on their way out of a worker thread: they cross as plain data, since a class does not survive the way. */
import { type ErrorCode, FaqError, type Fault } from './errors.ts';

/** A FaqError as plain data. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | undefined;
  readonly reason: string | undefined;
  readonly faults: readonly Fault[];
  readonly retryAfterMs: number | undefined;
  /** For the log. */
  readonly cause: string | undefined;
}

function causeText(cause: unknown): string | undefined {
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return cause === undefined ? undefined : String(cause);
}

/** What was thrown as plain data; what is no FaqError crosses as `internal`. */
export function toPlain(thrown: unknown): PlainError {
  const error = FaqError.from(thrown);
  const { code, message, field, reason, faults, retryAfterMs } = error;
  return { code, message, field, reason, faults, retryAfterMs, cause: causeText(error.cause) };
}

/** Plain data back to the error it was. */
export function fromPlain(plain: PlainError): FaqError {
  return new FaqError(plain.code, plain.message, {
    faults: plain.faults,
    ...(plain.field === undefined ? {} : { field: plain.field }),
    ...(plain.reason === undefined ? {} : { reason: plain.reason }),
    ...(plain.retryAfterMs === undefined ? {} : { retryAfterMs: plain.retryAfterMs }),
    ...(plain.cause === undefined ? {} : { cause: new Error(plain.cause) }),
  });
}
