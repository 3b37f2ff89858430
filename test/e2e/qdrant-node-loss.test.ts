import { expect, test } from 'vitest';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { describeWithOwnQdrant } from '../support/describe-with-qdrant.ts';
import { CHATTER, DELIVERY, type FaqItem, faqFile } from '../support/faq-source.ts';
import { type QdrantCluster, startQdrantCluster } from '../support/qdrant-cluster.ts';
import { qdrantResult } from '../support/qdrant-http.ts';
import type { QdrantServer } from '../support/qdrant-server.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { openReplica } from '../support/replica.ts';

const GROWN: readonly FaqItem[] = [...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }];

function settingsFor({ nodes }: QdrantCluster): QdrantSettings {
  const [first] = nodes;
  if (first === undefined) throw new Error('a cluster has three nodes unless told otherwise');
  return qdrantSettings(first, { urls: nodes.map(({ url }) => url), replicationFactor: 2, shards: 3 });
}

/** The node whose copies lead: ordered writes go through the highest number. */
async function leaderOf({ nodes }: QdrantCluster): Promise<QdrantServer> {
  const numbered = await Promise.all(
    nodes.map(async (node) => ({
      node,
      number: (await qdrantResult<{ peer_id: number }>(node, { method: 'GET', path: '/cluster' })).peer_id,
    })),
  );
  const [highest] = numbered.toSorted((left, right) => right.number - left.number);
  if (highest === undefined) throw new Error('a cluster has three nodes unless told otherwise');
  return highest.node;
}

describeWithOwnQdrant('a Qdrant cluster that loses the node that leads', () => {
  test('goes on answering, takes a reload and a rollback, and a fresh replica finds all when the node is back', {
    timeout: 120_000,
  }, async () => {
    await using cluster = await startQdrantCluster();
    const settings = settingsFor(cluster);
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const answer = await replica.match('is my parcel lost');
    const node = await leaderOf(cluster);
    await node.kill();
    for (let number = 0; number < 20; number += 1) {
      expect((await replica.match('is my parcel lost')).candidates).toEqual(answer.candidates);
    }
    const grown = await replica.versions.reload('delivery', faqFile(GROWN, CHATTER));
    expect(grown.activated).toBe(true);
    expect((await replica.match('can you wrap it as a gift')).versions.corpus).toBe(grown.version);
    await replica.versions.rollback('delivery', undefined);
    expect((await replica.match('can you wrap it as a gift')).versions.corpus).toBe(old.version);
    await node.restart();
    await cluster.settled();
    await cluster.recovered();
    await using fresh = await openReplica(settings);
    expect(fresh.versions.active('delivery')).toMatchObject({ version: old.version });
    expect(await fresh.store.active('delivery')).toMatchObject({ version: old.version, previous: grown.version });
  });
});
