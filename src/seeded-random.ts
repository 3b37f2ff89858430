/**
 * Random numbers that are the same on every run.
 */

/** Deterministic numbers in [0, 1): Marsaglia's xorshift32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
