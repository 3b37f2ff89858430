/** What unlabelled traffic says of the out-of-scope share, as plain data: part of the JSON of `faqmatch eval --traffic`. */
import type { Decision } from '../../matching/contract.ts';
import type { Estimate } from '../measures/bootstrap.ts';
import type { DecisionCounts } from '../metrics.ts';

/** What was decided about an utterance. */
export interface TrafficDecision {
  readonly decision: Decision;
  /** Best candidate; null where there is none. */
  readonly best: string | null;
  readonly confidence: number;
}

/** An utterance about which the estimated share would decide otherwise. */
export interface ChangedUtterance {
  readonly utterance: string;
  /** How often it came. */
  readonly count: number;
  readonly before: TrafficDecision;
  readonly after: TrafficDecision;
}

/** Who configured the share in force. */
export type ShareSource = 'corpus' | 'server';

/** The whole report. */
export interface TrafficReport {
  readonly corpus: string;
  /** The version that was measured. */
  readonly version: string;
  /** Utterances, repeats counted; and different ones. */
  readonly utterances: number;
  readonly distinct: number;
  readonly method: string;
  /** The share in force, and who said it. */
  readonly configured: number;
  readonly configuredBy: ShareSource;
  /** The estimated share, and the range that holds the one of all such traffic (toldShare). */
  readonly estimate: Estimate;
  /** Estimated once more by the version made for the estimate; far from it, the confidences are not to be trusted here. */
  readonly estimatedAgain: number;
  /** Decisions by the share in force, and by the estimated one. */
  readonly decisions: { readonly before: DecisionCounts; readonly after: DecisionCounts };
  /** How many utterances, repeats counted, are decided otherwise. */
  readonly changedUtterances: number;
  /** Those, most frequent first, at most MOST_CHANGED. */
  readonly changed: readonly ChangedUtterance[];
  /** What to write as out_of_scope_share; null where the configured one lies in the range, or where the utterances tell too little. */
  readonly advised: number | null;
  readonly notes: readonly string[];
}

/** Changed utterances that are listed. */
export const MOST_CHANGED = 200;

/** As reports name it. */
export const SHARE_METHOD =
  "EM on the class prior (Saerens, Latinne and Decaestecker 2002), two classes: in scope, none of these; range by Jeffreys' prior, with room for confidences that are off";
