/**
 * From which confidence on answers are right as often as wanted with a stated certainty, by labelled utterances that taught the calibrator nothing
 * (selective-risk.ts). Holds for traffic that they are a fair draw of, at the expected out-of-scope share.
 */
import { type Answerable, atShare, controlRisk } from './selective-risk.ts';

/** Probability that a proven precision holds. */
export const CERTAINTY = 0.95;

/** Precisions that are tried, in hundredths. */
const [LEAST, MOST] = [50, 99];

/** What guarantees a precision. */
export interface PrecisionProof {
  /** Probability that the guarantee holds. */
  readonly certainty: number;
  /** Labelled utterances that are answered from the threshold on, and how many of them rightly. */
  readonly answers: number;
  readonly right: number;
}

/** A precision that labelled utterances prove. */
export interface ProvenPrecision {
  /** Least confidence of an answer. */
  readonly confidence: number;
  readonly proof: PrecisionProof;
}

/** [precisions × 3] least confidence, answers, right answers; 0 throughout where a precision is not proven. Plain data. */
export type ProvenTable = Float64Array;

/** How many numbers a table has. */
export const PROVEN_NUMBERS = 3 * (MOST - LEAST + 1);

/** A labelled utterance that would be answered from some threshold down; false where a close second is asked about instead. */
export interface ProvingRow extends Answerable {
  readonly utterance: string;
  /** Its intent's number; null where none is meant. */
  readonly intent: number | null;
  readonly answerable: boolean;
}

/** @param share π. @returns undefined where a kind of utterance that the share needs is missing. */
export function provePrecisions(rows: readonly ProvingRow[], share: number): ProvenTable | undefined {
  const answers = atShare(rows, share)?.filter(({ answerable }) => answerable);
  if (answers === undefined) return undefined;
  const table = new Float64Array(PROVEN_NUMBERS);
  for (let percent = LEAST; percent <= MOST; percent += 1) {
    const proven = controlRisk(answers, { precision: percent / 100, certainty: CERTAINTY });
    if (proven !== undefined) table.set([proven.confidence, proven.answers, proven.right], 3 * (percent - LEAST));
  }
  return table;
}

/** What proves a wanted precision, or the next greater whole hundredth; undefined where nothing does. */
export function provenPrecision(table: ProvenTable | undefined, wanted: number): ProvenPrecision | undefined {
  const percent = Math.max(LEAST, Math.ceil(wanted * 100 - 1e-9));
  // Past the last precision there is nothing to read.
  const [confidence = 0, answers = 0, right = 0] = (table ?? new Float64Array(0)).subarray(
    3 * (percent - LEAST),
    3 * (percent - LEAST) + 3,
  );
  return answers === 0 ? undefined : { confidence, proof: { certainty: CERTAINTY, answers, right } };
}
