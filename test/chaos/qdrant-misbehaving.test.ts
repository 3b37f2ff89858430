import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaqError } from '../../src/errors.ts';
import { openQdrantStore } from '../../src/index/qdrant/qdrant-store.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { describeWithOwnQdrant, describeWithQdrant } from '../support/describe-with-qdrant.ts';
import { CHATTER, DELIVERY, faqFile } from '../support/faq-source.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { madeUpVersion } from '../support/index-oracle.ts';
import { callQdrant, dropCollections, qdrantResult } from '../support/qdrant-http.ts';
import { startQdrant } from '../support/qdrant-server.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { eventually, openReplica, type Replica } from '../support/replica.ts';

const FILES = faqFile(DELIVERY, CHATTER);
const GROWN = faqFile([...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }], CHATTER);

async function refusal(work: Promise<unknown>): Promise<FaqError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaqError)) throw new Error(`Expected a FaqError, got ${String(error)}.`, { cause: error });
  return error;
}

describeWithQdrant('a Qdrant that misbehaves', (qdrant) => {
  let settings: QdrantSettings;
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await startFaultProxy(qdrant().url);
    settings = qdrantSettings(qdrant(), { urls: [proxy.url], timeoutMs: 500, writePatienceMs: 300 });
  });
  afterEach(async () => {
    await proxy.dispose();
    await dropCollections(qdrant(), settings.prefix);
  });

  const collectionOf = ({ versions }: Replica): string => `${settings.prefix}.delivery.${versions.active('delivery')?.version}.1`;

  test('absent at the start: the replica waits, says why, and serves as soon as Qdrant is there', async () => {
    await using first = await openReplica(settings);
    await first.versions.reload('delivery', FILES);
    await proxy.refuse();
    await using late = await openReplica(settings, { wait: false });
    await eventually('the reason is known', () => late.versions.storeProblem !== undefined);
    expect(late.versions.storeProblem).toContain('cannot be reached');
    await proxy.heal();
    await late.restored;
    expect(late.versions.storeProblem).toBeUndefined();
    expect((await late.match('where is my parcel')).decision).toBe('answer');
  });

  test('gone in mid-traffic: matches are UNAVAILABLE at once, health says so, and all is well again without a restart', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await replica.match('where is my parcel');
    await proxy.refuse();
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    await eventually('the outage is known', () => replica.versions.storeProblem !== undefined);
    const start = performance.now();
    await refusal(replica.match('where is my parcel'));
    expect(performance.now() - start).toBeLessThan(200);
    await proxy.heal();
    await eventually('the end of the outage is known', () => replica.versions.storeProblem === undefined);
    expect((await replica.match('where is my parcel')).candidates[0]?.intent).toBe('track');
  });

  test('slow: a match is refused after its time and not after Qdrant is done', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await proxy.inject({ kind: 'delay', ms: 5_000, when: ({ path }) => path.includes('/points/query') });
    const start = performance.now();
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable', reason: 'INDEX_SLOW' });
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  test('with two nodes, one of them hanging or gone, no match fails', async () => {
    await using second = await startFaultProxy(qdrant().url);
    await using replica = await openReplica({ ...settings, urls: [proxy.url, second.url] });
    await replica.versions.reload('delivery', FILES);
    await proxy.refuse();
    expect((await replica.match('where is my parcel')).decision).toBe('answer');
    await proxy.heal();
    await second.inject({ kind: 'hang' });
    expect((await replica.match('where is my parcel')).decision).toBe('answer');
  });

  test('with two nodes and one that freezes, a match is answered before a caller gives up, and nobody is told that Qdrant is away', async () => {
    await using second = await startFaultProxy(qdrant().url);
    await using replica = await openReplica({ ...settings, urls: [proxy.url, second.url], timeoutMs: 3_000 });
    await replica.versions.reload('delivery', FILES);
    await proxy.inject({ kind: 'hang' });
    const start = performance.now();
    expect((await replica.match('is my parcel lost')).decision).toBe('answer');
    // Chatbots wait for 2 s.
    expect(performance.now() - start).toBeLessThan(1_900);
    await sleep(3_000);
    expect((await replica.match('is my parcel lost')).decision).toBe('answer');
    expect(replica.problems.filter((problem) => problem.includes('out of reach') || problem.includes('caller left'))).toEqual([]);
  });

  test('too busy: the caller hears when to come back', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await proxy.inject({
      kind: 'answer',
      status: 429,
      body: { status: { error: 'rate limit' } },
      when: ({ path }) => path.includes('/points/query'),
    });
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'resource_exhausted', reason: 'INDEX_BUSY' });
  });

  test('full: a reload says so, and what was active goes on answering', async () => {
    await using replica = await openReplica(settings);
    const { version } = await replica.versions.reload('delivery', FILES);
    const full = { status: { error: 'Service internal error: No space left on device' } };
    await proxy.inject({
      kind: 'answer',
      status: 500,
      body: full,
      when: ({ method, path }) => method === 'PUT' && path.includes('/points') && path.includes('.v-'),
    });
    expect(await refusal(replica.versions.reload('delivery', GROWN))).toMatchObject({ code: 'resource_exhausted', reason: 'INDEX_FULL' });
    expect((await replica.match('where is my parcel')).versions.corpus).toBe(version);
  });

  test('strict mode: what it forbids is refused in words', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await qdrantResult(qdrant(), {
      method: 'PATCH',
      path: `/collections/${collectionOf(replica)}`,
      body: { strict_mode_config: { enabled: true, max_query_limit: 3 } },
    });
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'failed_precondition' });
    await qdrantResult(qdrant(), {
      method: 'PATCH',
      path: `/collections/${collectionOf(replica)}`,
      body: { strict_mode_config: { enabled: false } },
    });
    expect((await replica.match('where is my parcel')).decision).toBe('answer');
  });

  test('a collection deleted by hand: matches say so, and a reload brings it back without encoding', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await callQdrant(qdrant(), { method: 'DELETE', path: `/collections/${collectionOf(replica)}` });
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable', reason: 'VERSION_GONE' });
    await eventually('the loss is known', () => replica.versions.active('delivery') === undefined);
    expect(await refusal(replica.versions.acquire('delivery'))).toMatchObject({ code: 'unavailable', reason: 'VERSION_GONE' });
    expect(await replica.versions.reload('delivery', FILES)).toMatchObject({ encoded: 0, activated: true });
    expect((await replica.match('where is my parcel')).decision).toBe('answer');
  });

  test('an alias that points to no version of ours: the version before goes on answering and the trouble is reported', async () => {
    await using replica = await openReplica(settings);
    const { version } = await replica.versions.reload('delivery', FILES);
    const stray = `${settings.prefix}-stray`;
    await qdrantResult(qdrant(), { method: 'PUT', path: `/collections/${stray}`, body: { vectors: { size: 4, distance: 'Dot' } } });
    const alias = { alias_name: `${settings.prefix}.delivery` };
    const actions = [{ delete_alias: alias }, { create_alias: { ...alias, collection_name: stray } }];
    await qdrantResult(qdrant(), { method: 'POST', path: '/collections/aliases', body: { actions } });
    await eventually('it is reported', () => replica.problems.length > 0);
    expect((await replica.match('where is my parcel')).versions.corpus).toBe(version);
    await replica.versions.activate('delivery', version);
    await using other = await openReplica(settings);
    expect((await other.match('where is my parcel')).versions.corpus).toBe(version);
  });

  test('an older server is refused by version, and served once it is upgraded', async () => {
    await using first = await openReplica(settings);
    await first.versions.reload('delivery', FILES);
    await proxy.inject({
      kind: 'answer',
      status: 200,
      body: { title: 'qdrant - vector search engine', version: '1.15.4' },
      when: ({ path }) => path === '/',
    });
    await using replica = await openReplica(settings, { wait: false });
    await eventually('it is reported', () => replica.versions.storeProblem !== undefined);
    expect(replica.versions.storeProblem).toContain('1.15.4');
    await proxy.heal();
    await eventually('it is served', () => replica.versions.storeProblem === undefined);
  });

  test('from memory: with a copy of the vectors the last version answers on, the same, while Qdrant is away', async () => {
    await using replica = await openReplica({ ...settings, serveFromMemory: true });
    await replica.versions.reload('delivery', FILES);
    const { timings: _, ...before } = await replica.match('is my parcel lost');
    await sleep(500);
    await proxy.refuse();
    const { timings: __, ...away } = await replica.match('is my parcel lost');
    expect(away.candidates.map(({ intent }) => intent)).toEqual(before.candidates.map(({ intent }) => intent));
    for (const [place, candidate] of away.candidates.entries()) {
      expect(candidate.confidence).toBeCloseTo(before.candidates[place]?.confidence ?? Number.NaN, 4);
      expect(candidate.similarity).toBeCloseTo(before.candidates[place]?.similarity ?? Number.NaN, 5);
    }
  });

  test('a version whose parts were changed by hand is damaged, not answered from', async () => {
    const store = openQdrantStore(settings);
    try {
      await store.write(madeUpVersion({ corpus: 'shop', version: 'v1' }, 20));
      const collection = `${settings.prefix}.shop.v1.1`;
      const drop = { points: [3] };
      await qdrantResult(qdrant(), { method: 'POST', path: `/collections/${collection}/points/delete?wait=true`, body: drop });
      expect(await refusal(store.open('shop', 'v1'))).toMatchObject({ code: 'data_loss', reason: 'VERSION_DAMAGED' });
      const { points } = await qdrantResult<{ points: { id: string }[] }>(qdrant(), {
        method: 'POST',
        path: `/collections/${collection}/points/scroll`,
        body: { filter: { must: [{ key: 'part', match: { value: 'rows.jsonl' } }] }, limit: 1 },
      });
      await store.write(madeUpVersion({ corpus: 'shop', version: 'v2' }, 20));
      const second = `${settings.prefix}.shop.v2.1`;
      const body = { payload: { data: 'H4sIAAAAAAAAA0vOLShKLS5OTVEozy/KSQEAUoHKjREAAAA=' }, points: [points[0]?.id] };
      await qdrantResult(qdrant(), { method: 'POST', path: `/collections/${second}/points/payload?wait=true`, body });
      expect(await refusal(store.open('shop', 'v2'))).toMatchObject({ code: 'data_loss', reason: 'CHECKSUM_MISMATCH' });
      // Written again, it is whole again; the damaged collection stays for a person to look at.
      await store.write(madeUpVersion({ corpus: 'shop', version: 'v2' }, 20));
      expect((await store.open('shop', 'v2')).rows).toHaveLength(20);
    } finally {
      await store.close();
    }
  });

  test('a record of another dimension than the collection is damage', async () => {
    const store = openQdrantStore(settings);
    try {
      const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, 10);
      await store.write(contents);
      const collection = `${settings.prefix}.shop.v1.1`;
      const [record] = await qdrantResult<{ points: { id: string; payload: object }[] }>(qdrant(), {
        method: 'POST',
        path: `/collections/${collection}/points/scroll`,
        body: { filter: { must: [{ key: 'kind', match: { value: 'version' } }] }, with_payload: true, limit: 1 },
      }).then(({ points }) => points);
      await callQdrant(qdrant(), { method: 'DELETE', path: `/collections/${collection}` });
      await qdrantResult(qdrant(), {
        method: 'PUT',
        path: `/collections/${collection}`,
        body: { vectors: { dense: { size: 7, distance: 'Dot' } } },
      });
      const points = [{ id: record?.id, vector: {}, payload: record?.payload }];
      await qdrantResult(qdrant(), { method: 'PUT', path: `/collections/${collection}/points?wait=true`, body: { points } });
      expect(await refusal(store.open('shop', 'v1'))).toMatchObject({ code: 'data_loss' });
    } finally {
      await store.close();
    }
  });
});

describeWithOwnQdrant('a Qdrant of our own that is killed, locked and replaced', () => {
  test('killed and started again in mid-traffic: matches fail while it is away, and nothing is lost', async () => {
    await using server = await startQdrant();
    await using replica = await openReplica(qdrantSettings(server, { timeoutMs: 500 }));
    const { version } = await replica.versions.reload('delivery', FILES);
    await server.kill();
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable' });
    await server.restart();
    await eventually(
      'it answers again',
      async () =>
        replica.match('where is my parcel').then(
          () => true,
          () => false,
        ),
      20_000,
    );
    expect((await replica.match('where is my parcel')).versions.corpus).toBe(version);
  });

  test('told to stop: replicas know at once, which lets it end', async () => {
    await using server = await startQdrant();
    await using replica = await openReplica(qdrantSettings(server, { timeoutMs: 500 }));
    await replica.versions.reload('delivery', FILES);
    await replica.match('where is my parcel');
    // Once, as Docker does: told a second time, Qdrant waits for nobody. It goes on answering on connections that it has, for up to 30 s.
    process.kill(server.pid, 'SIGTERM');
    await eventually('the outage is known', () => replica.versions.storeProblem !== undefined, 2_000);
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable', reason: 'INDEX_UNREACHABLE' });
    await eventually('Qdrant has ended', () => !server.running());
    await server.restart();
    await eventually('the end of the outage is known', () => replica.versions.storeProblem === undefined);
    expect((await replica.match('where is my parcel')).candidates[0]?.intent).toBe('track');
  });

  test('frozen: a match is refused in time, and answered when it goes on', async () => {
    await using server = await startQdrant();
    await using replica = await openReplica(qdrantSettings(server, { timeoutMs: 500 }));
    await replica.versions.reload('delivery', FILES);
    await server.pause();
    expect(await refusal(replica.match('where is my parcel'))).toMatchObject({ code: 'unavailable', reason: 'INDEX_SLOW' });
    server.resume();
    await eventually(
      'it answers again',
      async () =>
        replica.match('where is my parcel').then(
          () => true,
          () => false,
        ),
      20_000,
    );
  });

  test('a key: without it nothing is served and the reason is told; a read-only key serves matches and refuses reloads', async () => {
    const readOnly = 'only-to-read';
    await using server = await startQdrant({ apiKey: 'all-rights', environment: { QDRANT__SERVICE__READ_ONLY_API_KEY: readOnly } });
    const settings = qdrantSettings(server);
    await using admin = await openReplica(settings);
    const { version } = await admin.versions.reload('delivery', FILES);
    await using reader = await openReplica({ ...settings, apiKey: readOnly });
    expect((await reader.match('where is my parcel')).versions.corpus).toBe(version);
    expect(await refusal(reader.versions.reload('delivery', GROWN))).toMatchObject({
      code: 'failed_precondition',
      reason: 'INDEX_FORBIDDEN',
    });
    await using stranger = await openReplica({ ...settings, apiKey: 'wrong' }, { wait: false });
    await eventually('the reason is told', () => stranger.versions.storeProblem?.includes('QDRANT_API_KEY') === true);
  });
});
