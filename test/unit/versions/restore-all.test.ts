/** Restoring everything: tries of a shared store do not pile up, and who closes is heard. */
import { describe, expect, it, vi } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { StoredVersion, VersionStore } from '../../../src/index/contract.ts';
import type { LoadedVersion } from '../../../src/versions/contract.ts';
import type { CorpusState } from '../../../src/versions/corpus-state.ts';
import { createVersions } from '../../../src/versions/create-versions.ts';
import { restoreAll } from '../../../src/versions/restore.ts';
import { createStoreReach } from '../../../src/versions/store-reach.ts';
import { createFakeEncoder } from '../../support/fake-encoder.ts';

const names = (count: number) => Array.from({ length: count }, (_, number) => `corpus-${number}`);

/** A store of many corpora, each with an active version; what opens one is the test's. */
function storeOf(corpora: readonly string[], rest: Partial<VersionStore>): VersionStore {
  return {
    shared: true,
    corpora: async () => corpora,
    list: async () => [],
    active: async () => ({ version: 'v1', previous: undefined, activatedAt: new Date(0) }),
    close: async () => undefined,
    ...rest,
  } as VersionStore;
}

describe('restoring all corpora', () => {
  it('begins the next try when nothing of the one before runs any more', async () => {
    let [running, most, opened] = [0, 0, 0];
    const open = async (_: string, version: string): Promise<LoadedVersion> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      if (++opened <= 8) throw new FaqError('unavailable', 'The store is away.');
      return { version } as LoadedVersion;
    };
    const states = new Map();
    const parts = { store: storeOf(names(12), {}), open, states, reach: createStoreReach(), signal: new AbortController().signal };
    expect(await restoreAll(parts)).toEqual([]);
    expect(states.size).toBe(12);
    expect(most).toBe(4);
    // Four a try that failed, and no more than was in hand then.
    expect(opened).toBe(8 + 12);
  });

  it('stands in for a damaged version of a shared store by what was active, for itself alone', async () => {
    const activate = vi.fn();
    const stored = ['staged', 'v1', 'v2', 'v3'].map((version) => ({ manifest: { version } }) as StoredVersion);
    const store = storeOf(['shop'], {
      list: async () => stored,
      active: async () => ({ version: 'v3', previous: undefined, activatedAt: undefined }),
      onceActive: async () => ['v3', 'v2', 'v1'],
      activate,
    });
    const open = async (_: string, version: string): Promise<LoadedVersion> => {
      if (version === 'v3') throw new FaqError('data_loss', 'damaged');
      return { version } as LoadedVersion;
    };
    const states = new Map<string, CorpusState>();
    const reports = await restoreAll({ store, open, states, reach: createStoreReach(), signal: new AbortController().signal });
    expect(reports).toMatchObject([{ version: 'v3' }]);
    expect(states.get('shop')?.active?.version).toBe('v2');
    expect(activate).not.toHaveBeenCalled();
  });

  it('opens nothing more once it is aborted', async () => {
    const controller = new AbortController();
    let opened = 0;
    const open = async (_: string, version: string): Promise<LoadedVersion> => {
      opened += 1;
      controller.abort(new FaqError('unavailable', 'The server is shutting down.'));
      return { version } as LoadedVersion;
    };
    const store = storeOf(names(5), { shared: false });
    const restored = restoreAll({ store, open, states: new Map(), reach: createStoreReach(), signal: controller.signal });
    await expect(restored).rejects.toThrow('shutting down');
    expect(opened).toBe(1);
  });

  it('follows no store that was closed meanwhile', async () => {
    const [listing, watch] = [Promise.withResolvers<readonly string[]>(), vi.fn()];
    const versions = createVersions({
      store: storeOf([], { corpora: () => listing.promise, watch }),
      encoder: createFakeEncoder(),
      cache: { close: async () => undefined },
      onProblem: () => undefined,
    } as unknown as Parameters<typeof createVersions>[0]);
    const restored = versions.restore();
    const closed = versions.close();
    listing.resolve([]);
    await expect(restored).rejects.toThrow('shutting down');
    await closed;
    expect(watch).not.toHaveBeenCalled();
  });
});
