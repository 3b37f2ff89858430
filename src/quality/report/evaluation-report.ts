/** What an evaluation found, as plain data: the JSON of `faqmatch eval` and EvaluateCorpus, and all that the pictures are drawn from. */
import type { EvaluatedRow } from '../evaluated-row.ts';
import type { FigureName } from '../figures.ts';
import type { Estimate } from '../measures/bootstrap.ts';
import type { CoveragePoint } from '../measures/coverage.ts';
import type { ReliabilityBin } from '../measures/reliability.ts';
import type { GoldenMetrics } from '../metrics.ts';
import type { UntoldFigures } from '../untold-figures.ts';

/** Raised when a reader of an older report could go wrong. */
export const REPORT_FORMAT = 1;

/** Where the labelled utterances came from. */
export type ReportSource =
  | { readonly kind: 'golden' }
  | { readonly kind: 'retrieval' }
  | {
      readonly kind: 'cross_validation';
      readonly folds: number;
      readonly seed: number;
      /** Groups of near-duplicates among the measured texts; a group is never split between folds. */
      readonly groups: number;
      /** Whether each fold also left whole intents out, whose questions then count as out of scope. */
      readonly unseenIntents: boolean;
    };

/** How often utterances fell at a confidence between `from` and `to`. */
export interface HistogramBar {
  readonly from: number;
  readonly to: number;
  readonly right: number;
  readonly wrong: number;
  readonly outOfScope: number;
}

/** One intent's figures by best candidate, out-of-scope rows counting against precision only where they were answered. */
export interface IntentReport {
  readonly intent: string;
  /** Rows that mean it. */
  readonly rows: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
  /** Rows that mean it and were answered rightly. */
  readonly answered: number;
  /** The intent its rows most often went to instead; null where none. */
  readonly takenFor: string | null;
}

/** One intent said for another; null is "none of these". */
export interface ConfusionReport {
  readonly meant: string | null;
  readonly said: string | null;
  readonly count: number;
}

/** Two intents that utterances fall between. */
export interface AmbiguousPair {
  readonly intents: readonly [string, string];
  /** Rows whose best candidate was the other one. */
  readonly mistaken: number;
  /** Rows for which the answer asked back between the two. */
  readonly asked: number;
  readonly example: string;
}

/** What fewer questions would have given; by cross-validation of the first fold alone. */
export interface LearningPoint {
  /** At most so many questions of each intent; null for all. */
  readonly questionsPerIntent: number | null;
  readonly questions: number;
  readonly rows: number;
  readonly accuracy: number;
  readonly intentAccuracy: number;
  readonly refused: number;
}

/** What one precision costs in coverage. */
export interface CoverageReport {
  /** At least. */
  readonly precision: number;
  /** What the threshold reaches, that much or more; null where none does. */
  readonly reached: number | null;
  /** 0 where no threshold reaches the precision; NaN where no utterance is in scope. */
  readonly coverage: number;
  readonly threshold: number | null;
}

/** A precision that answers were asked to have, and what came of it. */
export interface AskedPrecisionReport {
  readonly asked: number;
  /** Least confidence of an answer; null where the version found the precision out of reach, or where several builds were measured. */
  readonly threshold: number | null;
  /** Whether the version found it within reach; null where several builds were measured. */
  readonly reachable: boolean | null;
  /** Share of all traffic that the version expects to answer; null where it does not know. */
  readonly expectedAnswered: number | null;
  readonly answers: number;
  /** Share of the utterances that were answered. */
  readonly answered: number;
  /** Share of the answers that are right, with Wilson's range, which is honest where all of few answers are right. */
  readonly reached: Estimate;
  /** The same with out-of-scope utterances counting as the share that is expected of traffic; null where a kind of utterance is missing. */
  readonly atExpectedShare: number | null;
  /** Whether the range lies above or below what was asked; `open` where it holds it or nothing was answered. */
  readonly verdict: 'reached' | 'missed' | 'open';
  /** null where several builds were measured, no share is expected, or a kind of utterance is missing. */
  readonly guarantee: GuaranteeReport | null;
  /** What is missing for a guarantee, in a sentence; null where one was tried, or where none is promised: several builds, no expected share. */
  readonly noGuarantee: string | null;
}

/**
 * From which confidence on the asked precision is guaranteed, whatever the version expected of itself, for traffic like the labelled
 * utterances (matching/selective-risk.ts).
 */
export interface GuaranteeReport {
  /** Probability that the promise holds. */
  readonly certainty: number;
  /** Share of out-of-scope utterances that the promise is made at. */
  readonly outOfScopeShare: number;
  /** Utterances that make up traffic of that share, each text once and none that the corpus stores; the others stand aside. */
  readonly utterances: number;
  /** All utterances. */
  readonly given: number;
  /** The least confidence that is proven, the answers from there on, and how many of them are right; null where none is. */
  readonly proven: { readonly confidence: number; readonly answers: number; readonly right: number } | null;
  /** Least number of answers that could prove it, none of them wrong. */
  readonly fewest: number;
  /** Intents with demands of their own, which decide about their answers before a min_confidence of the corpus does; a request's sets them aside. */
  readonly demanding: readonly string[];
}

/** What was measured. */
export interface ReportSubject {
  readonly corpus: string;
  /** Version of the corpus; empty where several were built, as by cross-validation. */
  readonly version: string;
  /** Digest of the encoder. */
  readonly model: string;
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
  /** Settings that bear on answers, by name. */
  readonly settings: Readonly<Record<string, number>>;
  readonly source: ReportSource;
}

/** The whole report. Numbers that cannot be told are NaN here and null in JSON. */
export interface EvaluationReport extends ReportSubject {
  readonly format: typeof REPORT_FORMAT;
  readonly metrics: GoldenMetrics;
  /** Each with the range that holds the figure of all such traffic in 95 of 100 measurements. */
  readonly figures: Readonly<Record<FigureName, Estimate>>;
  /** Figures whose value is NaN (null in JSON), each with the reason. */
  readonly untold: UntoldFigures;
  /** How much of the calibration error confidences that mean exactly what they say would show on so many utterances, by chance alone. */
  readonly eceByChance: number;
  /** null where no precision was asked for. */
  readonly askedPrecision: AskedPrecisionReport | null;
  readonly coverageAt: readonly CoverageReport[];
  readonly reliability: readonly ReliabilityBin[];
  readonly coverage: readonly CoveragePoint[];
  readonly histogram: readonly HistogramBar[];
  /** Worst F1 first. */
  readonly perIntent: readonly IntentReport[];
  /** By best candidate, out-of-scope rows where they were answered. Most frequent first, at most 200. */
  readonly confusions: readonly ConfusionReport[];
  readonly ambiguous: readonly AmbiguousPair[];
  readonly learning: readonly LearningPoint[];
  /** What a reader should bear in mind, in sentences. */
  readonly notes: readonly string[];
  readonly rows: readonly EvaluatedRow[];
  readonly mistakes: readonly EvaluatedRow[];
}
