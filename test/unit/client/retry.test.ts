import { expect, test } from 'vitest';
import { DEFAULT_RETRY } from '../../../src/client/options.ts';
import { retryDelayMs } from '../../../src/client/retry.ts';
import { FaqError } from '../../../src/errors.ts';

const unavailable = new FaqError('unavailable', 'draining');
const policy = { attempts: 3, baseDelayMs: 50, maxDelayMs: 80 };

test('the wait is between half of and all of a span that doubles up to its bound', () => {
  expect(retryDelayMs(policy, { error: unavailable, made: 1, leftMs: 1000, random: 0 })).toBe(25);
  expect(retryDelayMs(policy, { error: unavailable, made: 1, leftMs: 1000, random: 0.5 })).toBe(37.5);
  // The second span would be 100 and is bounded to 80.
  expect(retryDelayMs(policy, { error: unavailable, made: 2, leftMs: 1000, random: 0 })).toBe(40);
});

test('tries are bounded', () => {
  expect(retryDelayMs(policy, { error: unavailable, made: 3, leftMs: 1000, random: 0 })).toBeUndefined();
  expect(retryDelayMs({ ...DEFAULT_RETRY, attempts: 1 }, { error: unavailable, made: 1, leftMs: 1000, random: 0 })).toBeUndefined();
});

test('a wait that would end past the deadline is not begun', () => {
  expect(retryDelayMs(policy, { error: unavailable, made: 1, leftMs: 25, random: 0 })).toBeUndefined();
});

test('resource_exhausted is tried again only where the server says when, and never earlier', () => {
  const quota = new FaqError('resource_exhausted', 'quota');
  const queue = new FaqError('resource_exhausted', 'queue full', { retryAfterMs: 200 });
  expect(retryDelayMs(policy, { error: quota, made: 1, leftMs: 1000, random: 0 })).toBeUndefined();
  expect(retryDelayMs(policy, { error: queue, made: 1, leftMs: 1000, random: 0 })).toBe(200);
  expect(retryDelayMs(policy, { error: queue, made: 1, leftMs: 1000, random: 0.99 })).toBeGreaterThan(200);
});

test.each(['invalid_argument', 'not_found', 'failed_precondition', 'aborted', 'deadline_exceeded', 'cancelled', 'internal'] as const)(
  '%s is never tried again',
  (code) => {
    expect(retryDelayMs(policy, { error: new FaqError(code, 'no'), made: 1, leftMs: 1000, random: 0 })).toBeUndefined();
  },
);
