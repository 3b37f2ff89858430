import { expect, test, vi } from 'vitest';
import { remoteError } from '../../../../src/encoder/remote/remote-errors.ts';
import { bulkPolicy, matchPolicy, waitAfter, withRetries } from '../../../../src/encoder/remote/retries.ts';
import { FaqError } from '../../../../src/errors.ts';

const open = new AbortController().signal;
const quick = { retries: 3, firstMs: 1, longestMs: 2, mostAskedMs: 5 };

test('waits double up to a limit and end with the tries', () => {
  const away = remoteError('REMOTE_UNREACHABLE');
  const waits = [1, 2, 3, 4, 5, 6, 7].map((made) => waitAfter(away, made, { policy: matchPolicy(6), spread: 1 }));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1_000, undefined]);
  const bulk = Array.from({ length: 8 }, (_, made) => waitAfter(away, made + 1, { policy: bulkPolicy(2), spread: 1 }) ?? Number.NaN);
  // A server may restart meanwhile.
  expect(bulk.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(30_000);
  expect(waitAfter(away, 1, { policy: matchPolicy(0), spread: 1 })).toBeUndefined();
});

test('what a busy server asks for is kept to, or left to the caller where it is too long', () => {
  const busy = (retryAfterMs: number) => remoteError('REMOTE_BUSY', { retryAfterMs });
  expect(waitAfter(busy(700), 1, { policy: matchPolicy(1), spread: 1 })).toBe(700);
  expect(waitAfter(busy(1_001), 1, { policy: matchPolicy(1), spread: 1 })).toBeUndefined();
  expect(waitAfter(busy(59_000), 1, { policy: bulkPolicy(1), spread: 1 })).toBe(59_000);
});

test.each([
  remoteError('TEXT_REFUSED'),
  remoteError('REMOTE_MISMATCH'),
  remoteError('REMOTE_FORBIDDEN'),
  new FaqError('resource_exhausted', 'Our own queue.', { reason: 'QUEUE_FULL', retryAfterMs: 1 }),
  new FaqError('unavailable', 'Shutting down.'),
  new Error('foreign'),
])('%s is not tried again', async (error) => {
  const attempt = vi.fn(() => Promise.reject(error));
  await expect(withRetries(attempt, quick, { signal: undefined, closing: open, spread: 1 })).rejects.toBeInstanceOf(FaqError);
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('the first success counts, and the last failure', async () => {
  let made = 0;
  const attempt = async () => {
    made += 1;
    if (made < 3) throw remoteError('REMOTE_FAILED');
    return made;
  };
  expect(await withRetries(attempt, quick, { signal: undefined, closing: open, spread: 1 })).toBe(3);
  const never = vi.fn(() => Promise.reject(remoteError('REMOTE_SLOW')));
  await expect(withRetries(never, quick, { signal: undefined, closing: open, spread: 1 })).rejects.toMatchObject({ reason: 'REMOTE_SLOW' });
  expect(never).toHaveBeenCalledTimes(4);
});

test('a caller that leaves, and a close, end the waiting at once', async () => {
  const slow = { ...quick, firstMs: 60_000, longestMs: 60_000 };
  for (const [who, stays] of [
    ['signal', undefined],
    ['closing', undefined],
    ['closing', new AbortController().signal],
  ] as const) {
    const controller = new AbortController();
    const waiting = { signal: stays, closing: open, spread: 1, [who]: controller.signal };
    const result = withRetries(() => Promise.reject(remoteError('REMOTE_FAILED')), slow, waiting);
    setTimeout(() => controller.abort(new FaqError('deadline_exceeded', 'Left.')), 10);
    await expect(result).rejects.toMatchObject({ code: 'deadline_exceeded' });
  }
});
