import { expect, test } from 'vitest';
import { toFaqError } from '../../../src/index/qdrant/qdrant-errors.ts';
import { tlsTrouble } from '../../../src/index/qdrant/tls-errors.ts';

/** As Node's fetch fails: the reason is the cause. */
function failedFetch(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('reason'), { code }) });
}

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'http://'],
])('%s is told as a failure of TLS', (code, words) => {
  const error = toFaqError(failedFetch(code), { what: 'search', signal: undefined, timedOutMs: undefined });
  expect(error).toMatchObject({ code: 'unavailable', reason: 'INDEX_UNTRUSTED', retryAfterMs: 1_000 });
  expect(error.message).toContain(words);
});

test('a refused connection is no failure of TLS, and causes in a ring come to an end', () => {
  const error = toFaqError(failedFetch('ECONNREFUSED'), { what: 'search', signal: undefined, timedOutMs: undefined });
  expect(error.reason).toBe('INDEX_UNREACHABLE');
  const ring = new Error('ring');
  ring.cause = ring;
  expect(tlsTrouble(ring)).toBeUndefined();
  expect(tlsTrouble('no error')).toBeUndefined();
});
