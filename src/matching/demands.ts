/**
 * What must hold before something is answered, and who says so. The nearest one that says anything rules alone: the request, the best intent,
 * the corpus; where none does, the server's default stands (decide.ts).
 */

/** Least confidence and least expected precision of an answer, both in [0, 1]; of two given ones the stricter rules. */
export interface Demands {
  readonly minConfidence?: number | undefined;
  readonly minPrecision?: number | undefined;
}

/** What a version's corpus demands. */
export interface StandingDemands {
  readonly corpus: Demands;
  /** By intent number; undefined where an intent demands nothing of its own. */
  readonly ofIntent: readonly (Demands | undefined)[];
}

/** Who demanded it. */
export type DemandLevel = 'request' | 'intent' | 'corpus';

/** Demands that rule, with who made them. */
export interface RulingDemands extends Demands {
  readonly level: DemandLevel;
}

/** A corpus that demands nothing. */
export const NO_DEMANDS: StandingDemands = { corpus: {}, ofIntent: [] };

function says(demands: Demands): boolean {
  return demands.minConfidence !== undefined || demands.minPrecision !== undefined;
}

/** @param best number of the best intent; undefined where there is none. */
export function rulingDemands(request: Demands, standing: StandingDemands, best: number | undefined): RulingDemands {
  const ofIntent = best === undefined ? undefined : standing.ofIntent[best];
  if (says(request)) return { minConfidence: request.minConfidence, minPrecision: request.minPrecision, level: 'request' };
  if (ofIntent !== undefined && says(ofIntent)) return { ...ofIntent, level: 'intent' };
  return { ...standing.corpus, level: 'corpus' };
}
