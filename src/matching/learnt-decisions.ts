/**
 * What a corpus's honest rows teach about deciding: from which confidence on answers reach a precision, what share of traffic is
 * answered then, and how much probability the intents to ask between must hold so that the right one is nearly always among them.
 * The rows weigh as the expected traffic does, so all of it holds at the stated out-of-scope share.
 */
import { type PrecisionProof, type ProvenTable, provenPrecision } from './proven-precision.ts';
import { KNOWN_TRAFFIC } from './refine-calibrator.ts';

/** One honest row as the calibrator sees it. */
export interface DecisionRow {
  /** Confidence of the best intent. */
  readonly confidence: number;
  readonly right: boolean;
  /** Share of the expected traffic; all rows together 1. */
  readonly weight: number;
  /** Rows of one number come of one intent, in scope or simulated, and err together; a row without one stands alone. */
  readonly group?: number | undefined;
}

/** One honest in-scope row that would be asked back. */
export interface ClarifyRow {
  /** In-scope share of probability of the candidates before the right one and of the right one itself, by rank. */
  readonly shares: readonly number[];
  /** Rank of the right intent, 0 the best. */
  readonly rank: number;
}

/** Plain data; stored with the scorer. */
export interface LearntDecisions {
  /** [STEPS + 1] least precision expected of answers from confidence i / STEPS on; 0 where no row tells. */
  readonly precision: Float64Array;
  /** [STEPS + 1] share of all traffic answered from there on. */
  readonly coverage: Float64Array;
  /** In-scope share of probability that the intents to ask between hold together. */
  readonly clarifyMass: number;
  /** How often the right intent was among them, on honest rows; 0 where too few rows tell. */
  readonly clarifyHolds: number;
  /** Precisions that labelled utterances prove; left out where none are labelled. */
  readonly proven?: ProvenTable;
}

/** What a wanted precision comes to. */
export interface PrecisionThreshold {
  /** Least confidence of an answer; undefined where the precision cannot be reached. */
  readonly confidence: number | undefined;
  /** Expected share of all traffic that is answered; 0 where unknown or nothing is. */
  readonly coverage: number;
  /** What guarantees it; left out where it is an estimate. */
  readonly proof?: PrecisionProof;
}

/** The confidences at which precision and coverage are kept. */
export const STEPS = 200;
/** Intents to ask between hold the right one this often where it can be had. */
const CLARIFY_AIM = 0.9;
/** Fewer rows say nothing about that. */
const ENOUGH_CLARIFY = 20;
/** Stands where too few rows tell. */
const DEFAULT_CLARIFY_MASS = 0.9;
const MASSES = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98];
/** At most this many intents are worth asking between. */
export const MOST_CLARIFY = 4;

/** A candidate with less of the in-scope probability is not worth a user's reading. */
const LEAST_SHARE = 0.05;

/**
 * How many of the ranked candidates to ask between so that they hold `mass` of the in-scope probability: at least two, at most four, and past
 * two none that is hardly possible.
 */
export function clarifyCount(shares: readonly number[], mass: number): number {
  let sum = 0;
  let count = 0;
  for (const share of shares.slice(0, MOST_CLARIFY)) {
    if (count >= 2 && (sum >= mass || share < LEAST_SHARE)) break;
    sum += share;
    count += 1;
  }
  return count;
}

/** What to ask between. @param rows in-scope rows that would be asked back. */
export function learnClarify(rows: readonly ClarifyRow[]): Pick<LearntDecisions, 'clarifyMass' | 'clarifyHolds'> {
  if (rows.length < ENOUGH_CLARIFY) return { clarifyMass: DEFAULT_CLARIFY_MASS, clarifyHolds: 0 };
  const holds = (mass: number) => rows.filter(({ shares, rank }) => rank < clarifyCount(shares, mass)).length;
  // Conformal: with n rows seen, the next one is inside with probability at least holds / (n + 1) (Vovk 2005; Angelopoulos & Bates 2023).
  const mass = MASSES.find((candidate) => holds(candidate) >= CLARIFY_AIM * (rows.length + 1)) ?? (MASSES.at(-1) as number);
  return { clarifyMass: mass, clarifyHolds: holds(mass) / (rows.length + 1) };
}

/** Weights of right and wrong rows. */
interface Sums {
  right: number;
  wrong: number;
}

/** Weights of the rows from a confidence on, with sums over the groups of their squares and products. */
interface Seen extends Sums {
  rightSquared: number;
  wrongSquared: number;
  product: number;
}

/** Adds a row, which its group's rows so far stand beside. */
function add(seen: Seen, group: Sums, { right, weight }: DecisionRow): void {
  const [own, other] = right ? (['right', 'wrong'] as const) : (['wrong', 'right'] as const);
  seen[`${own}Squared`] += weight ** 2 + 2 * weight * group[own];
  seen.product += weight * group[other];
  seen[own] += weight;
  group[own] += weight;
}

/**
 * Precision and its standard error, both of a weighted mean: where ten counter-examples stand for a quarter of the traffic, they are ten rows. Rows of a
 * group err together (cluster-robust, Liang & Zeger 1986): hundreds of rows of four intents show what four intents are like, not hundreds.
 * Half of the heaviest row that could have been wrong counts as seen wrong, so that a handful of rows that are all right is no proof.
 */
function estimated({ right, wrong, rightSquared, wrongSquared, product }: Seen, heaviest: number): readonly [number, number] {
  const all = right + wrong + heaviest / 2;
  const precision = right / all;
  const squares =
    (1 - precision) ** 2 * rightSquared - 2 * precision * (1 - precision) * product + precision ** 2 * (wrongSquared + heaviest ** 2 / 2);
  return [precision, Math.sqrt(squares) / all];
}

/** Precision and coverage by confidence. */
export type PrecisionCurve = Pick<LearntDecisions, 'precision' | 'coverage'>;

/** A curve with what it comes from. */
export interface ExpectedCurve extends PrecisionCurve {
  /** [STEPS + 1] the precision before anything is taken off for caution, and its standard error; 0 where no row tells. */
  readonly mean: Float64Array;
  readonly error: Float64Array;
}

/** What the corpus expects of itself, one standard error on the careful side. @param rows weights sum to 1. */
export function learnPrecision(rows: readonly DecisionRow[]): ExpectedCurve {
  const mean = new Float64Array(STEPS + 1);
  const error = new Float64Array(STEPS + 1);
  const precision = new Float64Array(STEPS + 1);
  const coverage = new Float64Array(STEPS + 1);
  const atStep: DecisionRow[][] = Array.from({ length: STEPS + 1 }, () => []);
  let heaviest = 0;
  for (const row of rows) {
    atStep[Math.min(STEPS, Math.floor(row.confidence * STEPS))]?.push(row);
    heaviest = Math.max(heaviest, row.weight);
  }
  const from: Seen = { right: 0, wrong: 0, rightSquared: 0, wrongSquared: 0, product: 0 };
  const groups = new Map<number, Sums>();
  for (let step = STEPS; step >= 0; step -= 1) {
    for (const row of atStep[step] ?? []) {
      const group = (row.group === undefined ? undefined : groups.get(row.group)) ?? { right: 0, wrong: 0 };
      if (row.group !== undefined) groups.set(row.group, group);
      add(from, group, row);
    }
    coverage[step] = from.right + from.wrong;
    if (from.right + from.wrong === 0) continue;
    const [middle, deviation] = estimated(from, heaviest);
    mean[step] = middle;
    error[step] = deviation;
    precision[step] = Math.max(0, middle - deviation);
  }
  return { precision, coverage, mean, error };
}

/** A mean and its standard error. */
type Estimate = readonly [number, number];

/** As many answers as would tell it as well; where it has no error, as a rule has none and answers that are all wrong, KNOWN_TRAFFIC. */
function answersOf([mean, error]: Estimate): number {
  return error === 0 ? KNOWN_TRAFFIC : (mean * (1 - mean)) / error ** 2;
}

/**
 * Both together, each as the answers that would tell it as well; what is expected as no more than KNOWN_TRAFFIC, since traffic may be of another kind than what the
 * corpus says of itself.
 * @param seen undefined where no labelled utterance tells.
 */
function blended(expected: Estimate, seen: Estimate | undefined): Estimate {
  if (seen === undefined) return expected;
  const [known, told] = [Math.min(KNOWN_TRAFFIC, answersOf(expected)), answersOf(seen)];
  const all = known + told;
  return [(known * expected[0] + told * seen[0]) / all, Math.hypot(known * expected[1], told * seen[1]) / all];
}

/**
 * The least that both together allow. A few utterances by themselves allow little, which speaks against nothing: what is expected stands where the greatest that they allow
 * is not below it.
 */
function carefully(expected: Estimate, seen: Estimate | undefined): number {
  const least = ([mean, error]: Estimate): number => Math.max(0, mean - error);
  const both = least(blended(expected, seen));
  const refuted = seen !== undefined && seen[0] + seen[1] < least(expected);
  return refuted ? both : Math.max(both, least(expected));
}

/** At a step; undefined where no row tells. */
function estimateAt(curve: ExpectedCurve | undefined, step: number): Estimate | undefined {
  if (curve === undefined || curve.coverage[step] === 0) return undefined;
  return [curve.mean[step] as number, curve.error[step] as number];
}

/**
 * What labelled utterances make of it, one standard error of both on the careful side. Where the corpus expects nothing, confidences are taken at their word and as
 * evenly spread.
 * @param own undefined where the corpus's rows teach nothing. @param rows weights sum to 1; none leave `own` as it is.
 */
export function blendPrecision(own: ExpectedCurve | undefined, rows: readonly DecisionRow[]): PrecisionCurve | undefined {
  if (rows.length === 0) return own === undefined ? undefined : { precision: own.precision, coverage: own.coverage };
  const seen = learnPrecision(rows);
  const part = own === undefined ? 1 : rows.length / (rows.length + KNOWN_TRAFFIC);
  const coverage = seen.coverage.map((share, step) => (1 - part) * (own?.coverage[step] ?? 0) + part * share);
  const precision = seen.precision.map((_, step) =>
    carefully(estimateAt(own, step) ?? [(1 + step / STEPS) / 2, 0], estimateAt(seen, step)),
  );
  return { precision, coverage };
}

/** What the corpus expects. An answer less sure than half of what is wanted is never counted on. */
function expectedThreshold({ precision, coverage }: PrecisionCurve, wanted: number): PrecisionThreshold {
  for (let step = Math.ceil((wanted / 2) * STEPS); step <= STEPS; step += 1) {
    if ((precision[step] as number) >= wanted) return { confidence: step / STEPS, coverage: coverage[step] as number };
  }
  return { confidence: undefined, coverage: 0 };
}

/**
 * The confidence from which answers are right as often as wanted: as labelled utterances guarantee it where they are enough to reach as far down as what is expected, else
 * as it is expected. Where no row tells (`learnt` undefined), confidences are taken at their word and as evenly spread: from 2p − 1 on their mean is p.
 */
export function precisionThreshold(
  learnt: (PrecisionCurve & Pick<LearntDecisions, 'proven'>) | undefined,
  wanted: number,
): PrecisionThreshold {
  if (learnt === undefined) return { confidence: Math.max(wanted / 2, 2 * wanted - 1), coverage: 0 };
  const expected = expectedThreshold(learnt, wanted);
  const proven = provenPrecision(learnt.proven, wanted);
  if (proven === undefined || proven.confidence > (expected.confidence ?? 1)) return expected;
  return { ...proven, coverage: learnt.coverage[Math.round(proven.confidence * STEPS)] as number };
}
