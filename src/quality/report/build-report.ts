/** Measured rows to a report. The same rows give the same report. */
import { counted } from '../../text/counted.ts';
import { bestIsRight, bestPair, type EvaluatedRow, mistakesOf, NONE, scopedRow } from '../evaluated-row.ts';
import { countedShare, DISTANCES, FIGURE_NAMES, type FigureName, figureStatistics, inConfidenceOrder } from '../figures.ts';
import { type KnownKeys, NOTHING_KNOWN, type RowSurvey, surveyNotes, surveyRows } from '../fresh-rows.ts';
import { wilson } from '../measures/binomial.ts';
import { bootstrap, type Estimate } from '../measures/bootstrap.ts';
import { type ChanceCalibration, chanceCalibration } from '../measures/chance-calibration.ts';
import { confusions, labelFigures } from '../measures/confusion.ts';
import { coverageAt, coverageCurve, thinned } from '../measures/coverage.ts';
import { reliabilityBins } from '../measures/reliability.ts';
import { goldenMetrics, isRight } from '../metrics.ts';
import { untoldFigures } from '../untold-figures.ts';
import { ambiguousPairs } from './ambiguous-pairs.ts';
import { askedPrecision, type IntentDemands, type LearntPrecision } from './asked-precision.ts';
import {
  type AskedPrecisionReport,
  type ConfusionReport,
  type EvaluationReport,
  type HistogramBar,
  type IntentReport,
  type LearningPoint,
  REPORT_FORMAT,
  type ReportSubject,
} from './evaluation-report.ts';
import { percentText } from './number-text.ts';

/** Precisions whose coverage is told. */
const PRECISIONS = [0.8, 0.9, 0.95, 0.99];
const HISTOGRAM_BARS = 20;
const MOST_CONFUSIONS = 200;
const CURVE_POINTS = 200;
/** Fewer rows than these of a kind say little. */
const FEW_ROWS = 30;

/** What a report is built from. */
export interface ReportInput {
  readonly subject: ReportSubject;
  readonly rows: readonly EvaluatedRow[];
  /** Of the corpus; undefined where the rows are those very texts, left out in turn. */
  readonly known?: KnownKeys;
  /** The precision that the rows were decided with, and what the version made of it. */
  readonly asked?: { readonly precision: number; readonly learnt: LearntPrecision | undefined; readonly demands?: IntentDemands };
  readonly learning?: readonly LearningPoint[];
  readonly notes?: readonly string[];
  /** Bootstrap resamples; 1,000 by default. */
  readonly resamples?: number;
}

const named = (label: string): string | null => (label === NONE ? null : label);

function histogram(rows: readonly EvaluatedRow[]): readonly HistogramBar[] {
  return Array.from({ length: HISTOGRAM_BARS }, (_, bar) => {
    const from = bar / HISTOGRAM_BARS;
    const to = (bar + 1) / HISTOGRAM_BARS;
    const here = rows.filter(({ confidence }) => Math.min(Math.floor(confidence * HISTOGRAM_BARS), HISTOGRAM_BARS - 1) === bar);
    const right = here.filter(bestIsRight).length;
    const outOfScope = here.filter(({ intent }) => intent === null).length;
    return { from, to, right, wrong: here.length - right - outOfScope, outOfScope };
  });
}

function perIntent(rows: readonly EvaluatedRow[], confused: readonly ConfusionReport[]): readonly IntentReport[] {
  const pairs = rows.filter((row) => row.intent !== null || row.decision === 'answer').map(bestPair);
  const answered = Map.groupBy(
    rows.filter((row) => row.intent !== null && isRight(row)),
    ({ intent }) => intent,
  );
  return labelFigures(pairs)
    .filter(({ label, meant }) => label !== NONE && meant > 0)
    .map(({ label, meant, precision, recall, f1 }) => ({
      intent: label,
      rows: meant,
      recall,
      precision,
      f1,
      answered: answered.get(label)?.length ?? 0,
      takenFor: confused.find((pair) => pair.meant === label)?.said ?? null,
    }))
    .toSorted((a, b) => a.f1 - b.f1 || b.rows - a.rows);
}

function automaticNotes({ source, settings, intents }: ReportSubject, rows: readonly EvaluatedRow[]): readonly string[] {
  const outside = rows.filter(({ intent }) => intent === null).length;
  const share = outside / rows.length;
  const expected = settings.outOfScopeShare;
  const notes: string[] = [];
  if (source.kind === 'cross_validation') {
    notes.push(
      'Each question is measured without itself and its near-duplicates. Where the questions of an intent are worded far apart on purpose, ' +
        'real utterances fare better than this: take it to compare, not as a forecast.',
    );
  }
  const inside = rows.length - outside;
  if (inside === 0) notes.push('No utterance is in scope: nothing is said of right answers.');
  else if (inside < FEW_ROWS) notes.push(`Only ${counted(inside, 'in-scope utterance')}: the ranges are wide.`);
  if (inside > 0 && intents === 1)
    notes.push(
      'The corpus has one intent, which no other can stand before: "best candidate right", macro F1, nDCG and MRR say nothing here.',
    );
  if (outside > 0 && outside < FEW_ROWS)
    notes.push(`Only ${counted(outside, 'out-of-scope utterance')}: what is said of refusing rests on few.`);
  if (expected !== undefined && source.kind !== 'retrieval' && Math.abs(share - expected) > 0.1) {
    notes.push(
      `${percentText(share, 0)} of these utterances are out of scope, while the setting outOfScopeShare expects ${percentText(expected, 0)}: ` +
        `confidences look too ${share < expected ? 'low' : 'high'} here by that much.`,
    );
  }
  return notes;
}

function askedReport({ subject, rows, asked }: ReportInput, { fresh }: RowSurvey): AskedPrecisionReport | null {
  if (asked === undefined) return null;
  const { minConfidence, outOfScopeShare, clarifyRatio } = subject.settings;
  const { precision, ...wish } = asked;
  return askedPrecision({ asked: precision, ...wish, minConfidence, outOfScopeShare, clarifyRatio, rows, fresh });
}

/** The range of a calibration error: never below 0, down to 0 where chance alone could make the error, and around the error itself. */
function calibrationRange({ value, low, high }: Estimate, chance: ChanceCalibration): Estimate {
  return { value, low: value <= chance.high ? 0 : Math.max(0, Math.min(value, low)), high: Math.max(value, high) };
}

/** Resamples of rows that are all alike have no width, which says nothing of other traffic: Wilson's range has, for a plain share of rows. */
function withWidth(name: FigureName, estimate: Estimate, rows: readonly EvaluatedRow[]): Estimate {
  const share = countedShare(name, rows);
  const told = Number.isFinite(estimate.low) && Number.isFinite(estimate.high) && estimate.low < estimate.high;
  return told || share === undefined ? estimate : wilson(share.good, share.count);
}

async function estimates({ rows, resamples }: ReportInput) {
  const ordered = inConfidenceOrder(rows);
  const drawing = { rows: ordered.length, mirrored: DISTANCES, ...(resamples === undefined ? {} : { resamples }) };
  const figures = await bootstrap(figureStatistics(ordered), drawing);
  const chance = chanceCalibration(ordered.map(({ confidence }) => ({ confidence, weight: 1 / ordered.length })));
  const wide = Object.fromEntries(FIGURE_NAMES.map((name) => [name, withWidth(name, figures[name], rows)])) as Record<FigureName, Estimate>;
  const values = Object.fromEntries(FIGURE_NAMES.map((name) => [name, figures[name].value])) as Record<FigureName, number>;
  return {
    figures: { ...wide, ece: calibrationRange(figures.ece, chance) },
    untold: untoldFigures(values, rows),
    eceByChance: chance.mean,
  };
}

/** Builds a report over at least one row. */
export async function buildReport(input: ReportInput): Promise<EvaluationReport> {
  const { subject, rows, known, learning = [], notes = [] } = input;
  const survey = surveyRows(rows, known ?? NOTHING_KNOWN);
  const scoped = rows.map(scopedRow);
  const curve = coverageCurve(scoped);
  const inScope = rows.filter(({ intent }) => intent !== null);
  // The rows of the picture (confusion-square.ts): a refusal of what is out of scope confuses nothing.
  const said = rows.filter(({ intent, decision }) => intent !== null || decision === 'answer');
  const confused = confusions(said.map(bestPair)).map((pair) => ({ ...pair, meant: named(pair.meant), said: named(pair.said) }));
  return {
    format: REPORT_FORMAT,
    ...subject,
    metrics: goldenMetrics(rows),
    ...(await estimates(input)),
    askedPrecision: askedReport(input, survey),
    coverageAt: PRECISIONS.map((precision) => {
      const point = coverageAt(precision, curve);
      const coverage = inScope.length === 0 ? Number.NaN : (point?.coverage ?? 0);
      return { precision, reached: point?.precision ?? null, coverage, threshold: point?.threshold ?? null };
    }),
    reliability: reliabilityBins(scoped),
    coverage: thinned(curve, CURVE_POINTS),
    histogram: histogram(rows),
    perIntent: perIntent(rows, confused),
    confusions: confused.slice(0, MOST_CONFUSIONS),
    ambiguous: ambiguousPairs(inScope),
    learning,
    notes: [...notes, ...(known === undefined ? [] : surveyNotes(survey, rows.length)), ...automaticNotes(subject, rows)],
    rows,
    mistakes: mistakesOf(rows),
  };
}
