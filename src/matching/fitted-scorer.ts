/**
 * What fitting gives and a version stores: plain data, structured-clonable.
 */
import type { Calibrator } from './calibrator.ts';
import type { CounterExamples } from './counter-examples.ts';
import type { RidgeModel } from './kernel-ridge.ts';
import type { LearntDecisions } from './learnt-decisions.ts';

/** Kernel ridge with its vote and calibrator. */
export interface FittedRidge {
  readonly kind: 'kernel_ridge';
  readonly model: RidgeModel;
  /** Weight of the neighbour vote. */
  readonly voteWeight: number;
  readonly calibrator: Calibrator;
  readonly counterExamples: CounterExamples;
  /** What the corpus's own rows taught about deciding; left out or undefined where they teach nothing. */
  readonly decisions?: LearntDecisions | undefined;
}

/** The scorer on the index's hits, for corpora too large for kernel ridge. */
export interface FittedHits {
  readonly kind: 'hits';
  readonly intentCount: number;
  readonly calibrator: Calibrator;
  readonly counterExamples: CounterExamples;
  /** What the corpus's own rows taught about deciding; left out or undefined where they teach nothing. */
  readonly decisions?: LearntDecisions | undefined;
}

/** Either scorer, as it is stored. */
export type FittedScorer = FittedRidge | FittedHits;
