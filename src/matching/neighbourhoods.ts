/**
 * Nearest stored questions of many vectors at once, by blocks of one matrix product: what the vote and the calibrator read while fitting.
 */
import type { FitInput, Multiply, NearQuestion } from './contract.ts';

const BLOCK = 256;
const KEPT = 10;

/** What is near one vector. */
export interface Neighbourhood {
  /** The ten nearest stored questions. */
  readonly near: readonly NearQuestion[];
  /** The ten nearest of other intents than the vector's own. */
  readonly nearOthers: readonly NearQuestion[];
  /** [intents] greatest cosine to a question of each intent; −1 where there is none. */
  readonly nearest: Float32Array;
}

/** Keeps `list` the best KEPT, closest first. */
function insert(list: NearQuestion[], item: NearQuestion): void {
  if (list.length === KEPT && item.similarity <= (list[KEPT - 1] as NearQuestion).similarity) return;
  let at = list.length;
  while (at > 0 && (list[at - 1] as NearQuestion).similarity < item.similarity) at -= 1;
  list.splice(at, 0, item);
  if (list.length > KEPT) list.pop();
}

/** A query that may be a stored question. */
export interface Self {
  /** Its row and intent; −1 and −1 for a query that is no stored question. */
  readonly row: number;
  readonly intent: number;
  /** Rows that are left out with it. */
  readonly group?: ReadonlySet<number>;
}

function neighbourhood(cosines: Float32Array, input: FitInput, self: Self): Neighbourhood {
  const near: NearQuestion[] = [];
  const nearOthers: NearQuestion[] = [];
  const nearest = new Float32Array(input.intentCount).fill(-1);
  let bar = -Infinity;
  let barOthers = -Infinity;
  for (let row = 0; row < cosines.length; row += 1) {
    if (row === self.row || self.group?.has(row) === true) continue;
    const similarity = cosines[row] as number;
    const intent = input.intents[row] as number;
    if (similarity > (nearest[intent] as number)) nearest[intent] = similarity;
    if (similarity > bar) {
      insert(near, { row, intent, similarity, lexical: 0 });
      bar = near.length === KEPT ? (near[KEPT - 1] as NearQuestion).similarity : -Infinity;
    }
    if (intent !== self.intent && similarity > barOthers) {
      insert(nearOthers, { row, intent, similarity, lexical: 0 });
      barOthers = nearOthers.length === KEPT ? (nearOthers[KEPT - 1] as NearQuestion).similarity : -Infinity;
    }
  }
  return { near, nearOthers, nearest };
}

/**
 * @param queries [count × dimension]. @param selves what is left out of each query's own neighbourhood.
 */
export async function neighbourhoods(
  queries: Float32Array,
  selves: readonly Self[],
  context: { readonly input: FitInput; readonly multiply: Multiply },
): Promise<readonly Neighbourhood[]> {
  const { input, multiply } = context;
  const n = input.texts.length;
  const found: Neighbourhood[] = [];
  for (let start = 0; start < selves.length; start += BLOCK) {
    const count = Math.min(BLOCK, selves.length - start);
    const block = queries.subarray(start * input.dimension, (start + count) * input.dimension);
    const cosines = await multiply(block.slice(), input.vectors, { rows: count, inner: input.dimension, columns: n, transposeB: true });
    for (let i = 0; i < count; i += 1) {
      found.push(neighbourhood(cosines.subarray(i * n, (i + 1) * n), input, selves[start + i] ?? { row: -1, intent: -1 }));
    }
  }
  return found;
}
