/**
 * What a query must be before any index searches for it.
 */
import { FaqError } from '../errors.ts';
import type { GroupQuery, SearchQuery } from './contract.ts';

/** @throws FaqError invalid_argument for another dimension, NaN or an infinity. */
function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) {
    throw new FaqError('invalid_argument', `The query vector must have ${dimension} values as the index has; it has ${vector.length}.`);
  }
  if (!vector.every(Number.isFinite)) {
    throw new FaqError('invalid_argument', 'The query vector must hold finite numbers only; it holds NaN or an infinity.');
  }
}

/** @throws FaqError invalid_argument for rows that do not exist. */
function checkRows(rows: readonly number[], size: number): void {
  const strange = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= size);
  if (strange !== undefined) throw new FaqError('invalid_argument', `Rows run from 0 to ${size - 1}; row ${strange} does not exist.`);
}

function checkGroups(groups: readonly number[]): void {
  const strange = groups.find((group) => !Number.isInteger(group) || group < 0);
  if (strange !== undefined) throw new FaqError('invalid_argument', `Groups are whole numbers from 0 on; ${strange} is none.`);
}

/** @throws FaqError invalid_argument where the vector or a group is out of range. */
export function checkGroupQuery({ vector, groups }: GroupQuery, dimension: number): void {
  checkVector(vector, dimension);
  checkGroups(groups);
}

/** @throws FaqError invalid_argument where any part of the query is out of range. */
export function checkQuery(
  { vector, k, rows = [], groups = [] }: SearchQuery,
  { dimension, size }: { readonly dimension: number; readonly size: number },
): void {
  checkVector(vector, dimension);
  checkRows(rows, size);
  checkGroups(groups);
  if (!Number.isInteger(k) || k < 1) throw new FaqError('invalid_argument', `k must be a whole number of at least 1; it is ${k}.`);
}
