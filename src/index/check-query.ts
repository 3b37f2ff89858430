/**
 * What a query must be before any index searches for it.
 */
import { FaqError } from '../errors.ts';
import type { SearchQuery } from './contract.ts';

/** @throws FaqError invalid_argument for another dimension, NaN or an infinity. */
export function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) {
    throw new FaqError('invalid_argument', `The query vector must have ${dimension} values as the index has; it has ${vector.length}.`);
  }
  if (!vector.every(Number.isFinite)) {
    throw new FaqError('invalid_argument', 'The query vector must hold finite numbers only; it holds NaN or an infinity.');
  }
}

/** @throws FaqError invalid_argument for rows that do not exist. */
export function checkRows(rows: readonly number[], size: number): void {
  const strange = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= size);
  if (strange !== undefined) throw new FaqError('invalid_argument', `Rows run from 0 to ${size - 1}; row ${strange} does not exist.`);
}

/** @throws FaqError invalid_argument where any part of the query is out of range. */
export function checkQuery(
  { vector, k, rows = [] }: SearchQuery,
  { dimension, size }: { readonly dimension: number; readonly size: number },
): void {
  checkVector(vector, dimension);
  checkRows(rows, size);
  if (!Number.isInteger(k) || k < 1) throw new FaqError('invalid_argument', `k must be a whole number of at least 1; it is ${k}.`);
}
