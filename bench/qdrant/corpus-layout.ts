/** How corpora are laid out in Qdrant: the operations both layouts offer, so that they can be measured alike. */
import type { SyntheticPoint } from './synthetic-corpus.ts';

/** Hits asked for, as a match does. */
export const HITS = 32;

/** Points of one upsert; a request stays near a megabyte. */
const BATCH = 100;

/** One version of one corpus, by number. */
export interface CorpusVersion {
  readonly corpus: number;
  readonly version: number;
}

/** A layout on a running server. */
export interface CorpusLayout {
  /** Creates what all corpora share. */
  prepare(): Promise<void>;
  /** Writes a version and waits until it can be searched. */
  write(target: CorpusVersion, points: readonly SyntheticPoint[]): Promise<void>;
  /** Makes a version the active one, in one step. */
  activate(target: CorpusVersion): Promise<void>;
  /** Removes a version. */
  drop(target: CorpusVersion): Promise<void>;
  /** The nearest questions of one version; with terms, the best by terms too, in the same round trip. @returns hits found by vector. */
  match(target: CorpusVersion, utterance: SyntheticPoint['vector'], withTerms: boolean): Promise<number>;
  /** Reads which versions exist. @returns how many. */
  listVersions(): Promise<number>;
  /** Reads which version of every corpus is active. @returns how many. */
  readPointers(): Promise<number>;
  /** Waits until no optimizer works any more. @throws Error where one still does after so many milliseconds. */
  settled(mostMs: number): Promise<void>;
}

/** Sends points in upserts of a bounded size. */
export async function inBatches(
  points: readonly SyntheticPoint[],
  send: (batch: readonly SyntheticPoint[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < points.length; from += BATCH) await send(points.slice(from, from + BATCH));
}

/** Neither side of a search in batch form: exact, no vectors sent back, the row alone of the payload. */
export const SEARCH = { limit: HITS, params: { exact: true }, with_payload: ['row'] };
