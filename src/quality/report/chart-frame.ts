/** What the pictures of a report share: size, axes and legend, and their drawing as SVG texts without a browser. The drawing library is loaded when the first picture is asked for. */
import type { EChartsOption } from 'echarts';
import { percentText } from './number-text.ts';
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
export const WIDTH = 440;
const HEIGHT = 320;
const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Of all axes. */
export const AXIS = {
  nameLocation: 'middle',
  nameTextStyle: { color: PALETTE.faint, fontSize: 13 },
  axisLabel: { color: PALETTE.faint, fontSize: 12 },
  axisLine: { lineStyle: { color: PALETTE.line } },
  splitLine: { lineStyle: { color: PALETTE.line } },
} as const;

/** A share as axes write it. */
export const wholePercent = (share: number): string => percentText(share, 0);

/** An axis of shares from 0 to 100 %. */
export function shareAxis(name: string, side: 'x' | 'y', from = 0) {
  return {
    ...AXIS,
    type: 'value' as const,
    name,
    nameGap: side === 'x' ? 30 : 46,
    min: from,
    max: 1,
    axisLabel: { ...AXIS.axisLabel, formatter: wholePercent },
  };
}

/** Room around what is drawn, for axes and their names. */
export const GRID = { left: 64, right: 24, top: 20, bottom: 52 };

/** What a picture has of its own. */
export interface DrawnFacts {
  readonly width?: number;
  readonly height?: number;
  readonly legend?: readonly LegendItem[];
}

/** A picture with what all share; what is given goes before it. */
export function drawn(option: EChartsOption, { width = WIDTH, height = HEIGHT, legend = [] }: DrawnFacts = {}): Chart {
  return { option: { animation: false, textStyle: { fontFamily: FONT }, grid: GRID, ...option }, width, height, legend };
}

/** Legend of the series that are drawn. */
export function legendOf(series: readonly { readonly name: string; readonly itemStyle: { readonly color: string } }[]): DrawnFacts {
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
