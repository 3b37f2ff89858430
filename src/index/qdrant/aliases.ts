/**
 * The aliases of a deployment: which collection each corpus is answered from. An alias has the last word on what is active; it is switched in
 * one step of Qdrant's own, by this service or by an operator's hand.
 */
import type { QdrantConnection } from './connection.ts';
import type { QdrantNames, VersionCollection } from './names.ts';

/** Where aliases point. */
export interface Aliases {
  /** By corpus; `undefined` for an alias that points to no version of ours. One request for all. */
  read(signal?: AbortSignal): Promise<ReadonlyMap<string, VersionCollection | undefined>>;
  /**
   * Points a corpus's alias, or moves it. One action alone: Qdrant moves an alias that is there in one step, while of a list of actions the
   * first may be done and the next refused.
   */
  point(target: VersionCollection): Promise<void>;
}

/** Aliases under one prefix. */
export function openAliases(connection: QdrantConnection, names: QdrantNames): Aliases {
  return {
    async read(signal) {
      const { data } = await connection.call({
        what: 'read which versions are active',
        urgent: true,
        run: (api, init) => api.getCollectionsAliases({}, init),
        signal,
        patienceMs: 0,
      });
      const found = new Map<string, VersionCollection | undefined>();
      for (const { alias_name, collection_name } of data.result?.aliases ?? []) {
        const corpus = names.parseAlias(alias_name);
        if (corpus !== undefined) found.set(corpus, names.parseVersion(collection_name));
      }
      return found;
    },
    async point({ corpus, name }) {
      const actions = [{ create_alias: { alias_name: names.alias(corpus), collection_name: name } }];
      await connection.call({ what: 'switch a corpus', run: (api, init) => api.updateAliases({ actions }, init), timeoutMs: 30_000 });
    },
  };
}
