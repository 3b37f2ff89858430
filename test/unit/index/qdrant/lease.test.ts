import { describe, expect, test, vi } from 'vitest';
import { FaqError } from '../../../../src/errors.ts';
import { type Leases, openLeases } from '../../../../src/index/qdrant/lease.ts';
import { fakeRecords } from '../../../support/fake-records.ts';

const never = new AbortController().signal;
// Long enough for a busy machine to renew in time.
const LEASE_MS = 600;
const RENEW_MS = 50;

function leasesOf(records: ReturnType<typeof fakeRecords>, now: () => number = Date.now): Leases {
  return openLeases({ records, now, leaseMs: LEASE_MS, renewMs: RENEW_MS });
}

/** An operation that goes on until it is told to end. */
function untilEnded() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { operation: () => promise, end: () => resolve() };
}

describe('a lease', () => {
  test('is had by one of two takers; the other is told', async () => {
    const records = fakeRecords();
    const [mine, theirs] = [untilEnded(), untilEnded()];
    const outcomes = [leasesOf(records).hold('shop', never, mine.operation), leasesOf(records).hold('shop', never, theirs.operation)];
    const settled = Promise.allSettled(outcomes);
    await vi.waitFor(() => expect(records.holder('shop')).not.toBe(''));
    mine.end();
    theirs.end();
    const results = await settled;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'aborted', reason: 'OPERATION_RUNNING' } });
  });

  test('is free when its operation has ended, well or not', async () => {
    const records = fakeRecords();
    await leasesOf(records).hold('shop', never, async () => undefined);
    await expect(leasesOf(records).hold('shop', never, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await leasesOf(records).hold('shop', never, async () => 'mine')).toBe('mine');
  });

  test('that nobody renews can be taken when its time is over, not before', async () => {
    const records = fakeRecords();
    let now = 1_000_000;
    await records.replace(undefined, {
      corpus: 'shop',
      version: null,
      previous: null,
      activatedAt: null,
      activated: [],
      holder: 'dead',
      expiresAt: now + 10,
    });
    const leases = leasesOf(records, () => now);
    await expect(leases.hold('shop', never, async () => undefined)).rejects.toMatchObject({ reason: 'OPERATION_RUNNING' });
    now += 10;
    expect(await leases.hold('shop', never, async () => 'mine')).toBe('mine');
  });

  test('is renewed while its operation runs', async () => {
    const records = fakeRecords();
    const { operation, end } = untilEnded();
    const held = leasesOf(records).hold('shop', never, operation);
    await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    await expect(leasesOf(records).hold('shop', never, async () => undefined)).rejects.toMatchObject({ reason: 'OPERATION_RUNNING' });
    end();
    await held;
  });

  test('that another took stops the operation and lets it record nothing', async () => {
    const records = fakeRecords();
    await leasesOf(records).hold('shop', never, async (lease) => {
      records.seize('shop', 'another');
      await vi.waitFor(() => expect(lease.signal.aborted).toBe(true));
      expect(lease.signal.reason).toMatchObject({ code: 'aborted', reason: 'LEASE_LOST' });
      await expect(lease.renew()).rejects.toMatchObject({ reason: 'LEASE_LOST' });
      await expect(lease.record({ version: 'v1', previous: null, activatedAt: null, activated: ['v1'] })).rejects.toMatchObject({
        reason: 'LEASE_LOST',
      });
    });
    expect(records.holder('shop')).toBe('another');
  });

  test('survives an outage shorter than itself and not a longer one', async () => {
    const records = fakeRecords();
    await leasesOf(records).hold('shop', never, async (lease) => {
      records.fail('before', new FaqError('unavailable', 'away'));
      await new Promise((resolve) => setTimeout(resolve, 2 * RENEW_MS));
      records.fail(undefined);
      await lease.renew();
      records.fail('before', new FaqError('unavailable', 'away'));
      await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), { timeout: 5_000 });
      expect(lease.signal.reason).toMatchObject({ reason: 'LEASE_LOST' });
      records.fail(undefined);
    });
  });

  test('is kept when a write arrived whose answer was lost', async () => {
    const records = fakeRecords();
    await leasesOf(records).hold('shop', never, async (lease) => {
      records.fail('after', new FaqError('unavailable', 'reset'));
      await expect(lease.record({ version: 'v2', previous: 'v1', activatedAt: null, activated: ['v2', 'v1'] })).rejects.toMatchObject({
        code: 'unavailable',
      });
      records.fail(undefined);
      await lease.renew();
      expect(lease.signal.aborted).toBe(false);
    });
    // What was written stays written.
    expect(await records.read('shop')).toMatchObject({ version: 'v2', previous: 'v1', holder: '' });
  });

  test('is had when the answer to its taking was lost, so that it keeps nobody out', async () => {
    const records = fakeRecords();
    records.fail('after', new FaqError('unavailable', 'reset'));
    expect(
      await leasesOf(records).hold('shop', never, async () => {
        records.fail(undefined);
        return 'mine';
      }),
    ).toBe('mine');
  });

  test('is shared by operations of one process and given back by the last of them', async () => {
    const records = fakeRecords();
    const leases = leasesOf(records);
    await leases.hold('shop', never, async () => {
      await leases.hold('shop', never, async () => undefined);
      expect(records.holder('shop')).not.toBe('');
    });
    expect(records.holder('shop')).toBe('');
  });

  test('stays with one operation when another that shares it is cancelled', async () => {
    const leases = leasesOf(fakeRecords());
    const first = new AbortController();
    const { operation, end } = untilEnded();
    const cancelled = leases.hold('shop', first.signal, operation);
    await leases.hold('shop', never, async (lease) => {
      first.abort();
      expect(lease.signal.aborted).toBe(false);
    });
    end();
    await cancelled;
  });

  test('is not refused to a process for being given back by itself just now', async () => {
    const leases = leasesOf(fakeRecords({ slowMs: 5 }));
    const { operation, end } = untilEnded();
    const first = leases.hold('shop', never, operation);
    await leases.hold('shop', never, async () => undefined);
    end();
    // One turn later the first is on its way back.
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await leases.hold('shop', never, async () => 'again')).toBe('again');
    await first;
  });

  test('that was given back is renewed no more', async () => {
    const records = fakeRecords();
    let writes = 0;
    const replace: typeof records.replace = (before, after) => {
      writes += 1;
      return records.replace(before, after);
    };
    await leasesOf({ ...records, replace }).hold('shop', never, async () => undefined);
    const given = writes;
    await new Promise((resolve) => setTimeout(resolve, 3 * RENEW_MS));
    expect(writes).toBe(given);
  });

  test('begins no operation whose caller left while it was being taken, and is given back', async () => {
    const records = fakeRecords({ slowMs: 5 });
    const caller = new AbortController();
    const operation = vi.fn(async () => undefined);
    const held = leasesOf(records).hold('shop', caller.signal, operation);
    caller.abort();
    await expect(held).rejects.toMatchObject({ code: 'cancelled' });
    expect([operation.mock.calls, records.holder('shop')]).toEqual([[], '']);
  });

  test('of one corpus keeps nobody from another corpus', async () => {
    const records = fakeRecords();
    await leasesOf(records).hold('shop', never, async () => {
      expect(await leasesOf(records).hold('bank', never, async () => 'mine')).toBe('mine');
    });
  });

  test('is not taken for a caller who has left', async () => {
    const records = fakeRecords();
    await expect(leasesOf(records).hold('shop', AbortSignal.abort(), async () => undefined)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await records.read('shop')).toBeUndefined();
  });
});
