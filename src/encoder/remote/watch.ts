/**
 * Looks at the server from time to time, and at once after a connection broke: a server that comes back may be another one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, FaqError } from '../../errors.ts';
import type { EncoderReach } from '../encoder.ts';
import { remoteWords } from './remote-errors.ts';
import type { Verification, Verified } from './verification.ts';

/** Milliseconds between two looks. */
export interface WatchIntervals {
  readonly wellMs: number;
  readonly awayMs: number;
}

/** Another model behind the same address is seen within ten seconds, a server that is back within one. */
export const WATCH_INTERVALS: WatchIntervals = { wellMs: 10_000, awayMs: 1_000 };

/** The watch. */
export interface RemoteWatch {
  readonly reach: EncoderReach;
  /** Why no text may be sent now. */
  readonly problem: FaqError | undefined;
  /** A call failed: the server is checked now, and texts wait for that unless it was merely slow. */
  suspect(error: FaqError): void;
  /** Resolves when no check is under way that texts have to wait for. @throws FaqError the signal's. */
  settled(signal: AbortSignal | undefined): Promise<void>;
  /** Looks now. @throws FaqError where the server is no longer the same or did not answer. */
  glance(): Promise<void>;
}

/** What is watched. */
export interface WatchParts {
  readonly verification: Verification;
  readonly intervals: WatchIntervals;
  /** What the check at the start came to. */
  readonly problem: FaqError | undefined;
  readonly onVerified: (verified: Verified) => void;
  readonly closing: AbortSignal;
}

function createReach() {
  const listeners = new Set<() => void>();
  let problem: FaqError | undefined;
  const reach: EncoderReach = {
    get problem() {
      if (problem === undefined) return undefined;
      const words = remoteWords(problem);
      return words === '' ? problem.message : `${problem.message} It said: ${words}`;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const set = (next: FaqError | undefined): void => {
    const before = reach.problem;
    problem = next;
    if (reach.problem !== before) for (const listener of listeners) listener();
  };
  return { reach, set, get: () => problem };
}

async function orAbort(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return void (await work);
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(abortError(signal));
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What a server that is slow or busy says: nothing of whether it is the same one. */
function tellsNothing(error: FaqError): boolean {
  return error.reason === 'REMOTE_SLOW' || error.code === 'resource_exhausted';
}

/** The whole check, one at a time, and what is known by it. */
function createChecks({ verification, problem, onVerified, closing }: WatchParts) {
  const { reach, set, get } = createReach();
  set(problem);
  let checking: Promise<void> | undefined;
  /** Texts wait for the check that is under way. */
  let holds = false;
  const note = (error: unknown): void => {
    const failure = FaqError.from(error);
    // A server with too much to do is there: what was known of it stands.
    if (failure.code !== 'resource_exhausted' && !closing.aborted) set(failure);
  };
  const run = async (): Promise<void> => {
    try {
      onVerified(await verification.full());
      set(undefined);
    } catch (error) {
      note(error);
    } finally {
      checking = undefined;
      holds = false;
    }
  };
  const check = (hold: boolean): Promise<void> => {
    holds ||= hold;
    checking ??= run();
    return checking;
  };
  /** A few texts; one look may fail by chance, so that the whole check decides. */
  const glance = async (): Promise<void> => {
    try {
      onVerified(await verification.glance());
    } catch (error) {
      await check(!tellsNothing(FaqError.from(error)));
    }
  };
  const look = (): Promise<void> => (get() === undefined && checking === undefined ? glance() : check(true));
  return { reach, get, check, glance, look, held: () => (holds ? checking : undefined) };
}

/** Waits until the next look is due; a call may find out meanwhile that the server is away, and then it is due earlier. */
async function pause({ reach, get }: ReturnType<typeof createChecks>, intervals: WatchIntervals, closing: AbortSignal): Promise<void> {
  const nap = async (ms: number, signal: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  };
  if (get() === undefined) {
    const turned = new AbortController();
    const unsubscribe = reach.subscribe(() => turned.abort());
    await nap(intervals.wellMs, AbortSignal.any([closing, turned.signal]));
    unsubscribe();
    if (!turned.signal.aborted) return;
  }
  await nap(intervals.awayMs, closing);
}

/** Starts looking; ends when `closing` is aborted. */
export function startWatch(parts: WatchParts): RemoteWatch {
  const { intervals, closing } = parts;
  const checks = createChecks(parts);
  const watch = async (): Promise<void> => {
    while (!closing.aborted) {
      await pause(checks, intervals, closing);
      if (!closing.aborted) await checks.look();
    }
  };
  void watch();
  return {
    reach: checks.reach,
    get problem() {
      return checks.get();
    },
    suspect(error) {
      void checks.check(!tellsNothing(error));
    },
    async settled(signal) {
      const held = checks.held();
      if (held !== undefined) await orAbort(held, signal);
    },
    async glance() {
      await checks.glance();
      const found = checks.get();
      if (found !== undefined) throw found;
    },
  };
}
