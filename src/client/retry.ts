/** When a safe call is tried again and how long to wait first. Pure: time and chance come in as arguments. */
import type { FaqError } from '../errors.ts';
import type { RetryPolicy } from './options.ts';

/** What has happened so far. */
export interface Attempt {
  readonly error: FaqError;
  /** Tries made, at least 1. */
  readonly made: number;
  /** Milliseconds left until the call's deadline. */
  readonly leftMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * Milliseconds to wait before the next try, or undefined where there is to be none.
 * `unavailable` is tried again; `resource_exhausted` only where the server says when, since one without RetryInfo is a quota or a size limit.
 * The wait is random between half of and all of a doubling span, so that callers refused together do not return together; it is never shorter
 * than the server asks for and never ends past the deadline.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: Attempt): number | undefined {
  const { error, made, leftMs, random } = attempt;
  const retryable = error.code === 'unavailable' || (error.code === 'resource_exhausted' && error.retryAfterMs !== undefined);
  if (!retryable || made >= policy.attempts) return undefined;
  const span = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (made - 1));
  const spread = span * (0.5 + 0.5 * random);
  const delay = error.retryAfterMs === undefined ? spread : error.retryAfterMs + spread * random;
  return delay < leftMs ? delay : undefined;
}
