/** The picture of coverage against precision. */
import { type Chart, drawn, GRID, shareAxis } from './chart-frame.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { PALETTE } from './palette.ts';

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

/** Inside the picture, a mark's words stand on whichever side there is room. */
function standsRight(mark: Pick<Mark, 'coverage'> | undefined): boolean {
  return mark !== undefined && mark.coverage < 0.5;
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
        // Beside the curve: left of a mark it runs level or rises above, right of it it falls.
        labelLayout: ({ dataIndex = 0 }) => ({ dy: standsRight(marks[dataIndex]) ? -3 : 10, moveOverlap: 'shiftY' }),
        data: marks.map(({ coverage: share, reached, precisions }) => ({
          name: `${precisions.map((precision) => Math.round(precision * 100)).join(', ')} % right: ${(share * 100).toFixed(1)} %`,
          value: [share, reached],
          label: { position: standsRight({ coverage: share }) ? 'right' : 'left' },
        })),
      },
    ],
  });
}
