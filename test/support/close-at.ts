/** An utterance that is as close to every intent. */
import type { Closeness } from '../../src/matching/features.ts';

/** @param refused by how much a counter-example is nearer. */
export function closeAt(nearest: number, refused = 0): () => Closeness {
  return () => ({ nearest, refused });
}
