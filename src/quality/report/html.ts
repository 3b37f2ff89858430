/** Small pieces of HTML. Every text from outside goes through escapeHtml. */
import { shortenedText } from './shortened-text.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text that means itself in HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (sign) => ESCAPES[sign] ?? sign);
}

/** A text of our own: no line ends between a number and its percent sign. */
export function proseHtml(text: string): string {
  return escapeHtml(text).replace(/(?<=\d) %/gu, '&nbsp;%');
}

/** A text from outside in HTML. One written from right to left keeps to itself, and names may break after an underscore rather than anywhere. */
export function outsideHtml(text: string): string {
  return text === '' ? '' : `<bdi>${escapeHtml(text).replaceAll('_', '_<wbr>')}</bdi>`;
}

/** A text from outside in a list: a long one is cut, and whole where a pointer rests on it. */
export function shortenedHtml(text: string): string {
  const short = shortenedText(text);
  return short === text ? outsideHtml(text) : `<span title="${escapeHtml(text)}">${outsideHtml(short)}</span>`;
}

/** A cell: a text from outside, or a number to set right. */
export type HtmlCell = string | number | { readonly html: string; readonly numeric?: boolean };

function cell(value: HtmlCell): string {
  if (typeof value === 'object') return `<td${value.numeric === true ? ' class="number"' : ''}>${value.html}</td>`;
  return typeof value === 'number' ? `<td class="number">${value}</td>` : `<td>${shortenedHtml(value)}</td>`;
}

/** A table; a cell that is no text is set right, and so is its heading. */
export function htmlTable(heading: readonly string[], rows: readonly (readonly HtmlCell[])[]): string {
  const [first = []] = rows;
  const right = (column: number): boolean => {
    const value = first[column];
    return typeof value === 'number' || (typeof value === 'object' && value.numeric === true);
  };
  const head = heading.map((title, column) => `<th${right(column) ? ' class="number"' : ''}>${proseHtml(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  // A scroller must be within reach of the keyboard, and then has a name.
  return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(`Table: ${heading.join(', ')}`)}"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A cell with a text of our own. */
export function proseCell(text: string): HtmlCell {
  return { html: proseHtml(text) };
}

/** A right-set cell. */
export function figureCell(text: string): HtmlCell {
  return { html: proseHtml(text), numeric: true };
}

/** A share as a number with a bar behind it. */
export function barCell(share: number): HtmlCell {
  const width = Number.isFinite(share) ? Math.round(share * 100) : 0;
  return { html: `<span class="bar"><i style="width:${width}%"></i></span><span class="share">${width}&nbsp;%</span>`, numeric: true };
}

/** What is shown only to those who ask for it. */
export function details(summary: string, body: string): string {
  return `<details><summary>${escapeHtml(summary)}</summary>${body}</details>`;
}

/** A section with a heading and a sentence on what it shows; nothing where there is nothing to show. */
export function section(title: string, lead: string, body: string): string {
  if (body === '') return '';
  return `<section><h2>${escapeHtml(title)}</h2><p class="lead">${proseHtml(lead)}</p>\n${body}</section>\n`;
}

/** What stands around a picture. */
export interface FigureFacts {
  /** Its name for those who cannot see it. */
  readonly label: string;
  /** What its colours stand for. */
  readonly legend?: readonly { readonly name: string; readonly colour: string }[];
  /** Many names beside many cells, not to be read when shrunk: scrolls on a narrow screen. */
  readonly matrix?: boolean;
}

/** A picture. */
export function figure(svg: string, { label, legend = [], matrix = false }: FigureFacts): string {
  const items = legend.map(({ name, colour }) => `<span><i style="background:${colour}"></i>${escapeHtml(name)}</span>`);
  const caption = items.length === 0 ? '' : `<figcaption>${items.join('')}</figcaption>`;
  return `<figure${matrix ? ' class="matrix"' : ''}>${caption}<div role="img" aria-label="${escapeHtml(label)}">${svg}</div></figure>`;
}
