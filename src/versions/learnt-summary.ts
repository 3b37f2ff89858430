/** What a version's scorer learnt about deciding, as a reload reports it. */
import { precisionThreshold } from '../matching/learnt-decisions.ts';
import type { IntentScorer } from '../matching/scorer.ts';
import type { LearntSummary } from './contract.ts';

/** Precisions that people ask for. */
const REPORTED = [0.8, 0.9, 0.95];

/** @param outOfScopeShare the share that the version was fitted for. */
export function learntSummary({ decisions }: Pick<IntentScorer, 'decisions'>, outOfScopeShare: number): LearntSummary {
  const precisionThresholds = REPORTED.map((minPrecision) => {
    const { confidence, coverage } = precisionThreshold(decisions, minPrecision);
    return {
      minPrecision,
      confidence: confidence ?? 1,
      expectedCoverage: coverage,
      reachable: confidence !== undefined,
      learnt: decisions !== undefined,
    };
  });
  return { precisionThresholds, clarifyHolds: decisions?.clarifyHolds ?? 0, outOfScopeShare };
}
