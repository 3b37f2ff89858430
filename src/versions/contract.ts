/**
 * Versions as the rest of the program sees them: loaded ones to read from, and the operations that make and switch them.
 * The parts are tied together here (corpus, encoder, index, matching); nothing here knows of transport.
 */
import type { Corpus, SourceFile } from '../corpus/corpus.ts';
import type { Fault } from '../errors.ts';
import type { QuestionIndex, SearchMethod } from '../index/contract.ts';
import type { StandingDemands } from '../matching/demands.ts';
import type { PrecisionProof } from '../matching/proven-precision.ts';
import type { IntentScorer } from '../matching/scorer.ts';
import type { Spelling } from '../text/spelling.ts';
import type { ExactLookup } from './exact-lookup.ts';

/** One version in memory: everything a match or a lookup reads. Immutable; a match keeps its handle to the end. */
export interface LoadedVersion {
  readonly corpus: string;
  readonly version: string;
  readonly createdAt: Date;
  readonly modelDigest: string;
  /** Digest of the fitted scorer and calibrator. */
  readonly calibratorDigest: string;
  readonly content: Corpus;
  /** Intent names by intent number, sorted. */
  readonly intents: readonly string[];
  /** Position in content.entries of each row. */
  readonly entryOfRow: Int32Array;
  /** Intent number of each row. */
  readonly intentOfRow: Int32Array;
  /** Rows of each intent, ascending. */
  readonly rowsOfIntent: readonly Int32Array[];
  /** Question text of each row. */
  readonly questions: readonly string[];
  /** Text of each counter-example, in the scorer's order. */
  readonly counterTexts: readonly string[];
  readonly index: QuestionIndex;
  readonly scorer: IntentScorer;
  readonly exact: ExactLookup;
  /** What the corpus and its intents demand of answers. */
  readonly demands: StandingDemands;
  /** Out-of-scope share that its confidences are made for; undefined where an earlier release built it. */
  readonly outOfScopeShare: number | undefined;
  /** Reads misspelt words as words of the questions and counter-examples. */
  readonly spelling: Spelling;
}

/** What a reload does just now, in this order. */
export type ReloadPhase = 'read' | 'encode' | 'fit' | 'write' | 'activate';

/** How far a phase is; `done` runs from 0 to `total`. */
export interface ReloadProgress {
  readonly phase: ReloadPhase;
  readonly done: number;
  readonly total: number;
}

/** How a reload runs; without a signal it cannot be cancelled. */
export interface ReloadOptions {
  readonly stageOnly?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReloadProgress) => void;
}

/** What a wanted precision comes to in a version. */
export interface PrecisionSummary {
  readonly minPrecision: number;
  /** Least confidence of an answer; 1 where the precision cannot be reached. */
  readonly confidence: number;
  /** Expected share of all traffic that is answered. */
  readonly expectedCoverage: number;
  readonly reachable: boolean;
  /** Whether the corpus's own questions or calibration rows told. */
  readonly learnt: boolean;
  /** What guarantees it; undefined where it is an estimate. */
  readonly proof: PrecisionProof | undefined;
}

/** What a version learnt about deciding. */
export interface LearntSummary {
  readonly precisionThresholds: readonly PrecisionSummary[];
  /** How often the intents to ask between hold the right one; 0 where unknown. */
  readonly clarifyHolds: number;
  readonly outOfScopeShare: number;
}

/** What a reload did. */
export interface ReloadResult {
  readonly version: string;
  /** Texts that went through the encoder (questions, counter-examples and calibration rows, each distinct text once). */
  readonly encoded: number;
  /** Texts whose vector was in the cache. */
  readonly reused: number;
  /** Questions of the version before that are no longer in. */
  readonly removed: number;
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
  /** Calibration rows, each text once, without those that the corpus stores. */
  readonly calibrationRows: number;
  readonly warnings: readonly Fault[];
  readonly activated: boolean;
  readonly previousVersion: string | undefined;
  readonly durationMs: number;
  /** The same version was stored already; nothing was built. */
  readonly unchanged: boolean;
  /** How the version is searched, with the recall measured when it was built. */
  readonly method: SearchMethod;
  /** What the version learnt about deciding. */
  readonly learnt: LearntSummary;
}

/** What is wrong with FAQ files; the counts are 0 where faults refuse them. */
export interface Validation {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
}

/** One stored version, as a list shows it. */
export interface VersionSummary {
  readonly version: string;
  readonly active: boolean;
  readonly createdAt: Date;
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
  readonly modelDigest: string;
  /** Why it cannot be used; undefined for a usable one. */
  readonly problem: string | undefined;
}

/** One corpus and what it serves; counts are 0 where nothing is active. */
export interface CorpusStatus {
  readonly corpus: string;
  readonly activeVersion: string | undefined;
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
  readonly activatedAt: Date | undefined;
  /** Out-of-scope share that confidences are made for; undefined where nothing is active or the version does not say. */
  readonly outOfScopeShare: number | undefined;
}

/** What happened to a stored version that could not be opened at start. */
export interface SetAsideReport {
  readonly corpus: string;
  readonly version: string;
  readonly problem: string;
  /** The version that was built from its content and is active in its place: another release's, so that nothing is wrong. */
  readonly builtAnewAs?: string;
}

/** All corpora of a server with their versions. */
export interface Versions {
  /** Opens every active version of the store without encoding, and follows a shared store from then on. A shared store that is away is waited for; a damaged version is set aside and, where there is one, what was active before takes over, never what was only staged. One of another release is built anew from its own content, unless the store is shared. */
  restore(): Promise<readonly SetAsideReport[]>;
  /**
   * The version to read: the active one, or the named one.
   * @throws FaqError not_found (no such corpus or version), failed_precondition (nothing active; model does not fit).
   */
  acquire(corpus: string, version?: string): Promise<LoadedVersion>;
  /** The active version without waiting, or undefined. */
  active(corpus: string): LoadedVersion | undefined;
  /** Whether any corpus has an active version. */
  readonly anyActive: boolean;
  /**
   * Builds a version from files and activates it unless stageOnly.
   * @throws FaqError invalid_argument with faults; aborted (another operation on this corpus runs); cancelled.
   */
  reload(corpus: string, files: readonly SourceFile[], options?: ReloadOptions): Promise<ReloadResult>;
  /** Names every fault, in the parse thread; changes nothing. @throws FaqError cancelled, unavailable. */
  validate(files: readonly SourceFile[], signal?: AbortSignal): Promise<Validation>;
  activate(corpus: string, version: string): Promise<{ readonly version: string; readonly previous: string | undefined }>;
  /** Version undefined: the one active before. */
  rollback(corpus: string, version: string | undefined): Promise<{ readonly version: string; readonly previous: string | undefined }>;
  list(corpus: string): Promise<readonly VersionSummary[]>;
  status(): readonly CorpusStatus[];
  /** Why the store is out of reach; undefined where it is not. */
  readonly storeProblem: string | undefined;
  /** Called when storeProblem changes. Returns the unsubscribe function. */
  onReach(listener: () => void): () => void;
  /** Called after every switch with the corpus and its new version, empty where none is active any more. Returns the unsubscribe function. */
  onActivated(listener: (corpus: string, version: string) => void): () => void;
  /** Cancels running reloads and closes the store. */
  close(): Promise<void>;
}
