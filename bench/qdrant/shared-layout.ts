/**
 * One collection for the questions of all corpora, with a tenant index on the corpus version; a second, small collection holds one point
 * per corpus that says which version is active, since an alias can only name a whole collection.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { type CorpusLayout, type CorpusVersion, inBatches, SEARCH } from './corpus-layout.ts';
import { DIMENSION, type SyntheticPoint } from './synthetic-corpus.ts';

const QUESTIONS = 'questions';
const POINTERS = 'pointers';
const PAGE = 10_000;

function tenantOf({ corpus, version }: CorpusVersion): string {
  return `corpus-${corpus}/v${version}`;
}

function onlyTenant(target: CorpusVersion) {
  return { must: [{ key: 'tenant', match: { value: tenantOf(target) } }] };
}

async function prepare(client: QdrantClient, payloadLinks: number): Promise<void> {
  await client.createCollection(QUESTIONS, {
    vectors: { dense: { size: DIMENSION, distance: 'Dot' } },
    sparse_vectors: { terms: {} },
    shard_number: 1,
    // No graph over all tenants, which no search would use.
    hnsw_config: { m: 0, payload_m: payloadLinks },
  });
  await client.createPayloadIndex(QUESTIONS, { field_name: 'tenant', field_schema: { type: 'keyword', is_tenant: true }, wait: true });
  for (const field of ['locale', 'tags']) {
    await client.createPayloadIndex(QUESTIONS, { field_name: field, field_schema: 'keyword', wait: true });
  }
  await client.createCollection(POINTERS, { vectors: {}, shard_number: 1 });
}

async function readPointers(client: QdrantClient): Promise<number> {
  let count = 0;
  for (let offset: string | number | undefined = 0; offset !== undefined; ) {
    const page = await client.scroll(POINTERS, { limit: PAGE, offset, with_payload: true });
    count += page.points.length;
    offset = typeof page.next_page_offset === 'object' ? undefined : page.next_page_offset;
  }
  return count;
}

async function match(client: QdrantClient, searched: readonly object[]): Promise<number> {
  const results = await client.queryBatch(QUESTIONS, { searches: searched.map((search) => ({ ...SEARCH, ...search })) });
  return results[0]?.points.length ?? 0;
}

/** A layout of one shared collection. @param payloadLinks links of a graph that each tenant (and each other indexed value) gets; 0 for none. */
export function sharedLayout(client: QdrantClient, payloadLinks: number): CorpusLayout {
  return {
    prepare: () => prepare(client, payloadLinks),
    write: async (target, points) => {
      const owned = points.map(({ payload, ...point }) => ({ ...point, payload: { ...payload, tenant: tenantOf(target) } }));
      await inBatches(owned, (batch) => client.upsert(QUESTIONS, { wait: true, points: [...batch] }));
    },
    activate: async (target) => {
      const pointer = { id: target.corpus, vector: {}, payload: { corpus: `corpus-${target.corpus}`, active: tenantOf(target) } };
      await client.upsert(POINTERS, { wait: true, points: [pointer] });
    },
    drop: async (target) => {
      await client.delete(QUESTIONS, { wait: true, filter: onlyTenant(target) });
    },
    match: (target, { dense, terms }: SyntheticPoint['vector'], withTerms) => {
      const filter = onlyTenant(target);
      const byVector = { query: dense, using: 'dense', filter };
      return match(client, withTerms ? [byVector, { query: terms, using: 'terms', filter }] : [byVector]);
    },
    listVersions: async () => (await client.facet(QUESTIONS, { key: 'tenant', limit: 1_000_000 })).hits.length,
    readPointers: () => readPointers(client),
    settled: async (mostMs) => {
      for (const end = performance.now() + mostMs; ; ) {
        const { status, optimizer_status: optimizers } = await client.getCollection(QUESTIONS);
        if (status === 'green') return;
        if (status === 'red') throw new Error(`the shared collection is broken: ${JSON.stringify(optimizers)}`);
        if (performance.now() > end) throw new Error(`an optimizer still worked after ${Math.round(mostMs / 60_000)} minutes`);
        await sleep(250);
      }
    },
  };
}
