/**
 * The interface behind which both scorers stand: kernel ridge, and the scorer on the index's hits for large corpora.
 */
import type { Calibrator } from './calibrator.ts';
import type { NearQuestion, Refusals } from './contract.ts';
import type { CounterExamples } from './counter-examples.ts';
import type { LearntDecisions } from './learnt-decisions.ts';

/** What of an utterance can be computed before its vector is there. Opaque to callers. */
export interface PreparedText {
  readonly text: string;
  /** Character-kernel similarity to each landmark; empty for the hit scorer. */
  readonly lexical: Float32Array;
}

/** Scores of intents for one utterance. */
export interface IntentScores {
  /** [intents] higher is better; -Infinity where the scorer has nothing to say. */
  readonly scores: Float32Array;
}

/** Where one intent's score came from; the first three and the constant sum to the score. */
export interface ScoreShares {
  readonly dense: number;
  readonly lexical: number;
  readonly neighbours: number;
  /** The part of dense and lexical that came by way of landmarks that are names and answers. */
  readonly namesAndAnswers: number;
  /** The part of dense and lexical that came by way of landmarks that are counter-examples. */
  readonly counterExamples: number;
}

/** Of an intent without a score. */
export const NO_SHARES: ScoreShares = { dense: 0, lexical: 0, neighbours: 0, namesAndAnswers: 0, counterExamples: 0 };

/** One intent of one scored utterance. */
export interface ScoredIntent {
  /** [dimension], unit length. */
  readonly vector: Float32Array;
  readonly near: readonly NearQuestion[];
  readonly refusals: Refusals;
  readonly intent: number;
}

/** A fitted scorer with its calibrator. Pure: the same input gives the same output. */
export interface IntentScorer {
  readonly kind: 'kernel_ridge' | 'hits';
  readonly intentCount: number;
  readonly calibrator: Calibrator;
  /** What the corpus taught about deciding; undefined where it taught nothing. */
  readonly decisions?: LearntDecisions | undefined;
  readonly counterExamples: CounterExamples;
  /** Cosine to each counter-example; a view that the next call overwrites. */
  counterCosines(vector: Float32Array): Float32Array;
  /** Work on the text alone; run it while the encoder works. */
  prepare(text: string): PreparedText;
  /**
   * [intents] what vector and text tell without any hit, so that a search can ask for the likely intents' questions; -Infinity throughout for the
   * hit scorer. @param vector [dimension], unit length.
   */
  beforeHits(prepared: PreparedText, vector: Float32Array): Float32Array;
  /** The scores, from what beforeHits gave (which is used up) and the hits of the index, filter applied. */
  afterHits(before: Float32Array, near: readonly NearQuestion[], refusals: Refusals): IntentScores;
  /** For explanations only: where the score of one intent, for the same vector and hits, came from. */
  shares(prepared: PreparedText, scored: ScoredIntent): ScoreShares;
}
