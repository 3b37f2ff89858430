/**
 * The contract of an index: a store of immutable versions, each searchable by vector and by terms.
 * The embedded and the Qdrant implementation keep it alike; one suite in test/contract holds both to it.
 * Knows rows, vectors and terms; entries, scorers and calibrators are opaque artifacts to it.
 */

/** One stored question as the index sees it. Row numbers run from 0 in the order given at writing. */
export interface QuestionRow {
  readonly text: string;
  /** Words for BM25 (text/terms.ts), repeats kept. */
  readonly terms: readonly string[];
  readonly locale: string;
  readonly tags: readonly string[];
}

/** What is known of a version without opening it. */
export interface VersionManifest {
  readonly corpus: string;
  readonly version: string;
  readonly createdAt: Date;
  readonly modelDigest: string;
  readonly dimension: number;
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
}

/** All that is written of a version. */
export interface VersionContents {
  readonly manifest: VersionManifest;
  readonly rows: readonly QuestionRow[];
  /** [rows.length × dimension], unit-length rows. */
  readonly vectors: Float32Array;
  /** Opaque named parts, e.g. corpus.json and scorer.bin; names match /^[a-z0-9.-]+$/. */
  readonly artifacts: ReadonlyMap<string, Uint8Array>;
}

/** Rows pass with any of the locales (none given: all) and with all of the tags. */
export interface RowFilter {
  readonly locales: readonly string[];
  readonly tags: readonly string[];
}

/** What is searched for. */
export interface SearchQuery {
  /** [dimension], unit length. */
  readonly vector: Float32Array;
  readonly terms: readonly string[];
  /** Hits wanted from each side, at least 1. */
  readonly k: number;
  readonly filter?: RowFilter;
}

/** One stored question found. */
export interface Hit {
  readonly row: number;
  /** Exact cosine, in [-1, 1]; greater is closer. */
  readonly similarity: number;
  /** BM25, 0 and above; 0 where no term is shared. */
  readonly lexical: number;
}

/** What was found. */
export interface SearchResult {
  /** The k nearest by cosine, closest first; ties by row. Each carries its BM25 score too. */
  readonly dense: readonly Hit[];
  /** The k best by BM25 above 0, best first; ties by row. Each carries its cosine too. */
  readonly lexical: readonly Hit[];
}

/** One version opened for reading. Immutable; safe for any number of searches at once. */
export interface QuestionIndex {
  readonly size: number;
  readonly dimension: number;
  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchResult>;
  /** Exact cosines of the vector to the named rows, in their order. */
  similarities(vector: Float32Array, rows: readonly number[]): Promise<Float32Array>;
}

/** A version opened for reading. */
export interface OpenVersion {
  readonly manifest: VersionManifest;
  readonly rows: readonly QuestionRow[];
  readonly index: QuestionIndex;
  /** @throws FaqError data_loss where the version has no such artifact. */
  artifact(name: string): Promise<Uint8Array>;
}

/** A version in the store; `problem` says why it cannot be opened. */
export interface StoredVersion {
  readonly manifest: VersionManifest;
  readonly problem?: string;
}

/** Which version of a corpus is active. */
export interface ActivePointer {
  readonly version: string;
  /** Active before; what an unnamed rollback goes to. */
  readonly previous: string | undefined;
  readonly activatedAt: Date;
}

/** Where versions live. Writing is all or nothing; killed at any moment the store holds whole versions only. */
export interface VersionStore {
  /** `embedded` or `qdrant`. */
  readonly kind: string;
  /** Corpora with a version or an active pointer, by name. */
  corpora(): Promise<readonly string[]>;
  /** Versions of a corpus, newest first, damaged ones with their problem. */
  list(corpus: string): Promise<readonly StoredVersion[]>;
  /** Writes a version; does nothing where the same version is stored whole already. Aborted or failed, nothing is left behind. */
  write(contents: VersionContents, signal?: AbortSignal): Promise<void>;
  /** @throws FaqError not_found; data_loss where a checksum does not fit. */
  open(corpus: string, version: string): Promise<OpenVersion>;
  active(corpus: string): Promise<ActivePointer | undefined>;
  /** Switches in one step. @throws FaqError not_found. */
  activate(corpus: string, version: string): Promise<ActivePointer>;
  /** Removes a version that is not active. */
  remove(corpus: string, version: string): Promise<void>;
  /** Moves a damaged version out of the way; it is kept for a person to look at. @returns where it went. */
  setAside(corpus: string, version: string, problem: string): Promise<string>;
  close(): Promise<void>;
}
