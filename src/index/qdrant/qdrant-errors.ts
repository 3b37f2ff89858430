/**
 * What Qdrant or the way to it answers, as the project's errors: one table, so that every caller sees the same codes.
 * Qdrant's own words stay in the cause, which is logged and never sent.
 */
import { abortError, FaqError } from '../../errors.ts';
import { tlsTrouble } from './tls-errors.ts';

/** A failed HTTP answer as the client throws it. */
interface HttpFailure {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Headers;
}

const RETRY_AFTER_MS = 1_000;

function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'data' in error;
}

/** Qdrant's own sentence about a failure; empty where it gave none. */
export function qdrantWords(error: unknown): string {
  if (!isHttpFailure(error) || typeof error.data !== 'object' || error.data === null) return '';
  const { status } = error.data as { readonly status?: { readonly error?: unknown } };
  return typeof status?.error === 'string' ? status.error : '';
}

const FULL_DISK = /no space left|disk.{0,20}full|out of disk|insufficient storage|disk usage|quota/iu;

function refusedStatus(what: string, error: HttpFailure): FaqError {
  const words = qdrantWords(error);
  const facts = { cause: error } as const;
  if (FULL_DISK.test(words) || error.status === 507) {
    const message = `Qdrant has no room left to ${what}. Free disk space on its nodes, then try again; nothing was activated.`;
    return new FaqError('resource_exhausted', message, { ...facts, reason: 'INDEX_FULL' });
  }
  switch (error.status) {
    case 401:
    case 403: {
      const message = `Qdrant does not let this key ${what}. Check QDRANT_API_KEY and its rights; a read-only key can serve matches but not reload.`;
      return new FaqError('failed_precondition', message, { ...facts, reason: 'INDEX_FORBIDDEN' });
    }
    case 404:
      return new FaqError('not_found', `Qdrant has not what is needed to ${what}.`, { ...facts, reason: 'INDEX_NOT_FOUND' });
    case 409:
      return new FaqError('aborted', `Another process was faster to ${what}.`, { ...facts, reason: 'INDEX_CONFLICT' });
    case 429: {
      const seconds = Number(error.headers.get('retry-after') ?? 1);
      const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : RETRY_AFTER_MS;
      return new FaqError('resource_exhausted', `Qdrant is too busy to ${what}.`, { ...facts, reason: 'INDEX_BUSY', retryAfterMs });
    }
    case 400:
    case 413:
    case 422:
      return new FaqError(
        'failed_precondition',
        `Qdrant refused to ${what}: a limit of its strict mode, or settings that do not fit. The server log has its reason.`,
        {
          ...facts,
          reason: 'INDEX_REFUSED',
        },
      );
    default: {
      const message = `Qdrant failed to ${what} (HTTP ${error.status}).`;
      return new FaqError('unavailable', message, { ...facts, reason: 'INDEX_FAILED', retryAfterMs: RETRY_AFTER_MS });
    }
  }
}

/** Where a call went wrong. */
export interface FailedCall {
  /** What the call was to do, as it follows "to": `search`, `write questions`. */
  readonly what: string;
  readonly signal: AbortSignal | undefined;
  /** Whether the time ran out, and after how many milliseconds. */
  readonly timedOutMs: number | undefined;
}

/** The error that a failed call stands for. */
export function toFaqError(error: unknown, { what, signal, timedOutMs }: FailedCall): FaqError {
  if (error instanceof FaqError) return error;
  if (signal?.aborted === true) return abortError(signal);
  const facts = { cause: error, retryAfterMs: RETRY_AFTER_MS } as const;
  if (timedOutMs !== undefined) {
    const message = `Qdrant did not answer within ${timedOutMs} ms when asked to ${what}.`;
    return new FaqError('unavailable', message, { ...facts, reason: 'INDEX_SLOW' });
  }
  if (isHttpFailure(error)) return refusedStatus(what, error);
  const trouble = tlsTrouble(error);
  if (trouble !== undefined) {
    const message = `Qdrant cannot be reached over TLS to ${what}: ${trouble}.`;
    return new FaqError('unavailable', message, { ...facts, reason: 'INDEX_UNTRUSTED' });
  }
  const message = `Qdrant cannot be reached to ${what}. Check QDRANT_URL and that the server runs.`;
  return new FaqError('unavailable', message, { ...facts, reason: 'INDEX_UNREACHABLE' });
}

/** Whether another node, or the same one a little later, may do better. */
export function mayPass(error: FaqError): boolean {
  return error.code === 'unavailable' || error.reason === 'INDEX_BUSY';
}
