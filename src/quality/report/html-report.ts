/** A report as one self-contained HTML file: no scripts, nothing loaded from anywhere, every picture inside. */

import { counted } from '../../text/counted.ts';
import type { Comparison } from '../compare-runs.ts';
import type { TrafficReport } from '../traffic/traffic-report.ts';
import { askedPrecisionSentences, toWrite } from './asked-precision.ts';
import { type Chart, renderChart } from './chart-frame.ts';
import { coverageNumbers, histogramNumbers, learningNumbers, reliabilityNumbers } from './chart-numbers.ts';
import { histogramChart, learningChart, reliabilityChart } from './charts.ts';
import { comparisonSection } from './comparison-section.ts';
import { confusionChart } from './confusion-chart.ts';
import { confusionSquare } from './confusion-square.ts';
import { coverageChart } from './coverage-chart.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { figure, proseHtml, section } from './html.ts';
import { htmlPage } from './html-page.ts';
import { chanceText, figureText, percentText, thresholdText } from './number-text.ts';
import { cards, decisionSection, figureTable, headFacts } from './report-head.ts';
import { ambiguousTable, confusionTable, mistakeTable, worstIntents } from './report-tables.ts';
import { trafficSection } from './traffic-section.ts';

function listHtml(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${proseHtml(item)}</li>`).join('')}</ul>`;
}

function coverageList({ coverageAt }: EvaluationReport): string {
  const items = coverageAt.map(({ precision, coverage, threshold }) =>
    threshold === null
      ? `${percentText(precision, 0)} right: no threshold reaches it`
      : `${percentText(precision, 0)} right: from confidence ${thresholdText(threshold)} on, ${percentText(coverage)} answered rightly`,
  );
  return listHtml(items);
}

function askedSection({ askedPrecision }: EvaluationReport): string {
  if (askedPrecision === null) return '';
  return section(
    'Asked precision',
    'What was asked of the answers and what came true.',
    listHtml([...askedPrecisionSentences(askedPrecision), toWrite(askedPrecision)]),
  );
}

async function picture(label: string, chart: Chart, matrix = false): Promise<string> {
  return figure(await renderChart(chart), { label, legend: chart.legend, matrix });
}

async function coveragePicture(report: EvaluationReport): Promise<string> {
  if (report.metrics.inScope.rows === 0) return '';
  return section(
    'Coverage against precision',
    'What a stricter or laxer threshold could buy on these utterances, were none of them asked back. The marks are the best that any threshold could do.',
    (await picture('Coverage against precision', coverageChart(report))) + coverageList(report) + coverageNumbers(report),
  );
}

async function confidencePictures(report: EvaluationReport): Promise<string> {
  const reliability = await picture('Reliability diagram', reliabilityChart(report));
  const histogram = await picture('Right, wrong and out-of-scope utterances by confidence', histogramChart(report));
  const told = `Expected calibration error ${figureText('ece', report.figures.ece.value)} over ${report.reliability.length} equal bins; ${chanceText('ece', report)}.`;
  return (
    section(
      'Does confidence mean what it says?',
      `${told} On the dashed line, of all answers with confidence .8 eight in ten are right.`,
      reliability + reliabilityNumbers(report),
    ) +
    section(
      'Right against wrong',
      'Confidence separates well where right utterances stand at the right and the others at the left.',
      histogram + histogramNumbers(report),
    ) +
    (await coveragePicture(report))
  );
}

async function confusionPicture(report: EvaluationReport): Promise<string> {
  const square = confusionSquare(report.rows);
  if (square.labels.length === 0) return section('Confusion', 'No intent was taken for another.', '<p>Nothing to show.</p>');
  const drawing = await picture('Confusion matrix of the most confused intents', confusionChart(square), true);
  return section(
    'Confusion',
    `The ${square.labels.length} labels with most errors, by best candidate. Rows were meant, columns came first; the pale diagonal is right. Out-of-scope utterances count where they were answered.`,
    drawing + confusionTable(report),
  );
}

function learningLead({ learning, source }: EvaluationReport): string {
  const utterances = counted(learning.at(-1)?.rows ?? 0, 'utterance');
  const measured =
    source.kind === 'cross_validation'
      ? `The ${utterances} of the first fold alone, so that its end differs from the figures above, against builds with fewer questions of each intent.`
      : `The same ${utterances} against builds with fewer questions of each intent.`;
  return `${measured} A curve that still rises at its end says yes.`;
}

async function learningPicture(report: EvaluationReport): Promise<string> {
  const { learning } = report;
  if (learning.length < 2) return '';
  const drawing = await picture('Learning curve', learningChart({ learning }));
  return section('Would more questions help?', learningLead(report), drawing + learningNumbers(report));
}

/** The whole page. @param comparison with an earlier or another run, shown first. @param traffic utterances without labels. */
export async function htmlReport(report: EvaluationReport, comparison?: Comparison, traffic?: TrafficReport): Promise<string> {
  const notes = report.notes.map((note) => `<p class="note">${proseHtml(note)}</p>`).join('\n');
  const body = [
    decisionSection(report),
    notes,
    cards(report),
    askedSection(report),
    comparison === undefined ? '' : comparisonSection(comparison),
    traffic === undefined ? '' : trafficSection(traffic),
    `<div class="columns">${await confidencePictures(report)}${await learningPicture(report)}</div>`,
    section(
      'All figures',
      "A range holds the figure of all such traffic in 95 of 100 measurements (bootstrap; Wilson's where all or none of a share are right).",
      figureTable(report),
    ),
    await confusionPicture(report),
    section(
      'Worst intents',
      'By F1 of the best candidate; out-of-scope utterances that were answered count against precision. Look at their questions first.',
      worstIntents(report),
    ),
    section(
      'Ambiguous pairs',
      'Intents that utterances fall between. Tell them apart with more questions, or make them one.',
      ambiguousTable(report),
    ),
    section(
      'Errors and what they rest on',
      'Every utterance that did not get what it should, with the rule that decided and the stored question that led there.',
      mistakeTable(report),
    ),
  ].join('\n');
  return htmlPage({ kind: 'Evaluation', corpus: report.corpus, facts: headFacts(report) }, body);
}
