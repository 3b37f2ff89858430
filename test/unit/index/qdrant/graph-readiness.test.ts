import { describe, expect, test } from 'vitest';
import { waitForGraph } from '../../../../src/index/qdrant/graph-readiness.ts';
import { DEFAULT_QDRANT_SETTINGS } from '../../../../src/index/qdrant/settings.ts';
import type { CollectionPlace } from '../../../../src/index/qdrant/version-collection.ts';

/** A collection that is in these states, one after another, and stays in the last. */
function collection(states: readonly { readonly status: string; readonly indexed: number }[]) {
  const calls: string[] = [];
  let look = 0;
  const api = {
    updateCollection: async () => {
      calls.push('build');
      return { data: {} };
    },
    getCollection: async () => {
      const state = states[Math.min(look, states.length - 1)];
      look += 1;
      calls.push('look');
      return { data: { result: { status: state?.status, indexed_vectors_count: state?.indexed, config: { params: {} } } } };
    },
  };
  const connection = {
    call: async ({ run }: { readonly run: (given: unknown, init: object) => Promise<unknown> }) => run(api, {}),
    block: () => undefined,
    close: () => undefined,
  };
  const place = { connection, settings: { ...DEFAULT_QDRANT_SETTINGS, urls: [''] }, collection: 'c' } as unknown as CollectionPlace;
  return { place, calls };
}

const wanted = { questions: 100, withTerms: 90, dimension: 384 };
const quiet = () => undefined;

describe('the wait for a graph', () => {
  test('begins with having it built, and ends when every question is in it', async () => {
    const { place, calls } = collection([
      { status: 'yellow', indexed: 90 },
      { status: 'green', indexed: 190 },
    ]);
    await waitForGraph(place, wanted, quiet);
    expect(calls).toEqual(['build', 'look', 'look']);
  });

  test('is not ended by sparse vectors, which are there before the graph is begun', async () => {
    const { place, calls } = collection([
      { status: 'green', indexed: 90 },
      { status: 'green', indexed: 190 },
    ]);
    const seen: number[] = [];
    await waitForGraph(place, wanted, (done) => seen.push(done));
    expect(calls.filter((call) => call === 'look')).toHaveLength(2);
    expect(seen).toEqual([0, 100]);
  });

  test('does not go on for ever for questions too few for a segment', async () => {
    const { place } = collection([{ status: 'green', indexed: 90 + 90 }]);
    // 1 KB holds 16 vectors of 16 values.
    await waitForGraph(place, { ...wanted, dimension: 16 }, quiet);
  });

  test('has it built again when the server was restarted and waits to be asked', async () => {
    const { place, calls } = collection([
      { status: 'grey', indexed: 90 },
      { status: 'green', indexed: 190 },
    ]);
    await waitForGraph(place, wanted, quiet);
    expect(calls).toEqual(['build', 'look', 'build', 'look']);
  });

  test('ends with an error where Qdrant cannot build it', async () => {
    const { place } = collection([{ status: 'red', indexed: 0 }]);
    await expect(waitForGraph(place, wanted, quiet)).rejects.toMatchObject({ code: 'unavailable', reason: 'INDEX_FAILED' });
  });

  test('ends when the caller leaves', async () => {
    const { place } = collection([{ status: 'yellow', indexed: 0 }]);
    const leaving = new AbortController();
    const waiting = waitForGraph({ ...place, signal: leaving.signal }, wanted, () => setTimeout(() => leaving.abort(), 10));
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});
