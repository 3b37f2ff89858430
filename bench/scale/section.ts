/** Named parts of docs/scale.md that the command writes. */
import { markdownLines } from '../../src/cli/table.ts';
import { FaqError } from '../../src/errors.ts';

/** A part: markdown without heading. */
export interface Section {
  readonly name: string;
  readonly markdown: string;
}

/** A cell. */
export type Cell = string | number;

/** A table as a section. */
export function tableSection(name: string, heading: readonly string[], rows: readonly (readonly Cell[])[]): Section {
  return { name, markdown: markdownLines(heading, rows).join('\n') };
}

/** A line chart in mermaid's text, which many viewers of markdown draw. */
export function chartSection(
  name: string,
  chart: {
    readonly title: string;
    readonly across: string;
    readonly at: readonly Cell[];
    readonly up: string;
    readonly lines: readonly (readonly number[])[];
  },
): Section {
  const lines = chart.lines.map((values) => `  line [${values.map((value) => Number(value.toPrecision(3))).join(', ')}]`);
  const body = [
    'xychart-beta',
    `  title "${chart.title}"`,
    `  x-axis "${chart.across}" [${chart.at.join(', ')}]`,
    `  y-axis "${chart.up}"`,
    ...lines,
  ];
  return { name, markdown: `\`\`\`mermaid\n${body.join('\n')}\n\`\`\`` };
}

/** Number with three significant digits; thousands with commas. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = value >= 1000 ? Math.round(value) : Number(value.toPrecision(value < 1 ? 2 : 3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

function markerOf(name: string): string {
  return `<!-- ${name}: written by bench/scale/main.ts -->\n`;
}

/** Where a page holds a section: from its marker to the next empty line. */
function placeOf(page: string, name: string): readonly [number, number] | undefined {
  const marker = markerOf(name);
  const at = page.indexOf(marker);
  if (at < 0) return undefined;
  const from = at + marker.length;
  const end = page.indexOf('\n\n', from - 1);
  return [from, end < 0 ? page.length : end + 1];
}

/** What a page holds of a section; undefined where it has no place for it. */
export function sectionIn(page: string, name: string): string | undefined {
  const place = placeOf(page, name);
  return place === undefined ? undefined : page.slice(...place).trim();
}

/** The page with a section, which holds no empty line, put into its place. @throws FaqError not_found where there is none. */
export function withSection(page: string, { name, markdown }: Section): string {
  const place = placeOf(page, name);
  if (place === undefined)
    throw new FaqError('not_found', `Expected the line "${markerOf(name).trim()}" in the page; add it where the section belongs.`);
  const [from, to] = place;
  return `${page.slice(0, from)}${markdown}\n${page.slice(to)}`;
}
