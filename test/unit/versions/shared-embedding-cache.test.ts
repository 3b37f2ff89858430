import { describe, expect, it } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { KeyedVectors } from '../../../src/index/contract.ts';
import type { EmbeddingCache } from '../../../src/versions/embedding-cache.ts';
import { shareEmbeddings } from '../../../src/versions/shared-embedding-cache.ts';

const DIMENSION = 2;
const vectorOf = (text: string): Float32Array => Float32Array.of(text.length, -text.length);

function localCache(texts: readonly string[] = []) {
  const known = new Map(texts.map((text) => [text, vectorOf(text)]));
  const cache: EmbeddingCache = {
    async find(wanted) {
      const vectors = new Float32Array(wanted.length * DIMENSION);
      for (const [place, text] of wanted.entries()) vectors.set(known.get(text) ?? [], place * DIMENSION);
      return { vectors, missing: [...wanted.keys()].filter((place) => !known.has(wanted[place] ?? '')) };
    },
    async add(added, vectors) {
      for (const [place, text] of added.entries()) known.set(text, vectors.slice(place * DIMENSION, (place + 1) * DIMENSION));
    },
  };
  return { cache, known };
}

function sharedVectors() {
  const byKey = new Map<string, Float32Array>();
  const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const state = { failure: undefined as FaqError | undefined, asked: 0 };
  const shared: KeyedVectors = {
    async get(keys) {
      state.asked += keys.length;
      if (state.failure !== undefined) throw state.failure;
      return keys.map((key) => byKey.get(hex(key)));
    },
    async put(keys, vectors) {
      if (state.failure !== undefined) throw state.failure;
      for (const [place, key] of keys.entries()) byKey.set(hex(key), vectors.slice(place * DIMENSION, (place + 1) * DIMENSION));
    },
  };
  return { shared, state };
}

const model = { digest: 'sha256:0', dimension: DIMENSION, pooling: 'mean' as const, maxTokens: 128 };

function machine(shared: KeyedVectors, texts: readonly string[] = [], digest = model.digest) {
  const problems: string[] = [];
  const { cache: local, known } = localCache(texts);
  const cache = shareEmbeddings({ local, shared, model: { ...model, digest }, onProblem: (problem) => problems.push(problem) });
  return { cache, known, problems };
}

describe('shared embeddings', () => {
  it('are found by one machine after another has added them, in the order asked for, and kept there', async () => {
    const { shared, state } = sharedVectors();
    await machine(shared).cache.add(['a', 'bbb'], Float32Array.of(1, -1, 3, -3));
    const other = machine(shared, ['cc']);
    const found = await other.cache.find(['bbb', 'new', 'cc', 'a']);
    expect(found.missing).toEqual([1]);
    expect([...found.vectors]).toEqual([3, -3, 0, 0, 2, -2, 1, -1]);
    expect([...other.known.keys()].sort()).toEqual(['a', 'bbb', 'cc']);
    // Only what the machine had not itself was asked for, and the next time nothing is.
    expect(state.asked).toBe(3);
    await other.cache.find(['bbb', 'a']);
    expect(state.asked).toBe(3);
  });

  it('of another model are not found', async () => {
    const { shared } = sharedVectors();
    await machine(shared).cache.add(['a'], Float32Array.of(1, -1));
    expect((await machine(shared, [], 'sha256:1').cache.find(['a'])).missing).toEqual([0]);
  });

  it('that are out of reach fail nothing: what this machine has is found, the rest is missing, and the trouble is told', async () => {
    const { shared, state } = sharedVectors();
    state.failure = new FaqError('unavailable', 'away');
    const here = machine(shared, ['a']);
    expect((await here.cache.find(['a', 'b'])).missing).toEqual([1]);
    await here.cache.add(['b'], Float32Array.of(1, -1));
    expect((await here.cache.find(['a', 'b'])).missing).toEqual([]);
    expect(here.problems).toHaveLength(2);
  });
});
