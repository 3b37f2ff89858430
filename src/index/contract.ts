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
  /** Rows of the same group are asked about together; the number of an intent to those who write them. 0 and above. */
  readonly group: number;
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

/**
 * Rows pass with any of the locales (none given: all) and with all of the tags. A row in `en` passes where `en-US` is asked for, one in `en-GB`
 * where `en` is, and one without a locale where none is.
 */
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
  /** Rows whose cosine is wanted beside the hits, whatever the filter: asked for here they cost no second trip to a database. */
  readonly rows?: readonly number[];
  /** Groups whose nearest row is wanted beside the hits, of the rows that pass the filter; for the same reason. */
  readonly groups?: readonly number[];
}

/** What is asked of groups alone. */
export type GroupQuery = Pick<SearchQuery, 'vector' | 'filter'> & { readonly groups: readonly number[] };

/** The nearest row of a group. */
export interface NearestRow {
  readonly row: number;
  /** Exact cosine, in [-1, 1]. */
  readonly similarity: number;
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
  /** Exact cosines of the query's rows, in their order. */
  readonly similarities: Float32Array;
  /** Of the query's groups, in their order; ties by row; undefined where no row of the group passes. A great group's may come from a graph. */
  readonly nearest: readonly (NearestRow | undefined)[];
}

/** How the nearest rows of a version are found. Similarities are exact cosines whatever the method. */
export interface SearchMethod {
  /** `exact` compares with every row; `hnsw` walks a graph and may miss some. */
  readonly kind: 'exact' | 'hnsw';
  /** Share of the ten nearest rows that the method finds, measured against exact search when the version was built; 1 for exact. */
  readonly recallAt10: number;
}

/** One version opened for reading. Immutable; safe for any number of searches at once. */
export interface QuestionIndex {
  readonly size: number;
  readonly dimension: number;
  readonly method: SearchMethod;
  /** Whether every call is a trip over a network: then it pays to ask at once for all that may be needed. */
  readonly remote: boolean;
  search(query: SearchQuery, signal?: AbortSignal): Promise<SearchResult>;
  /** As `SearchResult.nearest`, without a search. */
  nearestOfGroups(query: GroupQuery): Promise<readonly (NearestRow | undefined)[]>;
}

/** A version opened for reading. */
export interface OpenVersion {
  readonly manifest: VersionManifest;
  readonly rows: readonly QuestionRow[];
  readonly index: QuestionIndex;
  readonly artifactNames: readonly string[];
  /** @throws FaqError data_loss where the version has no such artifact. */
  artifact(name: string): Promise<Uint8Array>;
  /** The vectors exactly as they were written, [rows × dimension]; for copies, since a store may have to fetch them all. */
  vectors(signal?: AbortSignal): Promise<Float32Array>;
}

/** A version in the store; `problem` says why it cannot be opened. */
export interface StoredVersion {
  readonly manifest: VersionManifest;
  readonly problem?: string;
  /** Whether what is stored is wrong; a problem that is no damage (no rights, too many open files) may pass. */
  readonly isDamaged?: boolean;
}

/** Which version of a corpus is active. */
export interface ActivePointer {
  readonly version: string;
  /** Active before; what an unnamed rollback goes to. */
  readonly previous: string | undefined;
  /** undefined where the store does not know it any more. */
  readonly activatedAt: Date | undefined;
  /** Which writing of the version is meant, where a damaged one was written anew beside it; not given where there can only be one. */
  readonly build?: string;
}

/** A change of what is active that another process, or a person, made in a shared store. */
export interface PointerChange {
  readonly corpus: string;
  /** undefined: nothing is active any more. */
  readonly pointer: ActivePointer | undefined;
}

/** Who wants to hear from a store that others write to as well. */
export interface StoreWatcher {
  /** Called when another process says that a version is about to become active; it may never. */
  readonly onNext: (next: Pick<VersionManifest, 'corpus' | 'version'>) => void;
  /** Called with every change within half a second of it. */
  readonly onPointer: (change: PointerChange) => void;
  /** Called when the store goes out of reach (why, in words) and when it is back (undefined). */
  readonly onReach: (problem: string | undefined) => void;
}

/** Vectors by key, for what computed a text's vector once to find it again. A key is 32 bytes. */
export interface KeyedVectors {
  /** In the order of the keys; undefined where there is none. */
  get(keys: readonly Uint8Array[]): Promise<readonly (Float32Array | undefined)[]>;
  /** @param vectors [keys.length × dimension] */
  put(keys: readonly Uint8Array[], vectors: Float32Array): Promise<void>;
}

/** How far a write has come: questions stored, then questions searchable; each runs from 0 to `total`. */
export type WriteProgress = (done: number, total: number) => void;

/** Where versions live. Writing is all or nothing; killed at any moment the store holds whole versions only. */
export interface VersionStore {
  /** `embedded` or `qdrant`. */
  readonly kind: string;
  /** Whether other processes use it as well: then a version that one of them cannot read is not for it to move out of the way. */
  readonly shared: boolean;
  /** Corpora with a version or an active pointer, by name. */
  corpora(): Promise<readonly string[]>;
  /** Versions of a corpus, newest first, damaged ones with their problem. */
  list(corpus: string): Promise<readonly StoredVersion[]>;
  /** Writes a version; does nothing where the same version is stored whole already. Aborted or failed, nothing is left behind. */
  write(contents: VersionContents, signal?: AbortSignal, onProgress?: WriteProgress): Promise<void>;
  /** @throws FaqError not_found; data_loss where a checksum does not fit. */
  open(corpus: string, version: string): Promise<OpenVersion>;
  active(corpus: string): Promise<ActivePointer | undefined>;
  /**
   * Versions that are or were active, the last activated first, whether or not they are still stored; others were only staged. The last twenty,
   * and none where the store does not know.
   */
  onceActive(corpus: string): Promise<readonly string[]>;
  /**
   * Tells who watches the store that a version is about to become active, so that it is open there by then. Nobody watches a store of one process.
   * @throws FaqError not_found.
   */
  announce(corpus: string, version: string): Promise<void>;
  /**
   * Switches in one step.
   * @param before what is remembered as active before, for a copy of another store; without it, what is active now.
   * @throws FaqError not_found.
   */
  activate(corpus: string, version: string, before?: Pick<ActivePointer, 'previous'>): Promise<ActivePointer>;
  /** Removes a version that is not active. */
  remove(corpus: string, version: string): Promise<void>;
  /** Moves a damaged version out of the way; it is kept for a person to look at. @returns where it went. */
  setAside(corpus: string, version: string, problem: string): Promise<string>;
  /**
   * Runs an operation that changes a corpus while no other process can. Its signal is aborted when the right to is lost.
   * @throws FaqError aborted, reason OPERATION_RUNNING, where another process has it; and what the operation throws.
   */
  exclusively<T>(corpus: string, signal: AbortSignal, operation: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Follows what others do to the store until closed; a store of one process never calls. */
  watch(watcher: StoreWatcher): void;
  /** Vectors that all users of the store share, by model; undefined where the store is of one process. */
  sharedVectors?(model: { readonly digest: string; readonly dimension: number }): KeyedVectors;
  close(): Promise<void>;
}
