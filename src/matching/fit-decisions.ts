/** What the corpus's own rows and labelled utterances teach about deciding, as the fitted calibrator sees them. */
import { bestAndInScope, type Calibrator, confidences } from './calibrator.ts';
import type { MatchSettings } from './contract.ts';
import { decide } from './decide.ts';
import { features } from './features.ts';
import { countsOf, knownShare, shared, teaches } from './fit-calibrator.ts';
import type { HonestRows, HonestScore, LabelledScore, SimulatedScore } from './honest-rows.ts';
import {
  blendPrecision,
  type ClarifyRow,
  type DecisionRow,
  type LearntDecisions,
  learnClarify,
  learnPrecision,
  MOST_CLARIFY,
} from './learnt-decisions.ts';
import { type ProvingRow, provePrecisions } from './proven-precision.ts';

/** So many counter-examples say as much of what answers are wrong as all simulated rows: a dozen that are all refused say little of what is not. */
const KNOWN_OUT_OF_SCOPE = 200;

/**
 * Share of the simulated traffic from further off in what is learnt about precision, where it is half for the calibrator: it is easy to refuse, and a precision
 * that counts on it does not hold where out-of-scope traffic lies near the corpus.
 */
const FAR_IN_DECISIONS = 0.25;

/** Confidences of one honest row, best first, with the intents they belong to. */
function ranked({ scores, closenessOf }: HonestScore, calibrator: Calibrator) {
  const { intents, none } = confidences(calibrator, { scores, found: features(scores, closenessOf), allowed: undefined });
  const order = Array.from(intents.keys()).sort(
    (a, b) => (intents[b] as number) - (intents[a] as number) || (scores[b] as number) - (scores[a] as number) || a - b,
  );
  return { order, intents, none };
}

/** An in-scope row that would be asked back, with what it could be asked between; none for any other. */
function clarifyRow(honest: HonestScore, calibrator: Calibrator, settings: MatchSettings): readonly ClarifyRow[] {
  const { order, intents, none } = ranked(honest, calibrator);
  if (honest.intent === undefined) return [];
  const descending = order.map((intent) => intents[intent] as number);
  const { decision } = decide({ confidences: descending, noneConfidence: none, minConfidence: undefined, settings });
  if (decision !== 'clarify') return [];
  const shares = descending.slice(0, MOST_CLARIFY).map((confidence) => confidence / Math.max(1e-12, 1 - none));
  return [{ shares, rank: order.indexOf(honest.intent) }];
}

/** Rows of one intent, those in scope and those simulated from it apart; counter-examples each alone. */
function groupOf(row: HonestScore | SimulatedScore): number | undefined {
  return 'source' in row ? -1 - row.source : row.intent;
}

/** The corpus's own rows, weighed as the expected traffic. Counter-examples share with simulated rows here, however many there are. */
function ownTraffic(rows: HonestRows, share: number) {
  const { far = [], simulated, counterExamples, inScope } = rows;
  const known = knownShare(rows, KNOWN_OUT_OF_SCOPE);
  const made = share * (1 - known);
  const further = far.length === 0 ? 0 : made * FAR_IN_DECISIONS;
  return [
    ...shared<HonestScore | SimulatedScore>(inScope, 1 - share),
    ...shared(counterExamples, share * known, countsOf),
    ...shared(simulated, made - further),
    ...shared(far, further),
  ];
}

function provingRow(row: LabelledScore, calibrator: Calibrator, { clarifyRatio }: MatchSettings): ProvingRow {
  const { order, intents } = ranked(row, calibrator);
  const [best, second] = order.map((intent) => intents[intent] as number);
  const confidence = best ?? 0;
  return {
    utterance: row.utterance,
    intent: row.intent ?? null,
    confidence,
    right: order[0] === row.intent,
    // A second that is close is asked about instead (decide.ts).
    answerable: confidence > 0 && !((second ?? 0) > 0 && (second ?? 0) >= clarifyRatio * confidence),
  };
}

/** Labelled utterances, weighed as the expected traffic; none unless both kinds are there, since one alone is no traffic. */
function labelledTraffic({ labelled = [] }: HonestRows, share: number) {
  const inside = labelled.filter(({ intent }) => intent !== undefined);
  const outside = labelled.filter(({ intent }) => intent === undefined);
  return inside.length === 0 || outside.length === 0 ? [] : [...shared(inside, 1 - share), ...shared(outside, share)];
}

/** @returns undefined where rows teach nothing. */
export function fitDecisions(rows: HonestRows, calibrator: Calibrator, settings: MatchSettings): LearntDecisions | undefined {
  const decided = ({ row, weight }: { readonly row: HonestScore; readonly weight: number }): DecisionRow => {
    const found = features(row.scores, row.closenessOf);
    const [confidence] = bestAndInScope(calibrator, { scores: row.scores, found, allowed: undefined });
    return { confidence, right: found.best === row.intent, weight, group: groupOf(row) };
  };
  const { outOfScopeShare: share } = settings;
  const { inScope, labelled = [] } = rows;
  const own = teaches(rows) ? learnPrecision(ownTraffic(rows, share).map(decided)) : undefined;
  const curves = blendPrecision(own, labelledTraffic(rows, share).map(decided));
  if (curves === undefined) return undefined;
  const asked = [...inScope, ...labelled].flatMap((honest) => clarifyRow(honest, calibrator, settings));
  const proving = labelled.filter(({ proves }) => proves).map((row) => provingRow(row, calibrator, settings));
  const proven = provePrecisions(proving, share);
  return { ...curves, ...learnClarify(asked), ...(proven === undefined ? {} : { proven }) };
}
