/**
 * Which stored questions the kernel keeps, and how much each counts.
 */
import { NO_INTENT } from './contract.ts';
import { rowsByIntent } from './rows-by-intent.ts';

/** Weight of a counter-example where stored questions weigh 1 on average: it is one of few and was put there for a reason. */
export const COUNTER_WEIGHT = 2;

/**
 * Up to `limit` rows drawn round-robin over the intents, evenly spaced within each, so that a small intent keeps all of its questions.
 * Deterministic; ascending. All rows where there are no more than `limit`.
 */
export function drawRows(intents: Int32Array, intentCount: number, limit: number): Int32Array {
  if (intents.length <= limit) return Int32Array.from(intents.keys());
  const rows = rowsByIntent(intents, intentCount);
  const quota = new Array<number>(intentCount).fill(0);
  let drawn = 0;
  for (let round = 0; drawn < limit; round += 1) {
    for (let intent = 0; intent < intentCount && drawn < limit; intent += 1) {
      if (round >= (rows[intent]?.length ?? 0)) continue;
      quota[intent] = round + 1;
      drawn += 1;
    }
  }
  const picked = rows.flatMap((own, intent) => {
    const count = quota[intent] ?? 0;
    return Array.from({ length: count }, (_, i) => own[Math.floor((i * own.length) / count)] as number);
  });
  return Int32Array.from(picked).sort();
}

/**
 * Weight of each row: sqrt(n / (C n_c)), scaled to mean 1, so that large intents do not drown small ones; counter-examples weigh alike.
 * Float64, positive.
 */
export function rowWeights(intents: Int32Array, intentCount: number): Float64Array {
  const counts = rowsByIntent(intents, intentCount).map((rows) => rows.length);
  const meant = counts.reduce((sum, count) => sum + count, 0);
  const raw = counts.map((count) => Math.sqrt(meant / (intentCount * count)));
  const mean =
    raw.reduce((sum, weight, intent) => sum + (counts[intent] === 0 ? 0 : weight * (counts[intent] as number)), 0) / Math.max(1, meant);
  return Float64Array.from(intents, (intent) => (intent === NO_INTENT ? COUNTER_WEIGHT : (raw[intent] as number) / mean));
}
