import { afterEach, describe, expect, test, vi } from 'vitest';
import { FaqError } from '../../../../src/errors.ts';
import type { PointerChange } from '../../../../src/index/contract.ts';
import type { QdrantConnection } from '../../../../src/index/qdrant/connection.ts';
import { qdrantNames, type VersionCollection } from '../../../../src/index/qdrant/names.ts';
import { startWatch, type Watch } from '../../../../src/index/qdrant/watch.ts';

const names = qdrantNames('p');
const away = new FaqError('unavailable', 'Qdrant is away.');
const damaged = new FaqError('data_loss', 'The record makes no sense.');

/** A deployment that a test changes by hand, and a watch of it. */
function watched() {
  const active = new Map<string, VersionCollection | undefined>();
  const next = new Map<string, VersionCollection | undefined>();
  const failing = new Map<string, FaqError>();
  const seen = {
    changes: [] as PointerChange[],
    announced: [] as string[],
    looks: 0,
    reach: [] as (string | undefined)[],
    blocked: undefined as FaqError | undefined,
    checks: 0,
  };
  let problem: FaqError | undefined;
  const connection: QdrantConnection = {
    call: async () => Promise.reject(new Error('The watch makes no calls of its own.')),
    block: (error) => {
      seen.blocked = error;
    },
    close: () => undefined,
  };
  const watch = startWatch(
    {
      connection,
      aliases: {
        async read() {
          if (problem !== undefined) throw problem;
          seen.looks += 1;
          return { active: new Map(active), next: new Map(next) };
        },
        point: async () => undefined,
        announce: async () => undefined,
        withdraw: async () => undefined,
      },
      async pointerOf(corpus, target) {
        const failure = failing.get(corpus);
        if (failure !== undefined) throw failure;
        return target === undefined ? undefined : { version: target.version, previous: undefined, activatedAt: new Date(0) };
      },
      async checkServer() {
        seen.checks += 1;
      },
    },
    {
      onPointer: (change) => seen.changes.push(change),
      onNext: ({ corpus, version }) => seen.announced.push(`${corpus} ${version}`),
      onReach: (why) => seen.reach.push(why),
    },
  );
  return {
    seen,
    watch,
    failing,
    point: (corpus: string, version: string, generation = 1) => active.set(corpus, names.version(corpus, version, generation)),
    announce: (corpus: string, version: string) => next.set(corpus, names.version(corpus, version, 1)),
    withdraw: (corpus: string) => next.delete(corpus),
    /** Until the watch has looked from the beginning to the end again. */
    looked: async () => {
      const before = seen.looks;
      await vi.waitFor(() => expect(seen.looks).toBeGreaterThan(before + 1), { timeout: 5_000 });
    },
    drop: (corpus: string) => active.delete(corpus),
    breakWith: (error: FaqError | undefined) => {
      problem = error;
    },
    told: () => seen.changes.map(({ corpus, pointer }) => [corpus, pointer?.version]),
  };
}

let stop: Watch['stop'] = async () => undefined;
afterEach(() => stop());
function begin() {
  const under = watched();
  stop = under.watch.stop;
  return under;
}

describe('the watch', () => {
  test('tells of every corpus first, then of what changes: new, switched, gone', async () => {
    const under = begin();
    under.point('shop', 'v1');
    await vi.waitFor(() => expect(under.told()).toEqual([['shop', 'v1']]));
    under.point('shop', 'v2');
    under.point('bank', 'v1');
    await vi.waitFor(() =>
      expect(under.told().slice(1)).toEqual([
        ['shop', 'v2'],
        ['bank', 'v1'],
      ]),
    );
    under.drop('shop');
    await vi.waitFor(() => expect(under.told().slice(3)).toEqual([['shop', undefined]]));
  });

  test('says once that the store is away, blocks calls, and says once that it is back', async () => {
    const under = begin();
    await vi.waitFor(() => expect(under.seen.checks).toBe(1));
    under.breakWith(away);
    await vi.waitFor(() => expect(under.seen.blocked).toBe(away));
    await new Promise((resolve) => setTimeout(resolve, 600));
    under.breakWith(undefined);
    await vi.waitFor(() => expect(under.seen.reach).toEqual([away.message, undefined]));
    expect(under.seen.blocked).toBeUndefined();
    // What comes back may be another server, of another version.
    expect(under.seen.checks).toBeGreaterThan(1);
  });

  test('goes on for the others where the record of one corpus cannot be read, and tells of it when it can', async () => {
    const under = begin();
    under.failing.set('bad', damaged);
    under.point('bad', 'v1');
    under.point('shop', 'v1');
    await vi.waitFor(() => expect(under.told()).toEqual([['shop', 'v1']]));
    expect(under.seen).toMatchObject({ reach: [], blocked: undefined });
    under.failing.clear();
    await vi.waitFor(() =>
      expect(under.told()).toEqual([
        ['shop', 'v1'],
        ['bad', 'v1'],
      ]),
    );
  });

  test('does not call the store away, nor flicker, while the aliases can be read and records cannot', async () => {
    const under = begin();
    under.failing.set('shop', away);
    under.point('shop', 'v1');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(under.seen).toMatchObject({ reach: [], blocked: undefined, changes: [] });
  });

  test('tells that what this process made active is gone, even where no look ever saw it', async () => {
    const under = begin();
    await vi.waitFor(() => expect(under.seen.checks).toBe(1));
    under.watch.note(names.version('shop', 'v1', 1));
    await vi.waitFor(() => expect(under.told()).toEqual([['shop', undefined]]));
  });

  test('tells once of what is announced, and again of what is announced anew', async () => {
    const under = begin();
    await under.looked();
    under.announce('shop', 'v2');
    await under.looked();
    await under.looked();
    expect(under.seen.announced).toEqual(['shop v2']);
    under.withdraw('shop');
    await under.looked();
    under.announce('shop', 'v2');
    await under.looked();
    under.announce('shop', 'v3');
    await under.looked();
    expect(under.seen.announced).toEqual(['shop v2', 'shop v2', 'shop v3']);
    expect(under.seen.changes).toEqual([]);
  });

  test('does not tell of what was announced before it began, by this process, or is active already', async () => {
    const under = watched();
    stop = under.watch.stop;
    under.announce('old', 'v1');
    await under.looked();
    under.watch.noteNext(names.version('own', 'v1', 1));
    under.announce('own', 'v1');
    under.point('late', 'v1');
    under.announce('late', 'v1');
    await under.looked();
    expect(under.seen.announced).toEqual([]);
  });

  test('ends when it is stopped', async () => {
    const under = begin();
    await under.watch.stop();
    under.point('shop', 'v1');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(under.seen.changes).toEqual([]);
  });
});
