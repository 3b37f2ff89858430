import { describe, expect, test } from 'vitest';
import { FaqError } from '../../../../src/errors.ts';
import { mayPass, qdrantWords, toFaqError } from '../../../../src/index/qdrant/qdrant-errors.ts';

function httpFailure(status: number, words: string, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(`HTTP ${status}`), { status, data: { status: { error: words } }, headers: new Headers(headers) });
}

const call = { what: 'search', signal: undefined, timedOutMs: undefined };

describe('an answer of Qdrant becomes an error of ours', () => {
  test.each([
    { status: 400, words: 'Wrong input: vector dimension', code: 'failed_precondition', reason: 'INDEX_REFUSED', passes: false },
    { status: 401, words: 'Must provide an API key', code: 'failed_precondition', reason: 'INDEX_FORBIDDEN', passes: false },
    { status: 403, words: 'Global write access is required', code: 'failed_precondition', reason: 'INDEX_FORBIDDEN', passes: false },
    { status: 403, words: 'Forbidden: strict mode: limit exceeded', code: 'failed_precondition', reason: 'INDEX_FORBIDDEN', passes: false },
    { status: 404, words: "Not found: Collection doesn't exist!", code: 'not_found', reason: 'INDEX_NOT_FOUND', passes: false },
    { status: 409, words: 'Collection already exists!', code: 'aborted', reason: 'INDEX_CONFLICT', passes: false },
    { status: 413, words: 'Payload too large', code: 'failed_precondition', reason: 'INDEX_REFUSED', passes: false },
    { status: 422, words: 'Validation error', code: 'failed_precondition', reason: 'INDEX_REFUSED', passes: false },
    { status: 429, words: 'Rate limit exceeded', code: 'resource_exhausted', reason: 'INDEX_BUSY', passes: true },
    {
      status: 500,
      words: 'Service internal error: No space left on device',
      code: 'resource_exhausted',
      reason: 'INDEX_FULL',
      passes: false,
    },
    { status: 500, words: 'Service internal error: Disk usage exceeded', code: 'resource_exhausted', reason: 'INDEX_FULL', passes: false },
    { status: 507, words: '', code: 'resource_exhausted', reason: 'INDEX_FULL', passes: false },
    { status: 500, words: 'Service internal error: task panicked', code: 'unavailable', reason: 'INDEX_FAILED', passes: true },
    { status: 502, words: '', code: 'unavailable', reason: 'INDEX_FAILED', passes: true },
    { status: 503, words: 'Service unavailable', code: 'unavailable', reason: 'INDEX_FAILED', passes: true },
  ])('HTTP $status "$words" is $code, reason $reason; may pass: $passes', ({ status, words, code, reason, passes }) => {
    const failure = httpFailure(status, words);
    const error = toFaqError(failure, call);
    expect(error).toMatchObject({ code, reason, cause: failure });
    expect(mayPass(error)).toBe(passes);
    // Qdrant's words may name collections and paths: they are for the log.
    if (words !== '') expect(error.message).not.toContain(words);
  });

  test.each([
    [{ 'retry-after': '7' }, 7_000],
    [{}, 1_000],
    [{ 'retry-after': 'Wed, 25 Nov 2026 00:00:00 GMT' }, 1_000],
  ])('HTTP 429 with headers %j asks to wait', (headers, retryAfterMs) =>
    expect(toFaqError(httpFailure(429, '', headers), call)).toMatchObject({ retryAfterMs }),
  );

  test('names strict mode where a request was refused, and the key where its rights were', () => {
    expect(toFaqError(httpFailure(400, 'Bad request: limit 33 > 3. Help: …'), call).message).toContain('strict mode');
    expect(toFaqError(httpFailure(403, 'no'), call).message).toContain('QDRANT_API_KEY');
  });

  test('a broken connection is INDEX_UNREACHABLE, a wait that ended INDEX_SLOW, both worth another try', () => {
    const unreachable = toFaqError(new TypeError('fetch failed'), call);
    const slow = toFaqError(new DOMException('timed out', 'TimeoutError'), { ...call, timedOutMs: 3_000 });
    expect([unreachable, slow]).toMatchObject([
      { code: 'unavailable', reason: 'INDEX_UNREACHABLE' },
      { code: 'unavailable', reason: 'INDEX_SLOW', message: expect.stringContaining('3000 ms') },
    ]);
    expect([unreachable, slow].every(mayPass)).toBe(true);
  });

  test('a caller that left is told so, whatever the answer was', () => {
    const signal = AbortSignal.abort();
    expect(toFaqError(httpFailure(500, ''), { ...call, signal })).toMatchObject({ code: 'cancelled' });
  });

  test('an error of ours stays itself', () => {
    const error = new FaqError('data_loss', 'damaged');
    expect(toFaqError(error, call)).toBe(error);
  });

  test('words are read where they are there', () => {
    expect(qdrantWords(httpFailure(400, 'no'))).toBe('no');
    expect(qdrantWords(new Error('no'))).toBe('');
  });
});
