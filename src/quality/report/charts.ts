/** The pictures of a report as SVG texts, drawn without a browser. The drawing library is loaded when the first picture is asked for. */
import type { EChartsOption } from 'echarts';
import type { ConfusionSquare } from './confusion-square.ts';
import type { EvaluationReport, HistogramBar, LearningPoint } from './evaluation-report.ts';
import { PALETTE } from './palette.ts';

/** What a colour stands for. Set in HTML beside the picture, since only a browser knows how wide a text is. */
export interface LegendItem {
  readonly name: string;
  readonly colour: string;
}

/** One picture: what it shows and its size in pixels. */
export interface Chart {
  readonly option: EChartsOption;
  readonly legend: readonly LegendItem[];
  readonly width: number;
  readonly height: number;
}

/** Narrow, so that little is lost where a phone shrinks a picture to its own width. */
const WIDTH = 440;
const HEIGHT = 320;
const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const AXIS = {
  nameLocation: 'middle',
  nameTextStyle: { color: PALETTE.faint, fontSize: 13 },
  axisLabel: { color: PALETTE.faint, fontSize: 12 },
  axisLine: { lineStyle: { color: PALETTE.line } },
  splitLine: { lineStyle: { color: PALETTE.line } },
} as const;

const percentText = (share: number): string => `${Math.round(share * 100)} %`;

/** An axis of shares from 0 to 100 %. */
function shareAxis(name: string, side: 'x' | 'y', from = 0) {
  return {
    ...AXIS,
    type: 'value' as const,
    name,
    nameGap: side === 'x' ? 30 : 46,
    min: from,
    max: 1,
    axisLabel: { ...AXIS.axisLabel, formatter: percentText },
  };
}

const GRID = { left: 64, right: 24, top: 20, bottom: 52 };

interface DrawnFacts {
  readonly width?: number;
  readonly height?: number;
  readonly legend?: readonly LegendItem[];
}

function drawn(option: EChartsOption, { width = WIDTH, height = HEIGHT, legend = [] }: DrawnFacts = {}): Chart {
  return { option: { animation: false, textStyle: { fontFamily: FONT }, grid: GRID, ...option }, width, height, legend };
}

/** Legend of the series that are drawn. */
function legendOf(series: readonly { readonly name: string; readonly itemStyle: { readonly color: string } }[]): DrawnFacts {
  return { legend: series.map(({ name, itemStyle }) => ({ name, colour: itemStyle.color })) };
}

/** Renders a picture to an `<svg>` element. */
export async function renderChart({ option, width, height }: Omit<Chart, 'legend'>): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    // A chart that is not disposed of keeps a timer, and with it the process.
    chart.dispose();
  }
}

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

/** A place on the curve and the round precisions whose best coverage it is. */
interface Mark {
  readonly coverage: number;
  readonly reached: number;
  readonly precisions: readonly number[];
}

/** One mark a place: with few utterances one threshold is the best for several precisions. */
function marksOf(coverageAt: EvaluationReport['coverageAt']): readonly Mark[] {
  const told = coverageAt.flatMap(({ precision, reached, coverage }) => (reached === null ? [] : [{ precision, reached, coverage }]));
  return [...Map.groupBy(told, ({ reached, coverage }) => `${reached} ${coverage}`).values()].flatMap((same) =>
    same.slice(0, 1).map(({ reached, coverage }) => ({ reached, coverage, precisions: same.map(({ precision }) => precision) })),
  );
}

/** What each threshold buys; the marked points are the best coverage at round precisions, on the curve where the threshold puts them. */
export function coverageChart({ coverage, coverageAt }: Pick<EvaluationReport, 'coverage' | 'coverageAt'>): Chart {
  const least = Math.min(0.9, ...coverage.map(({ precision }) => precision));
  const marks = marksOf(coverageAt);
  // The curve is thinned and may lack the very points that are marked.
  const line = [...coverage, ...marks.map(({ coverage: share, reached }) => ({ coverage: share, precision: reached }))]
    .map((point) => [point.coverage, point.precision] as const)
    .toSorted(([a, precisionA], [b, precisionB]) => a - b || precisionB - precisionA);
  return drawn({
    grid: { ...GRID, top: 28, right: 36 },
    xAxis: shareAxis('in-scope utterances answered rightly', 'x'),
    yAxis: shareAxis('answers that are right', 'y', Math.floor(least * 10) / 10),
    series: [
      {
        type: 'line',
        symbol: 'none',
        data: line.map((point) => [...point]),
        lineStyle: { color: PALETTE.accent, width: 2 },
        areaStyle: { color: PALETTE.accent, opacity: 0.08, origin: 'start' },
      },
      {
        type: 'scatter',
        symbolSize: 11,
        z: 3,
        itemStyle: { color: PALETTE.wrong, opacity: 1 },
        label: {
          show: true,
          color: PALETTE.ink,
          opacity: 1,
          fontSize: 12,
          textBorderColor: '#fff',
          textBorderWidth: 3,
          formatter: ({ name }) => name,
        },
        // Below a curve that runs level at the top.
        labelLayout: { dy: 10, moveOverlap: 'shiftY' },
        data: marks.map(({ coverage: share, reached, precisions }) => ({
          name: `${precisions.map((precision) => Math.round(precision * 100)).join(', ')} % right: ${(share * 100).toFixed(1)} %`,
          value: [share, reached],
          // Inside the picture, on whichever side there is room.
          label: { position: share < 0.5 ? 'right' : 'left' },
        })),
      },
    ],
  });
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
        data: histogram.map(({ from }) => percentText(from)),
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

const CELL = 26;
/** Pixels of one character of a slanted or level label. */
const CHARACTER = 6.6;

function shortened(label: string): string {
  return label.length > 26 ? `${label.slice(0, 25)}…` : label;
}

/** Who is taken for whom; rows mean, columns were said. The diagonal is right and pale, so that errors stand out. */
export function confusionChart({ labels, cells }: ConfusionSquare): Chart {
  const most = Math.max(1, ...cells.filter(([column, row]) => column !== row).map(([, , count]) => count));
  const space = 44 + CHARACTER * Math.max(8, ...labels.map((label) => shortened(label).length));
  const side = labels.length * CELL;
  const axis = {
    type: 'category' as const,
    data: labels.map(shortened),
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: PALETTE.line } },
  };
  const label = { ...AXIS.axisLabel, color: PALETTE.ink, interval: 0 };
  return drawn(
    {
      grid: { left: space, top: 24, right: 24, bottom: space },
      xAxis: {
        ...axis,
        axisLabel: { ...label, rotate: 60 },
        name: 'best candidate',
        nameLocation: 'middle',
        nameGap: space - 24,
        nameTextStyle: AXIS.nameTextStyle,
      },
      yAxis: {
        ...axis,
        inverse: true,
        axisLabel: label,
        name: 'meant',
        nameLocation: 'middle',
        nameGap: space - 22,
        nameTextStyle: AXIS.nameTextStyle,
      },
      visualMap: { show: false, min: 1, max: Math.max(2, most), inRange: { color: ['#f9d9cd', PALETTE.wrong] } },
      series: [
        {
          type: 'heatmap',
          data: cells.map(([column, row, count]) => ({
            value: [column, row, count],
            ...(column === row ? { visualMap: false } : {}),
            itemStyle: { ...(column === row ? { color: PALETTE.pale } : {}), borderColor: '#fff', borderWidth: 1 },
            label: { color: column === row ? PALETTE.faint : PALETTE.ink },
          })),
          label: { show: true, fontSize: 11, formatter: ({ value }) => String(Array.isArray(value) ? value[2] : '') },
        },
      ],
    },
    { width: Math.max(WIDTH, space + side + 24), height: space + side + 24 },
  );
}
