/** Settings of a Qdrant store under test, with a prefix of its own so that tests on one server never meet. */
import { randomBytes } from 'node:crypto';
import { DEFAULT_QDRANT_SETTINGS, type QdrantSettings } from '../../src/index/qdrant/settings.ts';

/** @param endpoint the server, and how every collection's name begins. */
export function qdrantSettings(
  endpoint: { readonly url: string; readonly apiKey?: string; readonly prefix?: string },
  changes: Partial<QdrantSettings> = {},
): QdrantSettings {
  return {
    ...DEFAULT_QDRANT_SETTINGS,
    urls: [endpoint.url],
    apiKey: endpoint.apiKey,
    prefix: `${endpoint.prefix ?? 'faqmatch-test-'}${randomBytes(3).toString('hex')}`,
    ...changes,
  };
}
