import { describe, expect, it } from 'vitest';
import { CHATTER, DELIVERY, faqFile } from '../../support/faq-source.ts';
import { openVersionsOnDisk, type VersionsOnDisk } from '../../support/versions-on-disk.ts';

/** Another version of the same nine questions. */
function filesNumber(number: number) {
  return faqFile(
    DELIVERY.map((entry) => ({ ...entry, answer: `Answer number ${number}.` })),
    CHATTER,
  );
}

async function loadNumbered(server: VersionsOnDisk, count: number): Promise<readonly string[]> {
  const versions: string[] = [];
  for (let number = 0; number < count; number += 1) {
    versions.push((await server.versions.reload('shop', filesNumber(number))).version);
  }
  return versions;
}

describe('switching versions', () => {
  it('rolls back to the version before, and forth again', async () => {
    await using server = await openVersionsOnDisk();
    const [first, second] = await loadNumbered(server, 2);
    expect(await server.versions.rollback('shop', undefined)).toEqual({ version: first, previous: second });
    expect(server.versions.active('shop')?.content.entries[0]?.answer).toBe('Answer number 0.');
    expect(await server.versions.rollback('shop', '')).toEqual({ version: second, previous: first });
  });

  it('rolls back to a named version', async () => {
    await using server = await openVersionsOnDisk();
    const [first, , third] = await loadNumbered(server, 3);
    expect(await server.versions.rollback('shop', first)).toEqual({ version: first, previous: third });
    expect((await server.versions.list('shop')).find(({ active }) => active)?.version).toBe(first);
  });

  it('refuses an unnamed rollback where no version was active before', async () => {
    await using server = await openVersionsOnDisk();
    await loadNumbered(server, 1);
    await expect(server.versions.rollback('shop', undefined)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'NO_PREVIOUS_VERSION',
    });
  });

  it('changes nothing when the active version is activated again', async () => {
    await using server = await openVersionsOnDisk();
    const [first, second] = await loadNumbered(server, 2);
    expect(await server.versions.activate('shop', second ?? '')).toEqual({ version: second, previous: first });
    expect(await server.versions.rollback('shop', undefined)).toMatchObject({ version: first });
  });

  it('tells listeners of every switch until they unsubscribe, and survives one that throws', async () => {
    await using server = await openVersionsOnDisk();
    const seen: string[] = [];
    server.versions.onActivated(() => {
      throw new Error('not today');
    });
    const unsubscribe = server.versions.onActivated((corpus, version) => seen.push(`${corpus} ${version}`));
    const [first, second] = await loadNumbered(server, 2);
    // Active already: no switch.
    await server.versions.reload('shop', filesNumber(1));
    await server.versions.activate('shop', second ?? '');
    unsubscribe();
    await server.versions.rollback('shop', undefined);
    expect(seen).toEqual([`shop ${first}`, `shop ${second}`]);
    expect(server.problems.join()).toContain('not today');
  });

  it('names the known corpora when one is unknown', async () => {
    await using server = await openVersionsOnDisk();
    await loadNumbered(server, 1);
    await expect(server.versions.acquire('shopp')).rejects.toMatchObject({
      code: 'not_found',
      reason: 'CORPUS_NOT_FOUND',
      message: 'There is no corpus "shopp". There are: shop.',
    });
    await expect(server.versions.list('nothing')).rejects.toMatchObject({ reason: 'CORPUS_NOT_FOUND' });
    await expect(server.versions.activate('nothing', 'v-1')).rejects.toMatchObject({ reason: 'CORPUS_NOT_FOUND' });
  });

  it.each(['', 'Shop', '../shop', 'a/b', '-x', 'x'.repeat(65), '\u0000'])('refuses the corpus name %j', async (name) => {
    await using server = await openVersionsOnDisk();
    const refused = { code: 'invalid_argument', field: 'corpus' };
    await expect(server.versions.reload(name, filesNumber(0))).rejects.toMatchObject(refused);
    await expect(server.versions.acquire(name)).rejects.toMatchObject(refused);
  });

  it.each(['v-0000000000000000', '../../etc', 'V', 'a'.repeat(200)])('does not find version %j', async (name) => {
    await using server = await openVersionsOnDisk();
    await loadNumbered(server, 1);
    await expect(server.versions.acquire('shop', name)).rejects.toMatchObject({ code: 'not_found', reason: 'VERSION_NOT_FOUND' });
    await expect(server.versions.activate('shop', name)).rejects.toMatchObject({ code: 'not_found', reason: 'VERSION_NOT_FOUND' });
  });

  it('shows each corpus in its status', async () => {
    await using server = await openVersionsOnDisk();
    expect(server.versions.status()).toEqual([]);
    expect(server.versions.anyActive).toBe(false);
    const [first] = await loadNumbered(server, 1);
    await server.versions.reload('bank', filesNumber(7), { stageOnly: true });
    expect(server.versions.status()).toEqual([
      {
        corpus: 'bank',
        activeVersion: undefined,
        entries: 0,
        questions: 0,
        intents: 0,
        outOfScopeShare: undefined,
        activatedAt: undefined,
      },
      { corpus: 'shop', activeVersion: first, entries: 3, questions: 9, intents: 3, outOfScopeShare: 0.25, activatedAt: expect.any(Date) },
    ]);
  });
});

describe('retention', () => {
  it('keeps the newest five versions', async () => {
    await using server = await openVersionsOnDisk();
    const all = await loadNumbered(server, 7);
    const kept = (await server.versions.list('shop')).map(({ version }) => version);
    expect(kept).toEqual(all.slice(2).reverse());
    expect([...(await server.folders('shop'))].sort()).toEqual([...kept].sort());
  });

  it('keeps the active version and the one before, however old', async () => {
    await using server = await openVersionsOnDisk();
    const [first, second] = await loadNumbered(server, 2);
    await server.versions.rollback('shop', first);
    for (let number = 2; number < 9; number += 1) await server.versions.reload('shop', filesNumber(number), { stageOnly: true });
    const kept = (await server.versions.list('shop')).map(({ version }) => version);
    expect(kept).toHaveLength(7);
    expect(kept).toEqual(expect.arrayContaining([first, second]));
    expect(await server.versions.rollback('shop', undefined)).toMatchObject({ version: second });
  });

  it('lets the version before the one before go when another becomes active', async () => {
    await using server = await openVersionsOnDisk();
    const [first, second] = await loadNumbered(server, 2);
    const staged: string[] = [];
    for (let number = 2; number < 7; number += 1)
      staged.push((await server.versions.reload('shop', filesNumber(number), { stageOnly: true })).version);
    const kept = async () => (await server.versions.list('shop')).map(({ version }) => version);
    expect(await kept()).toEqual([...staged.toReversed(), second, first]);
    await server.versions.activate('shop', staged[4] ?? '');
    expect(await kept()).toEqual([...staged.toReversed(), second]);
  });

  it('does not remove a version that someone has just asked for by name', async () => {
    await using server = await openVersionsOnDisk();
    const [first] = await loadNumbered(server, 5);
    await server.versions.acquire('shop', first);
    await server.versions.reload('shop', filesNumber(8));
    expect((await server.versions.list('shop')).map(({ version }) => version)).toContain(first);
  });
});
