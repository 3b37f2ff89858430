/**
 * Rows gathered by the intent that they have.
 */

/** Rows of each intent, ascending. */
export function rowsByIntent(intents: Int32Array, intentCount: number): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: intentCount }, () => []);
  intents.forEach((intent, row) => {
    rows[intent]?.push(row);
  });
  return rows;
}
