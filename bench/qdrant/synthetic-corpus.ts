/** Corpora made up for measuring storage: unit vectors and sparse terms at random, the same for the same numbers. */
import { createHash } from 'node:crypto';
import { seeded } from '../support/random.ts';

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
  const random = seeded(corpus * 7919 + version * 104_729 + 1);
  return Array.from({ length: questions }, (_, row) => ({
    id: pointId(`${corpus}/${version}/${row}`),
    vector: { dense: unitVector(random), terms: sparseTerms(random) },
    payload: { row, text: `Question ${row} of corpus ${corpus}: how do I change what I ordered?`, locale: 'en', tags: [`tag-${row % 7}`] },
  }));
}

/** What an utterance is encoded to, and its terms. */
export function syntheticUtterance(seed: number): SyntheticPoint['vector'] {
  const random = seeded(seed * 15_485_863 + 3);
  return { dense: unitVector(random), terms: sparseTerms(random) };
}
