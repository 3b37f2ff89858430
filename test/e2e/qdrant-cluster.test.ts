import { expect, test } from 'vitest';
import { describeWithOwnQdrant } from '../support/describe-with-qdrant.ts';
import { startQdrantCluster } from '../support/qdrant-cluster.ts';
import { type QdrantEndpoint, qdrantResult } from '../support/qdrant-http.ts';

const SETTINGS = { vectors: { size: 4, distance: 'Dot' }, shard_number: 1, replication_factor: 3, write_consistency_factor: 2 };

function write(node: QdrantEndpoint, id: number): Promise<unknown> {
  const body = { points: [{ id, vector: [1, 0, 0, id] }] };
  return qdrantResult(node, { method: 'PUT', path: '/collections/shared/points?wait=true', body });
}

async function count(node: QdrantEndpoint): Promise<number> {
  const call = { method: 'POST', path: '/collections/shared/points/count', body: { exact: true } } as const;
  return (await qdrantResult<{ count: number }>(node, call)).count;
}

describeWithOwnQdrant('a Qdrant cluster', () => {
  test('of three nodes outlives the SIGKILL of each of them in turn', { timeout: 180_000 }, async () => {
    await using cluster = await startQdrantCluster();
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('a cluster has three nodes unless told otherwise');
    await qdrantResult(first, { method: 'PUT', path: '/collections/shared', body: SETTINGS });
    let written = 0;
    for (const [index, victim] of cluster.nodes.entries()) {
      const survivor = victim === first ? second : first;
      await victim.kill();
      await write(survivor, index);
      written += 1;
      expect(await count(survivor)).toBe(written);
      await victim.restart();
      await cluster.settled();
    }
    await expect.poll(async () => Promise.all(cluster.nodes.map(count)), { timeout: 30_000 }).toEqual([3, 3, 3]);
  });
});
