/**
 * The right to change a corpus, held by one process at a time across all replicas: taken by a conditional write, renewed while it is used,
 * free again when its time runs out. Replicas' clocks may differ by less than the spare time (LEASE_MS - RENEW_MS); NTP keeps them far nearer.
 */
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { FaqError, throwIfAborted } from '../../errors.ts';
import type { CorpusRecord, StateRecords } from './state-record.ts';

/** How long a holder that died keeps others out. */
const LEASE_MS = 15_000;
/** A third of it: two renewals may fail before the lease is lost. */
const RENEW_MS = 5_000;

/** A lease that is held. */
export interface Lease {
  /** Aborted when the lease was lost, and when the caller left. */
  readonly signal: AbortSignal;
  /** Writes what is known of the corpus; only while the lease is held. @throws FaqError aborted, reason LEASE_LOST. */
  record(known: Pick<CorpusRecord, 'version' | 'previous' | 'activatedAt' | 'activated'>): Promise<void>;
  /** Makes sure that the lease is still held, just before something that has no condition of its own. @throws FaqError aborted. */
  renew(): Promise<void>;
}

/** Leases of one process. */
export interface Leases {
  /** Runs the operation with the corpus's lease; one that this process holds already is used. @throws FaqError aborted, reason OPERATION_RUNNING. */
  hold<T>(corpus: string, signal: AbortSignal, operation: (lease: Lease) => Promise<T>): Promise<T>;
}

/** What leases are made with. */
export interface LeaseOptions {
  readonly records: StateRecords;
  /** Milliseconds since 1970; the clock's by default. */
  readonly now?: () => number;
  readonly leaseMs?: number;
  readonly renewMs?: number;
}

function heldByAnother(corpus: string): FaqError {
  const message = `Another replica is changing corpus "${corpus}". Wait for it to end, then try again.`;
  return new FaqError('aborted', message, { field: 'corpus', reason: 'OPERATION_RUNNING' });
}

function leaseLost(corpus: string): FaqError {
  const message = `The right to change corpus "${corpus}" was lost to another replica or to an outage of Qdrant. Nothing was activated; try again.`;
  return new FaqError('aborted', message, { field: 'corpus', reason: 'LEASE_LOST' });
}

/** A lease and how many operations of this process use it; the last of them gives it back. */
interface HeldLease {
  readonly kept: Promise<KeptLease>;
  users: number;
}

interface KeptLease {
  /** The lease for one user, whose leaving is no other user's. */
  leaseFor(signal: AbortSignal): Lease;
  release(): Promise<void>;
}

const NOTHING_KNOWN = { version: null, previous: null, activatedAt: null, activated: [] } as const;

interface Clock {
  readonly now: () => number;
  readonly leaseMs: number;
  readonly renewMs: number;
}

/** The signal of who came first must not reach this: others may wait for the same lease. */
async function take(records: StateRecords, corpus: string, { now, leaseMs }: Clock): Promise<CorpusRecord> {
  const before = await records.read(corpus);
  if (before !== undefined && before.holder !== '' && before.expiresAt > now()) throw heldByAnother(corpus);
  const after = { ...NOTHING_KNOWN, ...before, corpus, holder: randomUUID(), expiresAt: now() + leaseMs };
  try {
    if (!(await records.replace(before, after))) throw heldByAnother(corpus);
    return { ...after, epoch: Math.max(0, before?.epoch ?? 0) + 1 };
  } catch (error) {
    // Written, and only the answer was lost: thrown away, it would keep everyone out until it runs out.
    const there = await records.read(corpus).catch(() => undefined);
    if (there?.holder === after.holder) return there;
    throw error;
  }
}

/** Writes over the holder's own record. @returns undefined where another has it. */
async function replaceOwn(records: StateRecords, own: CorpusRecord, change: Partial<CorpusRecord>): Promise<CorpusRecord | undefined> {
  const after = { ...own, ...change };
  if (await records.replace(own, after)) return { ...after, epoch: own.epoch + 1 };
  // An earlier write may have arrived although its answer did not.
  const there = await records.read(own.corpus);
  if (there === undefined || there.holder !== own.holder || there.epoch === own.epoch) return undefined;
  const again = { ...there, ...change };
  return (await records.replace(there, again)) ? { ...again, epoch: there.epoch + 1 } : undefined;
}

/** Keeps a lease that was taken. */
function keep(records: StateRecords, taken: CorpusRecord, clock: Clock): KeptLease {
  const { corpus } = taken;
  const { now, leaseMs, renewMs } = clock;
  const lost = new AbortController();
  let current = taken;
  // Writes of one holder run one after another: each builds on the epoch of the one before.
  const inTurn = pLimit(1);
  const write = (change: Partial<CorpusRecord>): Promise<void> =>
    inTurn(async () => {
      throwIfAborted(lost.signal);
      const after = await replaceOwn(records, current, { expiresAt: now() + leaseMs, ...change });
      if (after === undefined) lost.abort(leaseLost(corpus));
      throwIfAborted(lost.signal);
      current = after ?? current;
    });
  const timer = setInterval(() => {
    void write({}).catch(() => {
      // Qdrant may be back before the lease runs out.
      if (current.expiresAt <= now() && !lost.signal.aborted) lost.abort(leaseLost(corpus));
    });
  }, renewMs);
  timer.unref();
  return {
    leaseFor: (signal) => ({
      signal: AbortSignal.any([signal, lost.signal]),
      record: (known) => write(known),
      renew: () => write({}),
    }),
    async release() {
      clearInterval(timer);
      // Not released, it runs out by itself.
      await write({ holder: '', expiresAt: 0 }).catch(() => undefined);
    },
  };
}

/** Leases over the records of one deployment. */
export function openLeases({ records, now = Date.now, leaseMs = LEASE_MS, renewMs = RENEW_MS }: LeaseOptions): Leases {
  const clock = { now, leaseMs, renewMs };
  const held = new Map<string, HeldLease>();
  /** Leases on their way back: who comes meanwhile waits, or would find this very process in its way. */
  const returning = new Map<string, Promise<void>>();

  async function begin(corpus: string): Promise<KeptLease> {
    await returning.get(corpus);
    return keep(records, await take(records, corpus, clock), clock);
  }

  async function giveBack(corpus: string, { kept }: HeldLease): Promise<void> {
    held.delete(corpus);
    const returned = kept.then(
      ({ release }) => release(),
      () => undefined,
    );
    returning.set(corpus, returned);
    await returned;
    if (returning.get(corpus) === returned) returning.delete(corpus);
  }

  return {
    async hold(corpus, signal, operation) {
      throwIfAborted(signal);
      const mine = held.get(corpus) ?? { kept: begin(corpus), users: 0 };
      held.set(corpus, mine);
      mine.users += 1;
      try {
        const kept = await mine.kept;
        throwIfAborted(signal);
        return await operation(kept.leaseFor(signal));
      } finally {
        mine.users -= 1;
        if (mine.users === 0) await giveBack(corpus, mine);
      }
    },
  };
}
