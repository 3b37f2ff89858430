/** A list out of parsed JSON as a vector. */
import { RemoteTrouble } from './remote-errors.ts';

/** @returns the numbers as float32; what is no number is NaN. @throws RemoteTrouble where it is no list. */
export function vectorOf(value: unknown): Float32Array {
  if (!Array.isArray(value)) throw new RemoteTrouble('REMOTE_GARBLED', { words: 'something else stands where a vector should' });
  return Float32Array.from(value, (element: unknown) => (typeof element === 'number' ? element : Number.NaN));
}
