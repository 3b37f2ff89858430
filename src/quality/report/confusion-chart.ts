/** The picture of a confusion matrix. */
import { AXIS, type Chart, drawn, WIDTH } from './chart-frame.ts';
import type { ConfusionSquare } from './confusion-square.ts';
import { PALETTE } from './palette.ts';

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
