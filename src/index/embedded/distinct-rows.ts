/**
 * Equal rows as one. A graph links a row to its nearest: where hundreds of rows are equal they link to one another alone, and a walk that
 * meets them never leaves (docs/decisions/0006-embedded-ann.md). So a graph holds the first of equal rows, and the others come back with it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Some milliseconds of work. */
const ROWS_AT_ONCE = 20_000;
/** So many values of a row are hashed: rows that agree in them and are not equal are rare, and compared in full. */
const HASHED_VALUES = 16;

/** Which rows of a matrix are equal, bit for bit. */
export interface DistinctRows {
  /** Rows that equal no row before them. */
  readonly count: number;
  /** True for a row that equals no row before it. */
  isFirst(row: number): boolean;
  /** The rows equal to a first row, ascending, itself among them. */
  equalTo(first: number): readonly number[];
}

function hash(words: Uint32Array, start: number, end: number): number {
  let mixed = 0x811c_9dc5;
  for (let place = start; place < end; place += 1) mixed = Math.imul(mixed ^ (words[place] ?? 0), 0x0100_0193) ^ (mixed >>> 15);
  return mixed;
}

function areEqual(words: Uint32Array, dimension: number, [left, right]: readonly [number, number]): boolean {
  for (let place = 0; place < dimension; place += 1) {
    if (words[left * dimension + place] !== words[right * dimension + place]) return false;
  }
  return true;
}

/** Compares the rows of [rows × dimension]; 100,000 take some tens of milliseconds, with breaks for other work. */
export async function findDistinctRows(vectors: Float32Array, dimension: number): Promise<DistinctRows> {
  const words = new Uint32Array(vectors.buffer, vectors.byteOffset, vectors.length);
  const rows = vectors.length / dimension;
  const firstByHash = new Map<number, number>();
  const groups = new Map<number, number[]>();
  const repeats = new Uint8Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTurn();
    const key = hash(words, row * dimension, row * dimension + Math.min(dimension, HASHED_VALUES));
    const first = firstByHash.get(key);
    if (first === undefined) firstByHash.set(key, row);
    // Of two different rows with one hash the later one's repeats are not found: they cost a place in the graph, nothing else.
    if (first === undefined || !areEqual(words, dimension, [first, row])) {
      count += 1;
      continue;
    }
    repeats[row] = 1;
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [first, row]);
    else group.push(row);
  }
  return { count, isFirst: (row) => repeats[row] === 0, equalTo: (first) => groups.get(first) ?? [first] };
}
