/**
 * An embedding cache that others fill too: first this machine's, then the store's that all replicas share. What is found there is kept here.
 */
import { FaqError } from '../errors.ts';
import type { KeyedVectors } from '../index/contract.ts';
import { type EmbeddingCache, type EmbeddingCacheOptions, keyOf, modelSalt } from './embedding-cache.ts';

/** What is put together. */
export interface SharedCacheParts {
  readonly local: EmbeddingCache;
  readonly shared: KeyedVectors;
  readonly model: EmbeddingCacheOptions['model'];
  /** Told in words when the shared vectors cannot be used; texts are encoded again then. */
  readonly onProblem: (problem: string) => void;
}

/** Never fails, as no embedding cache does. */
export function shareEmbeddings({ local, shared, model, onProblem }: SharedCacheParts): EmbeddingCache {
  const salt = modelSalt(model);
  const { dimension } = model;

  async function fetchMissing(texts: readonly string[]): Promise<readonly (Float32Array | undefined)[]> {
    try {
      return await shared.get(texts.map((text) => keyOf(text, salt)));
    } catch (error) {
      onProblem(`Shared embeddings could not be read, so texts may be encoded again: ${FaqError.from(error).message}`);
      return texts.map(() => undefined);
    }
  }

  return {
    async find(texts) {
      const known = await local.find(texts);
      if (known.missing.length === 0) return known;
      const fetched = await fetchMissing(known.missing.map((place) => texts[place] ?? ''));
      const found = known.missing.flatMap((place, i) => {
        const vector = fetched[i];
        if (vector === undefined) return [];
        known.vectors.set(vector, place * dimension);
        return [place];
      });
      if (found.length === 0) return known;
      const vectors = new Float32Array(found.length * dimension);
      for (const [row, place] of found.entries())
        vectors.set(known.vectors.subarray(place * dimension, (place + 1) * dimension), row * dimension);
      await local.add(
        found.map((place) => texts[place] ?? ''),
        vectors,
      );
      const there = new Set(found);
      return { vectors: known.vectors, missing: known.missing.filter((place) => !there.has(place)) };
    },
    async add(texts, vectors) {
      await local.add(texts, vectors);
      try {
        await shared.put(
          texts.map((text) => keyOf(text, salt)),
          vectors,
        );
      } catch (error) {
        onProblem(`New embeddings could not be shared; other replicas may encode them again: ${FaqError.from(error).message}`);
      }
    },
  };
}
