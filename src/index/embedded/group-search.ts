/**
 * The nearest row of a group, by comparing with every row of it: groups are small beside the index.
 */
import type { GroupQuery, NearestRow, QuestionRow, SearchResult } from '../contract.ts';

/** @param passes 1 for each row that passes the filter; all where undefined. */
export type GroupSearch = (query: Omit<GroupQuery, 'filter'>, passes: Uint8Array | undefined) => SearchResult['nearest'];

/** @param similarity exact cosine of a vector to a row. */
export function openGroupSearch(rows: readonly QuestionRow[], similarity: (vector: Float32Array, row: number) => number): GroupSearch {
  const rowsOfGroup = Map.groupBy(rows.keys(), (row) => rows[row]?.group ?? 0);
  return ({ vector, groups }, passes) =>
    groups.map((group) => {
      let best: NearestRow | undefined;
      for (const row of rowsOfGroup.get(group) ?? []) {
        if (passes !== undefined && passes[row] !== 1) continue;
        const near = similarity(vector, row);
        if (best === undefined || near > best.similarity) best = { row, similarity: near };
      }
      return best;
    });
}
