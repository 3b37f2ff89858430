/**
 * Which texts are nearly the same, so that a text is never measured by a model that was fitted on its twin. By characters alone: the groups
 * are the same whatever encoder is measured.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { exactKey } from '../../text/normalise.ts';
import { characterGrams } from '../../text/terms.ts';

/**
 * Two texts belong together from this share of common 4-grams within words on (Jaccard). At .7 the largest group of BANKING77's 10,000
 * questions has 49 that ask the same in the same words; at .6 chains of likeness make groups of hundreds.
 */
export const LEAST_SHARED_GRAMS = 0.7;

/** Longer n-grams are rarer, so that fewer texts have to be compared. */
const GRAM_LENGTH = 4;

/** Texts compared between two turns of the event loop, since this may run beside matches. */
const TEXTS_PER_TURN = 50;

/** Sets of n-grams as ascending numbers, the rarest n-gram of all texts first. */
function gramSets(texts: readonly string[]): readonly Int32Array[] {
  const grams = texts.map((text) => new Set(characterGrams(text).filter((gram) => gram.length === GRAM_LENGTH)));
  const counts = new Map<string, number>();
  for (const set of grams) for (const gram of set) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const rarest = [...counts].toSorted(([a, countA], [b, countB]) => countA - countB || (a < b ? -1 : 1));
  const rank = new Map(rarest.map(([gram], place) => [gram, place]));
  return grams.map((set) => Int32Array.from(set, (gram) => rank.get(gram) ?? 0).sort());
}

function jaccard(a: Int32Array, b: Int32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i] as number, b[j] as number];
    if (left === right) shared += 1;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return shared / (a.length + b.length - shared);
}

/** Groups that grow together; the smallest position of each is its name. */
function createGroups(count: number) {
  const parents = Int32Array.from({ length: count }, (_, position) => position);
  const find = (position: number): number => {
    let at = position;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  return {
    find,
    join(a: number, b: number): void {
      const [low = 0, high = 0] = [find(a), find(b)].toSorted((x, y) => x - y);
      parents[high] = low;
    },
  };
}

/**
 * The group of each text, named by the first position in it; texts that are equal or near-duplicates of one another are in one group,
 * and so is what is linked through them. Sets can only be alike where they share one of their rarest n-grams (Bayardo, Ma and Srikant
 * 2007).
 */
export async function nearDuplicateGroups(texts: readonly string[], threshold = LEAST_SHARED_GRAMS): Promise<Int32Array> {
  const groups = createGroups(texts.length);
  const equal = new Map<string, number>();
  for (const [position, text] of texts.entries()) {
    const key = exactKey(text);
    const first = equal.get(key);
    if (first === undefined) equal.set(key, position);
    else groups.join(first, position);
  }
  const sets = gramSets(texts);
  const holders = new Map<number, number[]>();
  for (const position of equal.values()) {
    if (position % TEXTS_PER_TURN === 0) await nextTurn();
    const set = sets[position] ?? new Int32Array();
    const tried = new Set<number>();
    const least = threshold * set.length;
    for (const gram of set.subarray(0, set.length - Math.ceil(threshold * set.length) + 1)) {
      const list = holders.get(gram) ?? [];
      for (const other of list) {
        const size = sets[other]?.length ?? 0;
        if (size < least || size * threshold > set.length || tried.has(other)) continue;
        tried.add(other);
        if (jaccard(set, sets[other] ?? set) >= threshold) groups.join(other, position);
      }
      list.push(position);
      holders.set(gram, list);
    }
  }
  return Int32Array.from(texts, (_, position) => groups.find(position));
}
