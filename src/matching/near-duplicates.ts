/**
 * Stored questions that say the same, or nearly. Those of one intent leave an honest row together: a question is no test where its twin was
 * learnt from. Those of several intents are no honest rows at all.
 */
import { exactKey } from '../text/normalise.ts';
import type { FitInput, Multiply } from './contract.ts';

/** Cosine from which two questions of an intent are near-duplicates: "how do i pay" and "how can i pay" lie at about .97. */
export const LEAST_DUPLICATE_COSINE = 0.95;

/**
 * @param vectors [size × dimension] of one intent's rows, unit length.
 * @returns for each row the positions of its group, itself included, ascending; groups are what is joined by pairs of near-duplicates.
 */
export async function nearDuplicates(
  vectors: Float32Array,
  shape: { readonly size: number; readonly dimension: number },
  multiply: Multiply,
): Promise<readonly (readonly number[])[]> {
  const { size, dimension } = shape;
  const cosines = await multiply(vectors, vectors, { rows: size, inner: dimension, columns: size, transposeB: true });
  const groupOf = new Array<number[] | undefined>(size).fill(undefined);
  for (let first = 0; first < size; first += 1) {
    if (groupOf[first] !== undefined) continue;
    const group = [first];
    groupOf[first] = group;
    for (const member of group) {
      for (let other = first + 1; other < size; other += 1) {
        if (groupOf[other] !== undefined || (cosines[member * size + other] as number) < LEAST_DUPLICATE_COSINE) continue;
        groupOf[other] = group;
        group.push(other);
      }
    }
  }
  return groupOf.map((group) => (group ?? []).toSorted((a, b) => a - b));
}

/**
 * Rows whose question another intent stores too. They teach nothing: what they mean is undecided, and left out with one intent they would
 * still be found in the other, as if out-of-scope utterances looked like stored questions.
 */
export function sharedQuestions({ texts, intents }: Pick<FitInput, 'texts' | 'intents'>): ReadonlySet<number> {
  const byKey = Map.groupBy(texts.keys(), (row) => exactKey(texts[row] as string));
  return new Set(Array.from(byKey.values()).flatMap((rows) => (new Set(rows.map((row) => intents[row])).size > 1 ? rows : [])));
}
