/** Qdrant's own snapshots as docs/operations.md tells to use them: what they bring back is served again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { describeWithOwnQdrant } from '../support/describe-with-qdrant.ts';
import type { createFakeEncoder } from '../support/fake-encoder.ts';
import { CHATTER, DELIVERY, faqFile } from '../support/faq-source.ts';
import { qdrantResult } from '../support/qdrant-http.ts';
import { type QdrantServer, startQdrant } from '../support/qdrant-server.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { eventually, openReplica } from '../support/replica.ts';

// Snapshots are synced to disk, which a busy machine does slowly.
vi.setConfig({ testTimeout: 60_000 });

const FILES = faqFile(DELIVERY, CHATTER);
const GROWN = faqFile([...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }], CHATTER);

describeWithOwnQdrant("Qdrant's snapshots", () => {
  let qdrant: QdrantServer;
  let settings: QdrantSettings;
  beforeEach(async () => {
    qdrant = await startQdrant();
    settings = qdrantSettings(qdrant);
  });
  afterEach(() => qdrant.dispose());

  /** Made, and fetched as a file would be. */
  async function snapshot(collection: string): Promise<Blob> {
    const { name } = await qdrantResult<{ name: string }>(qdrant, {
      method: 'POST',
      path: `/collections/${collection}/snapshots?wait=true`,
    });
    return (await fetch(`${qdrant.url}/collections/${collection}/snapshots/${name}`)).blob();
  }

  async function recover(collection: string, file: Blob): Promise<void> {
    const body = new FormData();
    body.append('snapshot', file, 'collection.snapshot');
    const path = `/collections/${collection}/snapshots/upload?wait=true&priority=snapshot`;
    expect((await fetch(`${qdrant.url}${path}`, { method: 'POST', body })).status).toBe(200);
  }

  test('collections that were deleted come back from them: replicas answer again, and a rollback goes where it went', async () => {
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', FILES);
    const grown = await replica.versions.reload('delivery', GROWN);
    const { timings: _, ...answer } = await replica.match('is my parcel lost');
    const names = [`${settings.prefix}._state`, ...[old, grown].map(({ version }) => `${settings.prefix}.delivery.${version}.1`)];
    const files = new Map<string, Blob>();
    for (const name of names) files.set(name, await snapshot(name));

    for (const name of names) await qdrantResult(qdrant, { method: 'DELETE', path: `/collections/${name}` });
    await eventually('the loss is known', () => replica.versions.active('delivery') === undefined);
    await expect(replica.match('is my parcel lost')).rejects.toMatchObject({ code: 'unavailable', reason: 'VERSION_GONE' });

    for (const [name, file] of files) await recover(name, file);
    // An alias goes with its collection and is in no snapshot.
    const alias = { alias_name: `${settings.prefix}.delivery`, collection_name: `${settings.prefix}.delivery.${grown.version}.1` };
    await qdrantResult(qdrant, { method: 'POST', path: '/collections/aliases', body: { actions: [{ create_alias: alias }] } });
    await eventually('the replica answers again', () => replica.versions.active('delivery')?.version === grown.version);
    const { timings: __, ...again } = await replica.match('is my parcel lost');
    expect(again).toEqual(answer);
    await using fresh = await openReplica(settings);
    expect((await fresh.match('is my parcel lost')).candidates).toEqual(answer.candidates);
    expect((fresh.encoder as ReturnType<typeof createFakeEncoder>).encoded).toEqual([]);
    expect(await fresh.store.active('delivery')).toMatchObject({ version: grown.version, previous: old.version });
    await fresh.versions.rollback('delivery', undefined);
    expect(fresh.versions.active('delivery')?.version).toBe(old.version);
    await fresh.versions.reload('delivery', GROWN);
  });
});
