/**
 * Short names for answers and operations.
 */
import { randomBytes } from 'node:crypto';

/**
 * A maker of ids: a prefix, the process's start in seconds, 40 random bits and a counter, in hexadecimal. Distinct across processes,
 * in order within one. A counter, since drawing randomness for each match would cost more than all the rest of naming it.
 */
export function createIds(prefix: string): () => string {
  const process = `${Math.floor(Date.now() / 1000).toString(16)}${randomBytes(5).toString('hex')}`;
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${process}-${count.toString(16).padStart(6, '0')}`;
  };
}
