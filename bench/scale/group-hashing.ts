/**
 * Which group of replicas serves a corpus: the one with the greatest hash of both names (rendezvous hashing, Thaler and Ravishankar 1998,
 * a form of consistent hashing). Everybody computes the same answer from the list of groups alone; a new group takes its share from all
 * others and moves nothing else.
 */

/** FNV-1a over the text, mixed once more: neighbouring names would hash alike. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The group of a corpus, 0 to groups − 1. */
export function groupOf(corpus: string, groups: number): number {
  let best = 0;
  let greatest = -1;
  for (let group = 0; group < groups; group += 1) {
    const value = hash(`${group}/${corpus}`);
    if (value > greatest) {
      greatest = value;
      best = group;
    }
  }
  return best;
}

/** How evenly corpora of like load fall. */
export interface Balance {
  /** Corpora of the busiest group against the mean. */
  readonly imbalance: number;
  /** Share of corpora that another group serves after one is added. */
  readonly moved: number;
}

/** Deals out so many corpora. */
export function balanceOf(corpora: number, groups: number): Balance {
  const counts = new Array<number>(groups).fill(0);
  let moved = 0;
  for (let number = 0; number < corpora; number += 1) {
    const group = groupOf(`corpus-${number}`, groups);
    counts[group] = (counts[group] ?? 0) + 1;
    if (groupOf(`corpus-${number}`, groups + 1) !== group) moved += 1;
  }
  return { imbalance: (Math.max(...counts) * groups) / corpora, moved: moved / corpora };
}
