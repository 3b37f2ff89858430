/**
 * How near an utterance is to what must not be answered: a counter-example refuses what means nearly the same, not its own words alone
 * (docs/decisions/0022-counter-examples.md).
 */
import { type FitInput, type Multiply, NO_INTENT, type Refusals } from './contract.ts';
import { denseProducts } from './dense-products.ts';
import type { Closeness } from './features.ts';
import { LEAST_DUPLICATE_COSINE } from './near-duplicates.ts';

/** Counter-examples as utterances are held against them; plain data. */
export interface CounterExamples {
  /** Number of the intent that each refuses; NO_INTENT where it refuses all. */
  readonly intents: Int32Array;
  /** [counter-examples × dimension], unit length. */
  readonly vectors: Float32Array;
  /** [counter-examples] leverages in the ridge (kernel-ridge.ts); 0 where there is none. */
  readonly leverages: Float32Array;
}

/** Where there are no counter-examples. */
export const NO_REFUSALS: Refusals = { all: -1, ofIntents: new Map() };

/** Cosines of an utterance's vector to every counter-example; a view that the next call overwrites. */
export function counterCosines({ intents, vectors }: Pick<CounterExamples, 'intents' | 'vectors'>): (vector: Float32Array) => Float32Array {
  const rows = intents.length;
  if (rows === 0) return () => new Float32Array(0);
  const { cosines } = denseProducts(vectors, new Float32Array(0), { rows, dimension: vectors.length / rows, intents: 0 });
  return cosines;
}

/** @param cosines to each counter-example. @param leftOut numbers of counter-examples that do not count. */
export function refusals(intents: Int32Array, cosines: Float32Array, leftOut?: ReadonlySet<number>): Refusals {
  if (intents.length === 0) return NO_REFUSALS;
  let all = -1;
  const ofIntents = new Map<number, number>();
  for (const [number, intent] of intents.entries()) {
    const cosine = cosines[number] as number;
    if (leftOut?.has(number) === true) continue;
    if (intent === NO_INTENT) all = Math.max(all, cosine);
    else ofIntents.set(intent, Math.max(ofIntents.get(intent) ?? -1, cosine));
  }
  return { all, ofIntents };
}

/** How close an utterance is to an intent, by the cosine to its nearest stored question and to what refuses the intent. */
export function closeness(question: number, { all, ofIntents }: Refusals, intent: number): Closeness {
  const refused = Math.max(0, Math.max(all, ofIntents.get(intent) ?? -1) - question);
  return { nearest: question - refused, refused };
}

const BLOCK = 256;
/** Leaving out more near-duplicates than this takes long and changes nothing any more. */
const MOST_TWINS = 64;

/** One vector held against the counter-examples. */
export interface Held {
  readonly refusals: Refusals;
  /** Counter-examples that say nearly the same and refuse all, the nearest MOST_TWINS of them; the refusals leave out all that say nearly the same. Empty where twins stay. */
  readonly twins: readonly number[];
}

/**
 * Many vectors at once, by blocks of one matrix product.
 * @param queries [count × dimension]. @param twins whether near-duplicates of the query, itself among them, are left out.
 */
export async function heldAgainst(
  queries: Float32Array,
  { counterIntents, counterVectors, dimension }: Pick<FitInput, 'counterIntents' | 'counterVectors' | 'dimension'>,
  { twins, multiply }: { readonly twins: 'stay' | 'leave'; readonly multiply: Multiply },
): Promise<readonly Held[]> {
  const count = queries.length / dimension;
  const columns = counterIntents.length;
  if (columns === 0) return Array.from({ length: count }, () => ({ refusals: NO_REFUSALS, twins: [] }));
  const found: Held[] = [];
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const block = queries.slice(start * dimension, (start + rows) * dimension);
    const cosines = await multiply(block, counterVectors, { rows, inner: dimension, columns, transposeB: true });
    for (let row = 0; row < rows; row += 1) {
      const own = cosines.subarray(row * columns, (row + 1) * columns);
      const alike = twins === 'stay' ? [] : Array.from(own.keys()).filter((number) => (own[number] as number) >= LEAST_DUPLICATE_COSINE);
      const nearest = alike
        .filter((number) => counterIntents[number] === NO_INTENT)
        .sort((a, b) => (own[b] as number) - (own[a] as number) || a - b)
        .slice(0, MOST_TWINS);
      found.push({ refusals: refusals(counterIntents, own, new Set(alike)), twins: nearest });
    }
  }
  return found;
}

/**
 * Scores before any hit, as if some counter-examples that an utterance equals were not there: leave-one-out for rows fitted to 0, those of one
 * intent in its column. Exact where the utterance is the counter-example to the letter.
 * @param before [intents]; left as it is.
 */
export function scoresWithout(before: Float32Array, { intents, leverages }: CounterExamples, numbers: readonly number[]): Float32Array {
  const explained = (intent: number): number =>
    numbers.reduce(
      (sum, number) => sum + (intents[number] === NO_INTENT || intents[number] === intent ? (leverages[number] as number) : 0),
      0,
    );
  return before.map((score, intent) => score / Math.max(1e-3, 1 - explained(intent)));
}
