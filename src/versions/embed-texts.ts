/**
 * Texts to vectors by way of the cache: the encoding step of a reload.
 */
import type { Encoder } from '../encoder/encoder.ts';
import { throwIfAborted } from '../errors.ts';
import type { EmbeddingCache } from './embedding-cache.ts';

/** Texts encoded between two writes to the cache: a few seconds of a slow CPU's work is the most that a kill can cost. */
const TEXTS_PER_BATCH = 512;

/** What turns texts into vectors. */
export interface Embedder {
  readonly encoder: Encoder;
  readonly cache: EmbeddingCache;
}

/** How texts are embedded. */
export interface EmbedOptions {
  readonly signal: AbortSignal | undefined;
  /** Called with the number of texts that have their vector, and all of them. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Vectors of distinct texts. */
export interface EmbeddedTexts {
  /** Row of `vectors` by text. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** [distinct texts × dimension] */
  readonly vectors: Float32Array;
  readonly encoded: number;
  readonly reused: number;
}

/** Encodes what the cache lacks, each distinct text once. Finished batches stay in the cache when it is aborted. @throws what the encoder throws. */
export async function embedTexts(texts: readonly string[], { encoder, cache }: Embedder, options: EmbedOptions): Promise<EmbeddedTexts> {
  const { signal, onProgress } = options;
  const { dimension } = encoder.info;
  const distinct = [...new Set(texts)];
  const { vectors, missing } = await cache.find(distinct);
  const reused = distinct.length - missing.length;
  onProgress(reused, distinct.length);
  for (let start = 0; start < missing.length; start += TEXTS_PER_BATCH) {
    throwIfAborted(signal);
    const places = missing.slice(start, start + TEXTS_PER_BATCH);
    const batch = places.map((place) => distinct[place] ?? '');
    const encoded = await encoder.encodeAll(batch, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done) => onProgress(reused + start + done, distinct.length),
    });
    places.forEach((place, row) => {
      vectors.set(encoded.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    });
    await cache.add(batch, encoded);
  }
  throwIfAborted(signal);
  return { rowOf: new Map(distinct.map((text, row) => [text, row])), vectors, encoded: missing.length, reused };
}

/** The vectors of some of the embedded texts, in their order: [texts.length × dimension]. */
export function vectorsOf(texts: readonly string[], embedded: EmbeddedTexts, dimension: number): Float32Array {
  const vectors = new Float32Array(texts.length * dimension);
  texts.forEach((text, row) => {
    const from = (embedded.rowOf.get(text) ?? 0) * dimension;
    vectors.set(embedded.vectors.subarray(from, from + dimension), row * dimension);
  });
  return vectors;
}
