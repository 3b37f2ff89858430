/**
 * What fitting gives and a version stores: plain data, structured-clonable.
 */
import type { Calibrator } from './calibrator.ts';
import type { RidgeModel } from './kernel-ridge.ts';

/** Kernel ridge with its vote and calibrator. */
export interface FittedRidge {
  readonly kind: 'kernel_ridge';
  readonly model: RidgeModel;
  /** Weight of the neighbour vote. */
  readonly voteWeight: number;
  readonly calibrator: Calibrator;
}

/** The scorer on the index's hits, for corpora too large for kernel ridge. */
export interface FittedHits {
  readonly kind: 'hits';
  readonly intentCount: number;
  readonly calibrator: Calibrator;
}

/** Either scorer, as it is stored. */
export type FittedScorer = FittedRidge | FittedHits;
