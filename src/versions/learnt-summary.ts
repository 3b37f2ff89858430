/** What a version's scorer learnt about deciding, as a reload reports it. */
import type { Fault } from '../errors.ts';
import { precisionThreshold } from '../matching/learnt-decisions.ts';
import type { LearntSummary, LoadedVersion } from './contract.ts';

/** Precisions that people ask for. */
const REPORTED = [0.8, 0.9, 0.95];

type Deciding = Pick<LoadedVersion, 'scorer' | 'demands' | 'intents'>;

/** @param outOfScopeShare the share that the version was fitted for. */
export function learntSummary({ scorer: { decisions }, demands }: Deciding, outOfScopeShare: number): LearntSummary {
  const demanded = [demands.corpus, ...demands.ofIntent].flatMap((demand) => demand?.minPrecision ?? []);
  const precisions = [...new Set([...REPORTED, ...demanded])].sort((a, b) => a - b);
  const precisionThresholds = precisions.map((minPrecision) => {
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

/** A warning for each precision that the corpus demands and its own questions do not reach: such answers are never given. */
export function unreachableDemands({ scorer: { decisions }, demands, intents }: Deciding): readonly Fault[] {
  const warn = (minPrecision: number | undefined, whose: string): readonly Fault[] => {
    if (minPrecision === undefined || precisionThreshold(decisions, minPrecision).confidence !== undefined) return [];
    const message =
      `Expected a precision that can be reached, came min_precision ${minPrecision} of ${whose}: it is answered to the very words of its ` +
      'stored questions alone. Demand less, or add questions and counter-examples.';
    return [{ file: '', line: 0, field: 'min_precision', code: 'unreachable_precision', message }];
  };
  const ofIntents = demands.ofIntent.flatMap((demand, intent) => warn(demand?.minPrecision, `intent ${JSON.stringify(intents[intent])}`));
  return [...warn(demands.corpus.minPrecision, 'the corpus'), ...ofIntents];
}
