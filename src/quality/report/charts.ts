/** Pictures of confidence and of learning. */
import { AXIS, type Chart, drawn, legendOf, shareAxis, wholePercent } from './chart-frame.ts';
import type { EvaluationReport, HistogramBar, LearningPoint } from './evaluation-report.ts';
import { PALETTE } from './palette.ts';

/** Said against come true, one point a bin, larger where more rows are. On the diagonal confidence means what it says. */
export function reliabilityChart({ reliability }: Pick<EvaluationReport, 'reliability'>): Chart {
  const filled = reliability.filter(({ rows }) => rows > 0);
  const most = Math.max(1, ...filled.map(({ rows }) => rows));
  const series = [
    {
      name: 'what confidence should mean',
      type: 'line' as const,
      symbol: 'none',
      data: [
        [0, 0],
        [1, 1],
      ],
      lineStyle: { color: PALETTE.faint, type: 'dashed' as const, width: 1.5 },
      itemStyle: { color: PALETTE.faint },
    },
    {
      name: 'what came true (larger: more utterances)',
      type: 'line' as const,
      data: filled.map(({ meanConfidence, shareRight, rows }) => ({
        value: [meanConfidence, shareRight],
        symbolSize: 6 + 20 * Math.sqrt(rows / most),
      })),
      symbol: 'circle',
      lineStyle: { color: PALETTE.accent, width: 2 },
      itemStyle: { color: PALETTE.accent, opacity: 0.85 },
    },
  ];
  const axes = { xAxis: shareAxis('confidence that was told', 'x'), yAxis: shareAxis('share that was right', 'y') };
  return drawn({ ...axes, series }, legendOf(series));
}

function stack(name: string, color: string, values: readonly number[]) {
  return { name, type: 'bar' as const, stack: 'all', barCategoryGap: '12%', itemStyle: { color }, data: [...values] };
}

/** At which confidence right, wrong and out-of-scope utterances fall. */
export function histogramChart({ histogram }: { readonly histogram: readonly HistogramBar[] }): Chart {
  const series = [
    stack(
      'right',
      PALETTE.right,
      histogram.map(({ right }) => right),
    ),
    stack(
      'wrong intent',
      PALETTE.wrong,
      histogram.map(({ wrong }) => wrong),
    ),
    stack(
      'out of scope',
      PALETTE.outOfScope,
      histogram.map(({ outOfScope }) => outOfScope),
    ),
  ];
  return drawn(
    {
      xAxis: {
        ...AXIS,
        type: 'category',
        name: 'confidence of the best candidate',
        nameGap: 30,
        data: histogram.map(({ from }) => wholePercent(from)),
        axisLabel: { ...AXIS.axisLabel, interval: 3 },
      },
      yAxis: { ...AXIS, type: 'value', name: 'utterances', nameGap: 46, minInterval: 1 },
      series,
    },
    legendOf(series),
  );
}

/** What fewer questions an intent would have given. */
export function learningChart({ learning }: { readonly learning: readonly LearningPoint[] }): Chart {
  const line = (name: string, color: string, of: (point: LearningPoint) => number) => ({
    name,
    type: 'line' as const,
    data: learning.map((point) => (Number.isFinite(of(point)) ? of(point) : null)),
    symbolSize: 8,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
  });
  const refused = learning.some((point) => Number.isFinite(point.refused));
  const series = [
    line('best candidate right', PALETTE.accent, (point) => point.intentAccuracy),
    line('answered rightly', PALETTE.right, (point) => point.accuracy),
    ...(refused ? [line('out of scope refused', PALETTE.outOfScope, (point) => point.refused)] : []),
  ];
  return drawn(
    {
      xAxis: {
        ...AXIS,
        type: 'category',
        name: 'questions of each intent, at most',
        nameGap: 30,
        data: learning.map(({ questionsPerIntent }) => (questionsPerIntent === null ? 'all' : String(questionsPerIntent))),
      },
      yAxis: shareAxis('share of utterances', 'y'),
      series,
    },
    legendOf(series),
  );
}
