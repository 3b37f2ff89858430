/** A report as one self-contained HTML file: no scripts, nothing loaded from anywhere, every picture inside. */

import { counted } from '../../text/counted.ts';
import type { Comparison } from '../compare-runs.ts';
import { FIGURE_NAMES, FIGURES } from '../figures.ts';
import type { TrafficReport } from '../traffic/traffic-report.ts';
import { askedPrecisionSentences, toWrite } from './asked-precision.ts';
import { type Chart, confusionChart, coverageChart, histogramChart, learningChart, reliabilityChart, renderChart } from './charts.ts';
import { comparisonSection } from './comparison-section.ts';
import { confusionSquare } from './confusion-square.ts';
import type { EvaluationReport, ReportSource } from './evaluation-report.ts';
import { escapeHtml, figure, figureCell, type HtmlCell, htmlTable, proseHtml, section } from './html.ts';
import { chanceText, figureText, percentText, rangeText, thresholdText } from './number-text.ts';
import { ambiguousTable, confusionTable, mistakeTable, worstIntents } from './report-tables.ts';
import { STYLE } from './style.ts';
import { trafficSection } from './traffic-section.ts';

/** Figures that stand large at the top. */
const HEADLINES = ['accuracy', 'refused', 'precision', 'coverageAt90', 'ece', 'auroc'] as const;

function sourceText(source: ReportSource, rows: number): string {
  if (source.kind === 'golden') return `${rows} labelled utterances`;
  if (source.kind === 'retrieval') return `${rows} queries of a retrieval set`;
  const unseen = source.unseenIntents ? ', whole intents left out in each so that their questions count as out of scope' : '';
  return `${rows} of its own texts by cross-validation: ${source.folds} folds over ${counted(source.groups, 'group')} of near-duplicates, seed ${source.seed}${unseen}`;
}

function header(report: EvaluationReport): string {
  const { corpus, version, model, intents, questions, source, settings, rows } = report;
  const facts = [
    ['measured with', sourceText(source, rows.length)],
    ['corpus', `${counted(intents, 'intent')}, ${counted(questions, 'question')}`],
    ...(version === '' ? [] : [['version', version]]),
    ['model', model],
    [
      'settings',
      Object.entries(settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  ];
  const list = facts.map(([name = '', value = '']) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  return `<header><h1>${escapeHtml(corpus)}</h1><dl>${list}</dl></header>\n`;
}

function cards(report: EvaluationReport): string {
  const { figures } = report;
  const one = (name: (typeof HEADLINES)[number]): string =>
    `<div class="card"><b>${proseHtml(figureText(name, figures[name].value))}</b><span>${proseHtml(FIGURES[name].title)}</span>` +
    `<small>${proseHtml([rangeText(name, figures[name]), chanceText(name, report)].filter((text) => text !== '').join(', '))}</small></div>`;
  return `<div class="cards">${HEADLINES.map(one).join('')}</div>\n`;
}

function figureTable(report: EvaluationReport): string {
  const { figures } = report;
  const rows = FIGURE_NAMES.map((name): readonly HtmlCell[] => {
    const { title, meaning } = FIGURES[name];
    const says = [meaning, chanceText(name, report)].filter((text) => text !== '').join('; ');
    return [
      { html: `<b>${proseHtml(title)}</b><small>${proseHtml(says)}</small>` },
      figureCell(figureText(name, figures[name].value)),
      figureCell(rangeText(name, figures[name])),
    ];
  });
  return htmlTable(['Figure', 'Measured', '95 % range'], rows);
}

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

async function confidencePictures(report: EvaluationReport): Promise<string> {
  const reliability = await picture('Reliability diagram', reliabilityChart(report));
  const histogram = await picture('Right, wrong and out-of-scope utterances by confidence', histogramChart(report));
  const coverage = await picture('Coverage against precision', coverageChart(report));
  const told = `Expected calibration error ${figureText('ece', report.figures.ece.value)} over ${report.reliability.length} equal bins; ${chanceText('ece', report)}.`;
  return (
    section(
      'Does confidence mean what it says?',
      `${told} On the dashed line, of all answers with confidence .8 eight in ten are right.`,
      reliability,
    ) +
    section(
      'Right against wrong',
      'Confidence separates well where right utterances stand at the right and the others at the left.',
      histogram,
    ) +
    section(
      'Coverage against precision',
      'What a stricter or laxer threshold could buy on these utterances, were none of them asked back. The marks are the best that any threshold could do.',
      coverage + coverageList(report),
    )
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
  return section('Would more questions help?', learningLead(report), drawing);
}

/** The whole page. @param comparison with an earlier or another run, shown first. @param traffic utterances without labels. */
export async function htmlReport(report: EvaluationReport, comparison?: Comparison, traffic?: TrafficReport): Promise<string> {
  const title = `Evaluation of ${report.corpus}`;
  const notes = report.notes.map((note) => `<p class="note">${proseHtml(note)}</p>`).join('\n');
  const body = [
    header(report),
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
      'Every utterance that did not get what it should, with the stored question that led there.',
      mistakeTable(report),
    ),
  ].join('\n');
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>\n${body}</main></body></html>\n`;
}
