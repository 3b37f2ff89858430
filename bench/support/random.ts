/** Seeded chance: the same seed gives the same run on every machine. */

/** A stream of numbers in [0, 1). */
export type Chance = () => number;

/** Mulberry32 (T. Ettinger, public domain): 32 bits of state, enough for a few million draws. */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In an order drawn by chance. */
export function shuffled<Item>(items: readonly Item[], next: Chance): readonly Item[] {
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
