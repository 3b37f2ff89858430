/** Why a TLS connection was not made, in words. Node hides it as the cause of a failed fetch. */

const UNTRUSTED =
  "its certificate is signed by nobody this process trusts. Set NODE_EXTRA_CA_CERTS to the file with your authority's certificate (PEM) before the start";
const NOT_TLS = 'the port does not speak TLS. Write http:// in QDRANT_URL, or turn TLS on in Qdrant';

/** By Node's and OpenSSL's codes. */
const WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired. Renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Check the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name. Use the name in the certificate in QDRANT_URL',
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};

/** Longest chain of causes that is looked through; a chain may be a ring. */
const DEEPEST = 8;

/** As it follows "cannot be reached over TLS: "; undefined for what has nothing to do with TLS. */
export function tlsTrouble(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < DEEPEST && cause instanceof Error; depth += 1) {
    const { code } = cause as { readonly code?: unknown };
    if (typeof code === 'string' && Object.hasOwn(WORDS, code)) return WORDS[code];
    ({ cause } = cause);
  }
  return undefined;
}
