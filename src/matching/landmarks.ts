/**
 * Which stored questions the kernel keeps, and how much each counts.
 */

/** Rows of each intent, ascending. */
export function rowsByIntent(intents: Int32Array, intentCount: number): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: intentCount }, () => []);
  intents.forEach((intent, row) => {
    rows[intent]?.push(row);
  });
  return rows;
}

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

/** Weight of each row: sqrt(n / (C n_c)), scaled to mean 1, so that large intents do not drown small ones. Float64, positive. */
export function rowWeights(intents: Int32Array, intentCount: number): Float64Array {
  const counts = new Float64Array(intentCount);
  for (const intent of intents) counts[intent] = (counts[intent] as number) + 1;
  const raw = Float64Array.from(intents, (intent) => Math.sqrt(intents.length / (intentCount * (counts[intent] as number))));
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / Math.max(1, raw.length);
  return raw.map((weight) => weight / mean);
}
