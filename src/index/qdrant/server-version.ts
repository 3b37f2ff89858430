/**
 * Whether the server is new enough for what the store stands on.
 */
import { FaqError } from '../../errors.ts';
import type { QdrantConnection } from './connection.ts';
import { LEAST_QDRANT_VERSION } from './settings.ts';

/** Whether a version such as `1.18.3` is at least another. A version that is no version is not. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split(/[.-]/u).slice(0, 3).map(Number));
  for (const [place, wanted] of (want ?? []).entries()) {
    const had = have?.[place] ?? Number.NaN;
    if (had !== wanted) return had > wanted;
  }
  return true;
}

/** @returns the version. @throws FaqError failed_precondition, reason INDEX_TOO_OLD; unavailable. */
export async function checkServerVersion(connection: QdrantConnection, signal?: AbortSignal): Promise<string> {
  const { data } = await connection.call({
    what: 'tell its version',
    urgent: true,
    probe: true,
    run: (api, init) => api.root({}, init),
    signal,
    patienceMs: 0,
  });
  const version = (data as { readonly version?: unknown }).version;
  if (typeof version === 'string' && isAtLeast(version, LEAST_QDRANT_VERSION)) return version;
  const came = typeof version === 'string' ? `Qdrant ${version}` : 'something that does not say it is Qdrant';
  const message = `Expected Qdrant ${LEAST_QDRANT_VERSION} or newer at QDRANT_URL, found ${came}. Upgrade the server, or check the address.`;
  throw new FaqError('failed_precondition', message, { reason: 'INDEX_TOO_OLD' });
}
