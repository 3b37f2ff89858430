import { afterEach, describe, expect, it, vi } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { ActivePointer, StoredVersion, StoreWatcher, VersionStore } from '../../../src/index/contract.ts';
import type { LoadedVersion } from '../../../src/versions/contract.ts';
import type { CorpusState } from '../../../src/versions/corpus-state.ts';
import { type Following, followStore } from '../../../src/versions/follow-store.ts';
import { createOperationLock } from '../../../src/versions/operation-lock.ts';
import { createVersionSwitch } from '../../../src/versions/switch-version.ts';

let following: Following | undefined;
afterEach(() => following?.stop());

const pointerTo = (version: string, build?: string): ActivePointer => ({
  version,
  previous: undefined,
  activatedAt: new Date(0),
  ...(build === undefined ? {} : { build }),
});
const loadedAs = (version: string) => ({ corpus: 'shop', version }) as LoadedVersion;
const activeAs = (version: string): CorpusState => ({ active: loadedAs(version), activatedAt: new Date(0), problem: undefined });

/** A follower of a store whose pointer a test moves, and whose versions open when the test says so. */
function followed(options: { readonly open?: (version: string) => Promise<LoadedVersion> } = {}) {
  const states = new Map<string, CorpusState>([['shop', activeAs('v1')]]);
  const lock = createOperationLock();
  const problems: string[] = [];
  const stored = { active: pointerTo('v1') as ActivePointer | undefined, versions: ['v1'], problem: undefined as string | undefined };
  let watcher: StoreWatcher | undefined;
  const store = {
    active: async () => stored.active,
    list: async () => stored.versions.map((version) => ({ manifest: { version }, problem: stored.problem }) as StoredVersion),
    watch(given: StoreWatcher) {
      watcher = given;
    },
  } as unknown as VersionStore;
  const onProblem = (problem: string): void => void problems.push(problem);
  following = followStore({
    store,
    states,
    lock,
    switching: createVersionSwitch({ store, states, onProblem }),
    open: (_, version) => options.open?.(version) ?? Promise.resolve(loadedAs(version)),
    onProblem,
    onReach: () => undefined,
  });
  const tell = (version: string | undefined, build?: string): void =>
    watcher?.onPointer({ corpus: 'shop', pointer: version === undefined ? undefined : pointerTo(version, build) });
  return {
    states,
    lock,
    problems,
    stored,
    tell,
    /** Another process switches, and the watch tells of it. */
    switchTo(version: string | undefined) {
      stored.active = version === undefined ? undefined : pointerTo(version);
      tell(version);
    },
    announce: (version: string) => watcher?.onNext({ corpus: 'shop', version }),
    active: () => states.get('shop')?.active?.version,
  };
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('following a store', () => {
  it('tries a version that was written anew until it opens', async () => {
    const opens: string[] = [];
    const anew = loadedAs('v1');
    const under = followed({
      open: async (version) => {
        opens.push(version);
        if (opens.length === 1) throw new FaqError('unavailable', 'The store is away.');
        return anew;
      },
    });
    under.tell('v1', 'first build');
    await turns();
    expect(opens).toEqual([]);
    under.tell('v1', 'second build');
    await vi.waitFor(() => expect(under.states.get('shop')?.active).toBe(anew), 5_000);
    expect(opens).toEqual(['v1', 'v1']);
    under.tell('v1', 'second build');
    await turns();
    expect(opens).toHaveLength(2);
  });

  it('answers from what another process made active', async () => {
    const under = followed();
    under.switchTo('v2');
    await vi.waitFor(() => expect(under.active()).toBe('v2'));
  });

  it('ends with the last of many switches, and opens no more than the first and the last of a burst', async () => {
    const opened: string[] = [];
    const gate = Promise.withResolvers<void>();
    const under = followed({
      open: async (version) => {
        opened.push(version);
        await gate.promise;
        return loadedAs(version);
      },
    });
    under.switchTo('v2');
    await turns();
    for (const version of ['v3', 'v4', 'v5']) under.switchTo(version);
    await turns();
    // One at a time: each may hold a hundred megabytes.
    expect(opened).toEqual(['v2']);
    gate.resolve();
    await vi.waitFor(() => expect(under.active()).toBe('v5'));
    expect(opened).toEqual(['v2', 'v5']);
  });

  it('waits for its own operation and keeps what that made active, however late the older news comes', async () => {
    const opened: string[] = [];
    const under = followed({
      open: async (version) => {
        opened.push(version);
        return loadedAs(version);
      },
    });
    const end = Promise.withResolvers<void>();
    const own = under.lock.run('shop', undefined, () => end.promise);
    under.tell('v2');
    await turns();
    expect([under.active(), opened]).toEqual(['v1', []]);
    under.stored.active = pointerTo('v3');
    under.states.set('shop', activeAs('v3'));
    end.resolve();
    await own;
    await turns();
    expect(under.active()).toBe('v3');
  });

  it('keeps what this process made active while the news was being opened', async () => {
    const gate = Promise.withResolvers<void>();
    const under = followed({
      open: async (version) => {
        await gate.promise;
        return loadedAs(version);
      },
    });
    under.switchTo('v2');
    await turns();
    under.stored.active = pointerTo('v3');
    under.states.set('shop', activeAs('v3'));
    gate.resolve();
    await turns();
    expect(under.active()).toBe('v3');
  });

  it('does not lose a corpus that this process has switched since it was told that nothing is active', async () => {
    const under = followed();
    under.stored.versions = ['v2'];
    under.states.set('shop', activeAs('v2'));
    under.stored.active = pointerTo('v2');
    under.tell(undefined);
    await turns();
    expect([under.active(), under.problems]).toEqual(['v2', []]);
  });

  it('loses a version of which something damaged alone is left', async () => {
    const under = followed();
    under.stored.problem = 'rows.jsonl is missing';
    under.switchTo(undefined);
    await vi.waitFor(() => expect(under.active()).toBeUndefined());
  });

  it('goes on with a version that is still stored where nothing is active, and loses one that is gone', async () => {
    const under = followed();
    under.switchTo(undefined);
    await vi.waitFor(() => expect(under.problems).toHaveLength(1));
    expect(under.active()).toBe('v1');
    under.stored.versions = [];
    under.switchTo(undefined);
    await vi.waitFor(() => expect(under.active()).toBeUndefined());
    expect(under.states.get('shop')?.problem).toMatchObject({ code: 'unavailable', reason: 'VERSION_GONE' });
  });

  it('tries again while the store is away, saying so once', async () => {
    let tries = 0;
    const under = followed({
      open: async (version) => {
        tries += 1;
        if (tries < 3) throw new FaqError('unavailable', 'away');
        return loadedAs(version);
      },
    });
    under.switchTo('v2');
    await vi.waitFor(() => expect(under.active()).toBe('v2'), { timeout: 5_000 });
    expect(under.problems).toHaveLength(1);
  });

  it('goes on with the version before where the new one is damaged', async () => {
    let tries = 0;
    const under = followed({
      open: async () => {
        tries += 1;
        throw new FaqError('data_loss', 'damaged');
      },
    });
    under.switchTo('v2');
    await vi.waitFor(() => expect(under.problems).toHaveLength(1));
    expect(under.active()).toBe('v1');
    // Reading it again would find the same: longer than it takes to try what may pass.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(tries).toBe(1);
  });

  it('opens what is announced and answers from it only when it is active', async () => {
    const opened: string[] = [];
    const under = followed({
      open: async (version) => {
        opened.push(version);
        return loadedAs(version);
      },
    });
    under.announce('v2');
    await turns();
    expect([opened, under.active()]).toEqual([['v2'], 'v1']);
    under.switchTo('v2');
    await vi.waitFor(() => expect(under.active()).toBe('v2'));
  });

  it('opens nothing for an announcement of what is active, and keeps quiet of one that cannot be opened', async () => {
    const opened: string[] = [];
    const under = followed({
      open: async (version) => {
        opened.push(version);
        throw new FaqError('not_found', 'given up meanwhile');
      },
    });
    under.announce('v1');
    under.announce('v2');
    await turns();
    expect([opened, under.problems, under.active()]).toEqual([['v2'], [], 'v1']);
  });

  it('follows nothing any more when it is stopped in mid-opening', async () => {
    const gate = Promise.withResolvers<void>();
    const under = followed({ open: (version) => gate.promise.then(() => loadedAs(version)) });
    under.switchTo('v2');
    await turns();
    let isStopped = false;
    const stopped = following?.stop().then(() => {
      isStopped = true;
    });
    await turns();
    // The store is closed after this: nothing may work on it any more.
    expect(isStopped).toBe(false);
    gate.resolve();
    await stopped;
    expect(under.active()).toBe('v1');
  });
});
