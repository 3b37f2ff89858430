/** Corpora made up for measuring storage: unit vectors and sparse terms at random, the same for the same numbers. */
import { createHash } from 'node:crypto';

/** Width of the dense vectors; the shipped encoder's. */
export const DIMENSION = 384;
const VOCABULARY = 30_000;
const TERMS_PER_QUESTION = 8;

/** One question as Qdrant is given it, less what the layout adds. */
export interface SyntheticPoint {
  /** UUID made from corpus, version and row. */
  readonly id: string;
  readonly vector: { readonly dense: number[]; readonly terms: { readonly indices: number[]; readonly values: number[] } };
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Uniform in [0, 1), by the mulberry32 generator: quick, seeded, good enough to scatter vectors. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function unitVector(random: () => number): number[] {
  const values = Array.from({ length: DIMENSION }, () => random() - 0.5);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => Math.round((value / norm) * 1e6) / 1e6);
}

function sparseTerms(random: () => number): { indices: number[]; values: number[] } {
  const indices = new Set<number>();
  while (indices.size < TERMS_PER_QUESTION) indices.add(Math.floor(random() * VOCABULARY));
  return { indices: [...indices], values: Array.from(indices, () => Math.round((0.5 + random() * 3) * 1000) / 1000) };
}

function pointId(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The questions of one version of one corpus. */
export function syntheticCorpus(corpus: number, version: number, questions: number): SyntheticPoint[] {
  const random = randomNumbers(corpus * 7919 + version * 104_729 + 1);
  return Array.from({ length: questions }, (_, row) => ({
    id: pointId(`${corpus}/${version}/${row}`),
    vector: { dense: unitVector(random), terms: sparseTerms(random) },
    payload: { row, text: `Question ${row} of corpus ${corpus}: how do I change what I ordered?`, locale: 'en', tags: [`tag-${row % 7}`] },
  }));
}

/** What an utterance is encoded to, and its terms. */
export function syntheticUtterance(seed: number): SyntheticPoint['vector'] {
  const random = randomNumbers(seed * 15_485_863 + 3);
  return { dense: unitVector(random), terms: sparseTerms(random) };
}
