/**
 * Which intents are most like each other, by the mean of their questions' vectors.
 */
import type { FitInput, Multiply } from './contract.ts';

/** This share of the other intents counts as most like one: about a domain of a chatbot with ten. */
const SHARE = 0.1;
/** So many intents stay, or what is left is no corpus. */
const LEAST_LEFT = 2;

function means({ vectors, dimension, intents, intentCount }: FitInput): Float32Array {
  const sums = new Float32Array(intentCount * dimension);
  intents.forEach((intent, row) => {
    for (let i = 0; i < dimension; i += 1) {
      sums[intent * dimension + i] = (sums[intent * dimension + i] as number) + (vectors[row * dimension + i] as number);
    }
  });
  for (let intent = 0; intent < intentCount; intent += 1) {
    const own = sums.subarray(intent * dimension, (intent + 1) * dimension);
    const length = Math.hypot(...own);
    if (length > 0) for (let i = 0; i < dimension; i += 1) own[i] = (own[i] as number) / length;
  }
  return sums;
}

/** For each intent the tenth of the others that is most like it, at least one; none where fewer than two would be left. Ties go to the smaller number. */
export async function nearestIntents(input: FitInput, multiply: Multiply): Promise<readonly (readonly number[])[]> {
  const { intentCount, dimension } = input;
  const count = Math.min(Math.ceil(SHARE * intentCount), intentCount - 1 - LEAST_LEFT);
  if (count < 1) return Array.from({ length: intentCount }, () => []);
  const centres = means(input);
  const cosines = await multiply(centres, centres, { rows: intentCount, inner: dimension, columns: intentCount, transposeB: true });
  return Array.from({ length: intentCount }, (_, intent) => {
    const own = cosines.subarray(intent * intentCount, (intent + 1) * intentCount);
    return Array.from(own.keys())
      .filter((other) => other !== intent)
      .sort((a, b) => (own[b] as number) - (own[a] as number) || a - b)
      .slice(0, count);
  });
}
