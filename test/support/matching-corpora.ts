/**
 * Made-up corpora in matching's terms, and the plainest matrix product and ridge regression over them: what fitting is held to.
 */
import { DEFAULT_MATCH_SETTINGS, type FitInput, type MatchSettings, type Multiply, NO_INTENT } from '../../src/matching/contract.ts';
import { seededRandom } from './index-oracle.ts';

/** Of a corpus without any. */
export const NO_COUNTER_EXAMPLES = { intents: new Int32Array(0), vectors: new Float32Array(0), leverages: new Float32Array(0) };

/** The matrix product by its definition, summed in float64. */
export const naiveMultiply: Multiply = async <T extends Float32Array | Float64Array>(
  a: T,
  b: T,
  { rows, inner, columns, transposeB = false }: Parameters<Multiply>[2],
) => {
  const out = new (a.constructor as new (length: number) => T)(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += (a[i * inner + k] ?? 0) * (b[transposeB ? j * inner + k : k * columns + j] ?? 0);
      out[i * columns + j] = sum;
    }
  }
  return out;
};

/** Solves a · x = b by Gaussian elimination with pivoting; a is [size × size], both are left as they are. */
export function naiveSolve(a: readonly (readonly number[])[], b: readonly number[]): readonly number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const size = b.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < size; i += 1) if (Math.abs(rows[i]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = i;
    const top = rows[pivot] ?? [];
    rows[pivot] = rows[column] ?? [];
    rows[column] = top;
    for (let i = 0; i < size; i += 1) {
      const row = rows[i] ?? [];
      if (i === column) continue;
      const factor = (row[column] ?? 0) / (top[column] ?? 1);
      for (let j = column; j <= size; j += 1) row[j] = (row[j] ?? 0) - factor * (top[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}

/** A unit vector near another one. */
export function nearVector(centre: ArrayLike<number>, noise: number, random: () => number): Float32Array {
  const values = Array.from({ length: centre.length }, (_, i) => (centre[i] ?? 0) + noise * (random() - 0.5));
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

/** Joins rows into one matrix. */
export function matrixOf(rows: readonly Float32Array[], dimension: number): Float32Array {
  const out = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    out.set(row, i * dimension);
  });
  return out;
}

/** What a made-up corpus is made of. */
export interface CorpusShape {
  /** How many questions each intent has. */
  readonly sizes: readonly number[];
  readonly dimension?: number;
  /** How far questions stray from their intent's centre; 1 is about as far as intents lie apart. */
  readonly noise?: number;
  /** Counter-examples, which lie near no intent. */
  readonly counterExamples?: number;
  /** What the intents' names say: their own intents, other intents, or nothing, since there are none. */
  readonly names?: 'telling' | 'misleading';
  readonly settings?: Partial<MatchSettings>;
  readonly seed?: number;
}

/** A made-up corpus with its intents' centres, from which further utterances can be drawn. */
export interface MadeUpCorpus {
  readonly input: FitInput;
  readonly centres: readonly Float32Array[];
}

const FILLERS = ['how', 'can', 'please', 'my', 'the', 'about'];

/** A corpus of intents that each have a centre and a word of their own; the same shape and seed give the same corpus. */
export function madeUpCorpus({
  sizes,
  dimension = 16,
  noise = 1,
  counterExamples = 0,
  names,
  settings,
  seed = 1,
}: CorpusShape): MadeUpCorpus {
  const random = seededRandom(seed);
  const origin = new Float32Array(dimension);
  const centres = sizes.map(() => nearVector(origin, 1, random));
  const rows = sizes.flatMap((size, intent) =>
    Array.from({ length: size }, (_, i) => {
      const filler = FILLERS[Math.floor(random() * FILLERS.length)] ?? '';
      return {
        intent,
        text: `${filler} topic${intent} ${i}`,
        vector: nearVector(centres[intent] ?? origin, noise / Math.sqrt(dimension), random),
      };
    }),
  );
  const counters = Array.from({ length: counterExamples }, () => nearVector(origin, 1, random));
  // Names lie nearer the centre than the questions do; a misleading one lies at the next intent's.
  const named =
    names === undefined ? [] : sizes.map((_, intent) => centres[(intent + (names === 'telling' ? 0 : 1)) % sizes.length] ?? origin);
  const nameTexts = named.map((_, intent) => `topic${intent}`);
  const input: FitInput = {
    dimension,
    intentCount: sizes.length,
    texts: rows.map((row) => row.text),
    intents: Int32Array.from(rows, (row) => row.intent),
    vectors: matrixOf(
      rows.map((row) => row.vector),
      dimension,
    ),
    ...(names === undefined
      ? {}
      : { names: { texts: nameTexts, intents: Int32Array.from(named.keys()), vectors: matrixOf(named, dimension) } }),
    counterTexts: counters.map((_, i) => `elsewhere ${i}`),
    counterIntents: new Int32Array(counters.length).fill(NO_INTENT),
    counterVectors: matrixOf(counters, dimension),
    settings: { ...DEFAULT_MATCH_SETTINGS, ...settings },
  };
  return { input, centres };
}
