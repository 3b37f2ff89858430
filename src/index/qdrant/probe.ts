/** A look at a Qdrant before anything is built on it: for `doctor`, and for commands that had better fail at once. */
import { connectQdrant } from './connection.ts';
import { checkServerVersion } from './server-version.ts';
import type { QdrantSettings } from './settings.ts';

/** A Qdrant that can be used. */
export interface QdrantFacts {
  readonly version: string;
  /** Collections that the key lets one see, of all prefixes. */
  readonly collections: number;
}

/**
 * Asks for version and collections, which takes the way there, the certificate, the server's age and the key.
 * @throws FaqError unavailable (INDEX_UNREACHABLE, INDEX_UNTRUSTED, INDEX_SLOW), failed_precondition (INDEX_TOO_OLD, INDEX_FORBIDDEN).
 */
export async function probeQdrant(settings: QdrantSettings): Promise<QdrantFacts> {
  const connection = connectQdrant(settings);
  try {
    const version = await checkServerVersion(connection);
    const { data } = await connection.call({ what: 'list collections', run: (api, init) => api.getCollections({}, init) });
    return { version, collections: data.result?.collections.length ?? 0 };
  } finally {
    connection.close();
  }
}
