/**
 * The aliases of a deployment: which collection each corpus is answered from. An alias has the last word on what is active; it is switched in
 * one step of Qdrant's own, by this service or by an operator's hand.
 */
import type { QdrantApi, QdrantConnection } from './connection.ts';
import type { QdrantNames, VersionCollection } from './names.ts';

/** Where the aliases point, by corpus; `undefined` for one that points to no version of ours. */
export interface AliasTable {
  readonly active: ReadonlyMap<string, VersionCollection | undefined>;
  /** Versions that are about to become active. */
  readonly next: ReadonlyMap<string, VersionCollection | undefined>;
}

/** Where aliases point. */
export interface Aliases {
  /** One request for all. */
  read(signal?: AbortSignal): Promise<AliasTable>;
  /**
   * Points a corpus's alias, or moves it. One action alone: Qdrant moves an alias that is there in one step, while of a list of actions the
   * first may be done and the next refused.
   */
  point(target: VersionCollection): Promise<void>;
  /** Tells all who read the aliases that a version is about to become active. */
  announce(target: VersionCollection): Promise<void>;
  /** Takes an announcement back. */
  withdraw(corpus: string): Promise<void>;
}

type Action = NonNullable<Parameters<QdrantApi['updateAliases']>[0]['actions']>[number];

/** Aliases under one prefix. */
export function openAliases(connection: QdrantConnection, names: QdrantNames): Aliases {
  async function update(what: string, action: Action): Promise<void> {
    await connection.call({ what, run: (api, init) => api.updateAliases({ actions: [action] }, init), timeoutMs: 30_000 });
  }
  return {
    async read(signal) {
      const { data } = await connection.call({
        what: 'read which versions are active',
        urgent: true,
        probe: true,
        run: (api, init) => api.getCollectionsAliases({}, init),
        signal,
        patienceMs: 0,
      });
      const found = { active: new Map<string, VersionCollection | undefined>(), next: new Map<string, VersionCollection | undefined>() };
      for (const { alias_name, collection_name } of data.result?.aliases ?? []) {
        const alias = names.parseAlias(alias_name);
        if (alias !== undefined) found[alias.kind].set(alias.corpus, names.parseVersion(collection_name));
      }
      return found;
    },
    point: ({ corpus, name }) => update('switch a corpus', { create_alias: { alias_name: names.alias(corpus), collection_name: name } }),
    announce: ({ corpus, name }) =>
      update('announce a version', { create_alias: { alias_name: names.nextAlias(corpus), collection_name: name } }),
    withdraw: (corpus) => update('take an announcement back', { delete_alias: { alias_name: names.nextAlias(corpus) } }),
  };
}
