/**
 * Tries again what may pass. Knows nothing of texts or servers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError } from '../../errors.ts';
import { mayPass } from './remote-errors.ts';

/** How often and after how long. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number;
  /** Wait before the second try, in milliseconds; it doubles. */
  readonly firstMs: number;
  /** Longest own wait, in milliseconds. */
  readonly longestMs: number;
  /** Longest wait that a server may ask for, in milliseconds; where it asks for more, the caller is told instead. */
  readonly mostAskedMs: number;
}

/** For utterances: somebody waits. */
export function matchPolicy(retries: number): RetryPolicy {
  return { retries, firstMs: 50, longestMs: 1_000, mostAskedMs: 1_000 };
}

/** For reloads: about half a minute, in which a server may restart. */
export function bulkPolicy(retries: number): RetryPolicy {
  return { retries: retries + 6, firstMs: 200, longestMs: 10_000, mostAskedMs: 60_000 };
}

/** Who may end the waiting. */
export interface Waiting {
  readonly signal: AbortSignal | undefined;
  readonly closing: AbortSignal;
  /**
   * In [.75, 1.25], one number a process: replicas that were refused together do not return together, while the texts of one batch do, and so
   * make a batch again.
   */
  readonly spread: number;
}

/** Milliseconds to wait after the given number of tries, or undefined where there is to be none. Pure. */
export function waitAfter(error: unknown, made: number, { policy, spread }: { policy: RetryPolicy; spread: number }): number | undefined {
  if (!mayPass(error) || made > policy.retries) return undefined;
  const own = Math.min(policy.longestMs, policy.firstMs * 2 ** (made - 1)) * spread;
  // What a server asks for counts where it is busy; otherwise the time is ours and meant for callers.
  const asked = error.code === 'resource_exhausted' ? (error.retryAfterMs ?? 0) : 0;
  return asked > policy.mostAskedMs ? undefined : Math.max(own, asked);
}

/** @throws FaqError the last try's, or the signal's. */
export async function withRetries<Result>(attempt: () => Promise<Result>, policy: RetryPolicy, waiting: Waiting): Promise<Result> {
  const { signal, closing, spread } = waiting;
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitAfter(error, made, { policy, spread });
      if (wait === undefined) throw FaqError.from(error);
      const ends = signal === undefined ? closing : AbortSignal.any([signal, closing]);
      await sleep(wait, undefined, { signal: ends }).catch(() => {
        throw abortError(signal?.aborted === true ? signal : closing);
      });
    }
  }
}
