/** What a benchmark found, as markdown and as JSON. */
import { markdownLines } from '../../src/cli/table.ts';

/** One table. */
export interface ReportTable {
  readonly title: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One figure against what it should reach. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** e.g. `<= 1.15`. */
  readonly wanted: string;
  readonly reached: boolean;
}

/** The findings of one benchmark. */
export interface Findings {
  readonly tables: readonly ReportTable[];
  readonly figures: readonly Figure[];
}

/** A figure that should not exceed a bound. */
export function atMost(name: string, value: number, bound: number): Figure {
  return { name, value, wanted: `<= ${bound}`, reached: value <= bound };
}

/** A figure that should reach a bound. */
export function atLeast(name: string, value: number, bound: number): Figure {
  return { name, value, wanted: `>= ${bound}`, reached: value >= bound };
}

/** Three significant digits, which is more than the noise leaves. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '-';
}

/** Prints findings as they are. */
export function printFindings({ tables, figures }: Findings, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ tables, figures }));
    return;
  }
  for (const { title, heading, rows } of tables) console.log(`\n### ${title}\n\n${markdownLines(heading, rows).join('\n')}`);
  const rows = figures.map(({ name, value, wanted, reached }) => [name, short(value), wanted, reached ? 'yes' : 'no']);
  if (rows.length > 0) console.log(`\n### Figures\n\n${markdownLines(['figure', 'measured', 'wanted', 'reached'], rows).join('\n')}`);
}
