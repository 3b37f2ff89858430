import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaqError } from '../../src/errors.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { describeWithQdrant } from '../support/describe-with-qdrant.ts';
import { createFakeEncoder } from '../support/fake-encoder.ts';
import { CHATTER, DELIVERY, type FaqItem, faqFile } from '../support/faq-source.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { callQdrant, dropCollections, qdrantResult } from '../support/qdrant-http.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { eventually, openReplica, type Replica } from '../support/replica.ts';

/** Another version of the corpus: one question more. */
const GROWN: readonly FaqItem[] = [...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }];

function encodedBy({ encoder }: Replica): readonly string[] {
  return (encoder as ReturnType<typeof createFakeEncoder>).encoded;
}

function activeIn({ versions }: Replica): string | undefined {
  return versions.active('delivery')?.version;
}

describeWithQdrant('replicas on one Qdrant', (qdrant) => {
  let settings: QdrantSettings;
  beforeEach(() => {
    settings = qdrantSettings(qdrant());
  });
  afterEach(() => dropCollections(qdrant(), settings.prefix));

  async function activeAlias(): Promise<string | undefined> {
    const { aliases } = await qdrantResult<{ aliases: { alias_name: string; collection_name: string }[] }>(qdrant(), {
      method: 'GET',
      path: '/aliases',
    });
    return aliases.find(({ alias_name }) => alias_name === `${settings.prefix}.delivery`)?.collection_name;
  }

  test('a replica on an empty disk answers from Qdrant alone, the same as the one that loaded the corpus, and encodes nothing', async () => {
    await using first = await openReplica(settings);
    const { version } = await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const answer = await first.match('is my parcel lost');
    await using second = await openReplica(settings);
    expect(activeIn(second)).toBe(version);
    const { timings: _, ...same } = await second.match('is my parcel lost');
    expect(same).toEqual({ ...answer, timings: undefined });
    expect(encodedBy(second)).toEqual([]);
  });

  test('a text that one replica has encoded is encoded by no other', async () => {
    await using first = await openReplica(settings);
    await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    await using second = await openReplica(settings);
    const result = await second.versions.reload('delivery', faqFile(GROWN, CHATTER));
    expect(result).toMatchObject({ encoded: 1, reused: 11, activated: true });
    // The new question, and what else its new intent is known by: its name and its answer.
    expect(encodedBy(second)).toEqual([
      'can you wrap it as a gift',
      'gift',
      'can you wrap it as a gift Answer of gift.',
      'Answer of gift.',
    ]);
  });

  test('every replica follows a switch and a rollback within a second', async () => {
    await using first = await openReplica(settings);
    await using second = await openReplica(settings);
    const old = await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    await eventually('the second replica answers', () => activeIn(second) === old.version);
    const grown = await first.versions.reload('delivery', faqFile(GROWN, CHATTER));
    expect(await eventually('the switch is followed', () => activeIn(second) === grown.version)).toBeLessThan(1_000);
    await second.versions.rollback('delivery', undefined);
    expect(await eventually('the rollback is followed', () => activeIn(first) === old.version)).toBeLessThan(1_000);
  });

  test('a version that is about to become active is opened by every replica, so that following it reads nothing more of it', async () => {
    await using proxy = await startFaultProxy(qdrant().url);
    await using first = await openReplica(settings);
    await using second = await openReplica({ ...settings, urls: [proxy.url] });
    const old = await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    await eventually('the second replica answers', () => activeIn(second) === old.version);
    const { version } = await first.versions.reload('delivery', faqFile(GROWN, CHATTER), { stageOnly: true });
    const reads = (): number => proxy.requests.filter(({ path }) => path.includes(`.delivery.${version}.1`)).length;
    // Its facts, the count of its points, its record, rows, build, corpus and scorer.
    await eventually('it is open', () => reads() >= 7);
    const before = reads();
    expect(activeIn(second)).toBe(old.version);
    await first.versions.activate('delivery', version);
    await eventually('the switch is followed', () => activeIn(second) === version);
    expect(reads()).toBe(before);
    const { aliases } = await qdrantResult<{ aliases: { alias_name: string }[] }>(qdrant(), { method: 'GET', path: '/aliases' });
    const own = aliases.map(({ alias_name }) => alias_name).filter((name) => name.startsWith(settings.prefix));
    expect(own).toEqual([`${settings.prefix}.delivery`]);
  });

  test('an announcement that nothing came of goes with its version, and hinders neither a switch nor a start', async () => {
    await using first = await openReplica(settings);
    const old = await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const { version } = await first.versions.reload('delivery', faqFile(GROWN, CHATTER), { stageOnly: true });
    await using second = await openReplica(settings);
    expect(activeIn(second)).toBe(old.version);
    await first.store.remove('delivery', version);
    await first.store.announce('delivery', version).catch(({ code }: FaqError) => expect(code).toBe('not_found'));
    const more = await first.versions.reload('delivery', faqFile([...GROWN, { id: 'more', questions: ['anything more'] }], CHATTER));
    expect(await eventually('the switch is followed', () => activeIn(second) === more.version)).toBeLessThan(1_000);
    expect(second.problems).toEqual([]);
  });

  test('an alias that an operator moves by hand is followed, and remembers what was active before', async () => {
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const grown = await replica.versions.reload('delivery', faqFile(GROWN, CHATTER));
    const alias = { alias_name: `${settings.prefix}.delivery` };
    const target = { ...alias, collection_name: `${settings.prefix}.delivery.${old.version}.1` };
    await qdrantResult(qdrant(), {
      method: 'POST',
      path: '/collections/aliases',
      body: { actions: [{ delete_alias: alias }, { create_alias: target }] },
    });
    await eventually('the alias is followed', () => activeIn(replica) === old.version);
    expect(await replica.store.active('delivery')).toMatchObject({ version: old.version, previous: grown.version });
    await replica.versions.rollback('delivery', undefined);
    expect(activeIn(replica)).toBe(grown.version);
  });

  test('of two replicas that reload a corpus at once one wins and the other says so', async () => {
    await using first = await openReplica(settings);
    await using second = await openReplica(settings);
    const outcomes = await Promise.allSettled([
      first.versions.reload('delivery', faqFile(DELIVERY, CHATTER)),
      second.versions.reload('delivery', faqFile(GROWN, CHATTER)),
    ]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason as FaqError).toMatchObject({ code: 'aborted', reason: 'OPERATION_RUNNING' });
    const won = outcomes.find((outcome) => outcome.status === 'fulfilled');
    await eventually(
      'both answer from the winner',
      () => activeIn(first) === won?.value.version && activeIn(second) === won?.value.version,
    );
    // The right is given back: the loser may go on now.
    expect(await second.versions.reload('delivery', faqFile(GROWN, CHATTER))).toMatchObject({ activated: true });
  });

  test('of ten that switch a corpus at once every one that is told so has switched, and all see the last', async () => {
    await using first = await openReplica(settings);
    const names: string[] = [];
    for (const size of [1, 2, 3]) names.push((await first.versions.reload('delivery', faqFile(DELIVERY.slice(0, size), CHATTER))).version);
    const replicas = await Promise.all(Array.from({ length: 4 }, () => openReplica(settings)));
    try {
      const outcomes = await Promise.allSettled(
        replicas.map((replica, place) => replica.versions.activate('delivery', names[place % 3] ?? '')),
      );
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason as FaqError).toMatchObject({ code: 'aborted' });
      expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
      const active = (await first.store.active('delivery'))?.version;
      await eventually('all see the same', () => [first, ...replicas].every((replica) => activeIn(replica) === active));
    } finally {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
    }
  });

  test('no match fails or mixes versions while the corpus is switched back and forth', async () => {
    await using first = await openReplica(settings);
    await using second = await openReplica(settings);
    const old = await first.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const grown = await first.versions.reload('delivery', faqFile(GROWN, CHATTER));
    await eventually('the second replica answers', () => activeIn(second) === grown.version);
    let going = true;
    const seen = new Set<string>();
    const callers = [first, second, first, second].map(async (replica) => {
      while (going) {
        const answer = await replica.match('can you wrap it as a gift');
        seen.add(answer.versions.corpus);
        // Only the grown version has the question: an answer that names it comes from that version, whole.
        const hasGift = answer.candidates[0]?.matchedQuestion === 'can you wrap it as a gift';
        expect(hasGift).toBe(answer.versions.corpus === grown.version);
      }
    });
    for (const version of [old, grown, old, grown]) {
      await first.versions.activate('delivery', version.version);
      await sleep(400);
    }
    going = false;
    await Promise.all(callers);
    expect(seen).toEqual(new Set([old.version, grown.version]));
  });

  test('a write that was broken off goes on where it stopped, and is no version until it is whole', async () => {
    await using proxy = await startFaultProxy(qdrant().url);
    await using replica = await openReplica({ ...settings, urls: [proxy.url], writePatienceMs: 300 });
    await using other = await openReplica(settings);
    const many = Array.from({ length: 600 }, (_, number) => ({ id: `entry-${number}`, questions: [`question number ${number} of many`] }));
    const isWrite = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PUT' && /\.delivery\.v-[^/]*\/points/u.test(path);
    const writes = (): number => proxy.requests.filter(isWrite).length;
    await replica.versions.reload('delivery', faqFile(many));
    const wholeWrite = writes();
    await callQdrant(qdrant(), { method: 'DELETE', path: `/collections/${await activeAlias()}` });

    let refusedFrom = writes() + 3;
    await proxy.inject({ kind: 'answer', status: 503, body: {}, when: (request) => isWrite(request) && writes() >= refusedFrom });
    await expect(replica.versions.reload('delivery', faqFile(many))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await other.store.list('delivery')).toEqual([]);
    await proxy.heal();
    refusedFrom = writes();
    expect(await replica.versions.reload('delivery', faqFile(many))).toMatchObject({ activated: true, questions: 600, encoded: 0 });
    expect(writes() - refusedFrom).toBeLessThan(wholeWrite);
    await eventually('the other follows', () => activeIn(other) !== undefined);
    expect((await other.match('question number 7 of many')).candidates[0]?.matchedQuestion).toBe('question number 7 of many');
  });

  test('what a killed writer left is dropped by the next operation on the corpus', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    const leftover = `${settings.prefix}.delivery.v-0123456789abcdef.1`;
    await qdrantResult(qdrant(), {
      method: 'PUT',
      path: `/collections/${leftover}`,
      body: { vectors: { dense: { size: 256, distance: 'Dot' } } },
    });
    expect((await replica.versions.list('delivery')).map(({ version }) => version)).not.toContain('v-0123456789abcdef');
    await replica.versions.reload('delivery', faqFile(GROWN, CHATTER));
    expect((await callQdrant(qdrant(), { method: 'GET', path: `/collections/${leftover}` })).status).toBe(404);
  });

  test('another model is built beside and switched to, while replicas of the old model go on answering', async () => {
    await using old = await openReplica(settings);
    const before = await old.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    await using fresh = await openReplica(settings, { encoder: createFakeEncoder({ digest: 'sha256:other', dimension: 128 }) });
    await expect(fresh.versions.acquire('delivery')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'MODEL_MISMATCH' });
    const after = await fresh.versions.reload('delivery', faqFile(DELIVERY, CHATTER));
    expect(after).toMatchObject({ activated: true, encoded: 11 });
    expect((await fresh.match('where is my parcel')).versions.corpus).toBe(after.version);
    await eventually('the old replica tells why it does not follow', () =>
      old.problems.some((problem) => problem.includes('built with model')),
    );
    expect((await old.match('where is my parcel')).versions.corpus).toBe(before.version);
    // And back, by way of a replica that can read it.
    await old.versions.activate('delivery', before.version);
    expect(await old.store.active('delivery')).toMatchObject({ version: before.version, previous: after.version });
    expect((await fresh.match('where is my parcel')).versions.corpus).toBe(after.version);
  });

  test('a version that is not wanted any more is removed from Qdrant, the newest five stay', async () => {
    await using replica = await openReplica(settings);
    for (let size = 1; size <= 8; size += 1) {
      const entries = Array.from({ length: size }, (_, number) => ({ id: `entry-${number}`, questions: [`question number ${number}`] }));
      await replica.versions.reload('delivery', faqFile(entries));
    }
    expect(await replica.versions.list('delivery')).toHaveLength(5);
    const { collections } = await qdrantResult<{ collections: { name: string }[] }>(qdrant(), { method: 'GET', path: '/collections' });
    expect(collections.filter(({ name }) => name.startsWith(`${settings.prefix}.delivery.`))).toHaveLength(5);
    expect(await activeAlias()).toContain(activeIn(replica));
  });
});
