/** The numbers behind each picture, for those who do not see it or want them exactly. */
import { thinned } from '../measures/coverage.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { details, figureCell, type HtmlCell, htmlTable, proseCell } from './html.ts';
import { percentText, thresholdText } from './number-text.ts';

/** Rows of a curve that a person reads. */
const MOST_POINTS = 20;

const share = (value: number): HtmlCell => figureCell(percentText(value));
const between = ({ from, to }: { readonly from: number; readonly to: number }): HtmlCell =>
  proseCell(`${Math.round(from * 100)} to ${percentText(to, 0)}`);

function numbers(heading: readonly string[], rows: readonly (readonly HtmlCell[])[]): string {
  return rows.length === 0 ? '' : details('The numbers', htmlTable(heading, rows));
}

/** Of the reliability diagram. */
export function reliabilityNumbers({ reliability }: EvaluationReport): string {
  const rows = reliability
    .filter((bin) => bin.rows > 0)
    .map((bin) => [between(bin), bin.rows, share(bin.meanConfidence), share(bin.shareRight)]);
  return numbers(['Confidence', 'Utterances', 'Mean confidence', 'Right'], rows);
}

/** Of the histogram. */
export function histogramNumbers({ histogram }: EvaluationReport): string {
  const rows = histogram
    .filter(({ right, wrong, outOfScope }) => right + wrong + outOfScope > 0)
    .map((bar) => [between(bar), bar.right, bar.wrong, bar.outOfScope]);
  return numbers(['Confidence', 'Right', 'Wrong intent', 'Out of scope'], rows);
}

/** Of the coverage curve, thinned. */
export function coverageNumbers({ coverage }: EvaluationReport): string {
  const rows = thinned(coverage, MOST_POINTS).map((point) => [
    figureCell(thresholdText(point.threshold)),
    point.answered,
    share(point.precision),
    share(point.coverage),
  ]);
  return numbers(['From confidence', 'Answers', 'Right of these', 'Answered rightly'], rows);
}

/** Of the learning curve. */
export function learningNumbers({ learning }: EvaluationReport): string {
  const rows = learning.map((point) => [
    point.questionsPerIntent === null ? 'all' : `at most ${point.questionsPerIntent}`,
    point.questions,
    share(point.intentAccuracy),
    share(point.accuracy),
    share(point.refused),
  ]);
  return numbers(['Questions of each intent', 'Questions', 'Best candidate right', 'Answered rightly', 'Out of scope refused'], rows);
}
