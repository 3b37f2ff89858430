/** The headline figures of a set of measured rows, each as a statistic that a bootstrap can take on any sample of them. Pure. */
import { answeredPair, bestIsRight, bestPair, type EvaluatedRow, rankedRow, scopedRow } from './evaluated-row.ts';
import type { Statistic } from './measures/bootstrap.ts';
import { labelFigures, macroF1, matthewsCorrelation } from './measures/confusion.ts';
import { bestCoverage } from './measures/coverage.ts';
import { areaUnderRoc, ndcgOf } from './measures/ranking-quality.ts';
import { brierScore, expectedCalibrationError } from './measures/reliability.ts';
import { isRight } from './metrics.ts';

/** What is told of each figure. */
export interface FigureFacts {
  /** As a person reads it. */
  readonly title: string;
  readonly meaning: string;
  /** Which way is better. */
  readonly better: 'more' | 'less';
  /** Whether it is told in percent. */
  readonly share: boolean;
}

const more = (title: string, meaning: string, share = true): FigureFacts => ({ title, meaning, better: 'more', share });
const less = (title: string, meaning: string): FigureFacts => ({ title, meaning, better: 'less', share: false });

/** All headline figures, in the order in which they are shown. */
export const FIGURES = {
  accuracy: more('Answered rightly', 'in-scope utterances that got their intent as ANSWER'),
  intentAccuracy: more('Best candidate right', 'in-scope utterances whose best candidate is right, whatever the decision'),
  precision: more('Answers that are right', 'of everything answered; an answer to an out-of-scope utterance is wrong'),
  refused: more('Out of scope refused', 'out-of-scope utterances that got NO_MATCH'),
  coverageAt90: more(
    'Coverage at 90 % precision',
    'in-scope utterances answered rightly by the best threshold at which 9 answers in 10 are right',
  ),
  ece: less('Calibration error', 'expected calibration error over 15 equal bins: how far confidence lies from the share that is right'),
  brier: less('Brier score', 'mean squared distance of confidence to what came true'),
  auroc: more('AUROC', 'chance that a right best candidate has more confidence than a wrong one or an out-of-scope utterance', false),
  mcc: more('MCC', 'Matthews correlation of what was answered with what was meant, "none of these" among the labels', false),
  macroF1: more('Macro F1', 'mean F1 of all intents, whatever their size, of the best candidate in scope', false),
  ndcgAt10: more('nDCG@10', 'how high the right intents stand among the first ten candidates', false),
  reciprocalRank: more('MRR', 'mean of 1 / rank of the right intent among the first ten candidates', false),
} as const satisfies Readonly<Record<string, FigureFacts>>;

/** Name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** All names, in the order in which they are shown. */
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** Figures that are a distance to 0, which noise only adds to: their ranges are mirrored (measures/bootstrap.ts). */
export const DISTANCES: readonly FigureName[] = ['ece'];

type RowTest = (row: EvaluatedRow) => boolean;
const inScope: RowTest = ({ intent }) => intent !== null;
const answered: RowTest = ({ decision }) => decision === 'answer';
const any: RowTest = () => true;

/** Rows that a figure is told from. */
export const COUNTING: Readonly<Record<FigureName, RowTest>> = {
  accuracy: inScope,
  intentAccuracy: inScope,
  precision: answered,
  refused: (row) => !inScope(row),
  coverageAt90: inScope,
  ece: any,
  brier: any,
  auroc: any,
  mcc: any,
  macroF1: inScope,
  ndcgAt10: inScope,
  reciprocalRank: inScope,
};

/** What wins a row, of figures that are a share of rows which are the same ones in every run. */
export const WINNING: Readonly<Partial<Record<FigureName, RowTest>>> = {
  accuracy: isRight,
  intentAccuracy: bestIsRight,
  refused: ({ decision }) => decision === 'no_match',
};

/** What wins a row, of every figure that is a plain share of rows. */
const SHARES: Readonly<Partial<Record<FigureName, RowTest>>> = { ...WINNING, precision: bestIsRight };

/** How many rows a figure is a share of and how many of them are good; undefined where it is no plain share of rows. */
export function countedShare(
  name: FigureName,
  rows: readonly EvaluatedRow[],
): { readonly good: number; readonly count: number } | undefined {
  const wins = SHARES[name];
  if (wins === undefined) return undefined;
  const counting = rows.filter(COUNTING[name]);
  return { good: counting.filter(wins).length, count: counting.length };
}

/** Share of the rows that `counts` holds for that `wins` holds for too. NaN where it holds for none. */
function share(rows: readonly EvaluatedRow[], counts: RowTest, wins: RowTest = any): Statistic {
  const weights = Uint8Array.from(rows, (row) => (counts(row) ? 1 : 0));
  const won = Uint8Array.from(rows, (row) => (counts(row) && wins(row) ? 1 : 0));
  return (positions) => {
    let all = 0;
    let good = 0;
    for (const position of positions) {
      all += weights[position] ?? 0;
      good += won[position] ?? 0;
    }
    return good / all;
  };
}

/** Mean of a number over the rows that have one. */
function mean(values: readonly (number | undefined)[]): Statistic {
  return (positions) => {
    let count = 0;
    let sum = 0;
    for (const position of positions) {
      const value = values[position];
      if (value === undefined) continue;
      count += 1;
      sum += value;
    }
    return sum / count;
  };
}

/** A figure of a list, taken over the rows at the positions. */
function over<Item>(items: readonly (Item | undefined)[], figure: (taken: readonly Item[]) => number): Statistic {
  return (positions) => figure(Array.from(positions, (position) => items[position]).filter((item) => item !== undefined));
}

/** Every headline figure over the given rows. Rows ascending by confidence are resampled fastest. */
export function figureStatistics(rows: readonly EvaluatedRow[]): Readonly<Record<FigureName, Statistic>> {
  const scoped = rows.map(scopedRow);
  const ranked = rows.map(rankedRow);
  const rank = ranked.map((row) => row?.ranking.findIndex((item) => row.relevant.includes(item)));
  return {
    accuracy: share(rows, COUNTING.accuracy, WINNING.accuracy),
    intentAccuracy: share(rows, COUNTING.intentAccuracy, WINNING.intentAccuracy),
    precision: share(rows, COUNTING.precision, bestIsRight),
    refused: share(rows, COUNTING.refused, WINNING.refused),
    coverageAt90: over(scoped, (taken) => bestCoverage(0.9, taken)),
    ece: over(scoped, expectedCalibrationError),
    brier: over(scoped, brierScore),
    auroc: over(scoped, areaUnderRoc),
    mcc: over(rows.map(answeredPair), (pairs) => matthewsCorrelation(labelFigures(pairs))),
    macroF1: over(
      rows.map((row) => (inScope(row) ? bestPair(row) : undefined)),
      (pairs) => macroF1(labelFigures(pairs)),
    ),
    ndcgAt10: mean(ranked.map((row) => (row === undefined ? undefined : ndcgOf(row, 10)))),
    reciprocalRank: mean(rank.map((at) => (at === undefined ? undefined : at < 0 ? 0 : 1 / (at + 1)))),
  };
}

/** Rows in the order in which resampling is fastest. */
export function inConfidenceOrder<Row extends { readonly confidence: number }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => a.confidence - b.confidence);
}
