/** What `faqmatch eval` says to a person. */
import type { Comparison } from '../quality/compare-runs.ts';
import type { EvaluatedRow } from '../quality/evaluated-row.ts';
import { FIGURE_NAMES, FIGURES } from '../quality/figures.ts';
import type { DecisionCounts } from '../quality/metrics.ts';
import { askedPrecisionText } from '../quality/report/asked-precision.ts';
import { VERDICTS_NOTE, verdictText } from '../quality/report/comparison-section.ts';
import type { EvaluationReport } from '../quality/report/evaluation-report.ts';
import { chanceText, differenceText, figureText, percentText, rangeText, thresholdText } from '../quality/report/number-text.ts';
import { reasonText } from '../quality/report/reason-text.ts';
import { shortenedText } from '../quality/report/shortened-text.ts';
import { tableLines } from './table.ts';

function decisionRow(name: string, rows: number, counts: DecisionCounts) {
  return [name, rows, counts.answer, counts.clarify, counts.no_match];
}

/** Nothing where no utterance is in scope, since nothing could be bought. */
function coverageLines({ metrics, coverageAt }: EvaluationReport): readonly string[] {
  if (metrics.inScope.rows === 0) return [];
  const lines = coverageAt.map(({ precision, coverage, threshold }) =>
    threshold === null
      ? `  ${percentText(precision, 0)} right: no threshold reaches it`
      : `  ${percentText(precision, 0)} right: ${percentText(coverage)} answered rightly from confidence ${thresholdText(threshold)} on`,
  );
  return ['', 'What a threshold could buy on these utterances, were none of them asked back:', ...lines];
}

/** The headline figures with their ranges, those that cannot be told with the reason, then the decisions. */
export function reportLines(report: EvaluationReport): readonly string[] {
  const { metrics, figures, untold, askedPrecision, notes } = report;
  const { inScope, outOfScope } = metrics;
  return [
    ...tableLines(
      ['FIGURE', 'MEASURED', '95 % RANGE', ''],
      FIGURE_NAMES.map((name) => [
        FIGURES[name].title,
        figureText(name, figures[name].value),
        rangeText(name, figures[name]),
        untold[name] ?? chanceText(name, report),
      ]),
    ),
    '',
    ...tableLines(
      ['', 'ROWS', 'ANSWER', 'CLARIFY', 'NO_MATCH'],
      [decisionRow('in scope', inScope.rows, inScope.decisions), decisionRow('out of scope', outOfScope.rows, outOfScope.decisions)],
    ),
    ...(askedPrecision === null ? [] : ['', askedPrecisionText(askedPrecision)]),
    ...coverageLines(report),
    ...notes.map((note) => `note: ${note}`),
  ];
}

/** The rows that went wrong, with the best candidate's question behind each, what was asked between and the rule that did it; long texts are cut, which the JSON has whole. */
export function mistakeLines(mistakes: readonly EvaluatedRow[]): readonly string[] {
  if (mistakes.length === 0) return [];
  const rows = mistakes.map((row) => [
    row.decision === 'clarify' ? `CLARIFY ${row.clarifyIntents.join(' / ')}` : row.decision.toUpperCase(),
    percentText(row.confidence, 0),
    row.best ?? '-',
    row.intent ?? '(none)',
    shortenedText(row.utterance),
    shortenedText(row.nearest?.question ?? '-'),
    reasonText(row),
  ]);
  return ['', ...tableLines(['DECISION', 'CONFIDENCE', 'BEST', 'MEANT', 'UTTERANCE', 'QUESTION OF THE BEST', 'WHY'], rows)];
}

/** What changed from one run to the other. */
export function comparisonLines({ before, after, rows, figures, fixed, broken, signTest }: Comparison): readonly string[] {
  const told = FIGURE_NAMES.filter((name) => Number.isFinite(figures[name].difference.value));
  const cells = told.map((name) => {
    const change = figures[name];
    const { value, low, high } = change.difference;
    const range = Number.isFinite(low) ? `${differenceText(name, low)} … ${differenceText(name, high)}` : '-';
    const figure = (number: number): string => figureText(name, number);
    return [
      FIGURES[name].title,
      figure(change.before),
      figure(change.after),
      differenceText(name, value),
      range,
      verdictText(name, change),
    ];
  });
  return [
    '',
    `Before: ${before}. After: ${after}. ${rows} utterances that both measured.`,
    ...tableLines(['FIGURE', 'BEFORE', 'AFTER', 'DIFFERENCE', '95 % RANGE', ''], cells),
    `${fixed.length} fixed, ${broken.length} broken (sign test ${signTest.toPrecision(2)}). ${VERDICTS_NOTE}`,
  ];
}
