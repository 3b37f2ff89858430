/** Two runs side by side in the HTML report. */
import type { ChangedRow, Comparison, FigureChange } from '../compare-runs.ts';
import { FIGURE_NAMES, FIGURES, type FigureName } from '../figures.ts';
import { NONE_NAME } from './confusion-square.ts';
import { decisionCell } from './decision-html.ts';
import { escapeHtml, figureCell, type HtmlCell, htmlTable, proseCell, section } from './html.ts';
import { differenceText, figureText } from './number-text.ts';
import { PALETTE } from './palette.ts';

const MOST_CHANGED = 100;
const WIDTH = 180;
const MIDDLE = WIDTH / 2;

/** Which way a change went, in words; only what could hardly be chance is called better or worse. */
export function verdictText(name: FigureName, { sure, difference }: FigureChange): string {
  if (difference.low === 0 && difference.high === 0) return 'same';
  if (!sure) return 'could be chance';
  return difference.value > 0 === (FIGURES[name].better === 'more') ? 'better' : 'worse';
}

/** What to make of so many verdicts at once. */
export const VERDICTS_NOTE = `Of ${FIGURE_NAMES.length} verdicts at 95 % one may be chance.`;

/** Difference and range on a line whose middle is no difference. */
function rangePicture(name: FigureName, change: FigureChange): HtmlCell {
  const { low, high, value } = change.difference;
  if (![low, high, value].every(Number.isFinite)) return '';
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9);
  const at = (number: number): string => (MIDDLE + (number / reach) * (MIDDLE - 8)).toFixed(1);
  const verdict = verdictText(name, change);
  const colour = { better: PALETTE.right, worse: PALETTE.wrong }[verdict] ?? PALETTE.outOfScope;
  const html =
    `<svg width="${WIDTH}" height="18" viewBox="0 0 ${WIDTH} 18" role="img" aria-label="${escapeHtml(`${differenceText(name, low)} to ${differenceText(name, high)}`)}">` +
    `<line x1="${MIDDLE}" y1="0" x2="${MIDDLE}" y2="18" stroke="${PALETTE.line}"/>` +
    `<line x1="${at(low)}" y1="9" x2="${at(high)}" y2="9" stroke="${colour}" stroke-width="3" stroke-linecap="round"/>` +
    `<circle cx="${at(value)}" cy="9" r="5" fill="${colour}"/></svg>`;
  return { html };
}

function changeTable(heading: string, rows: readonly ChangedRow[]): string {
  if (rows.length === 0) return '';
  // What would have been said stands behind an answer alone.
  const outcome = ({ decision, best, confidence }: ChangedRow['before']): HtmlCell =>
    decisionCell({ decision, best: decision === 'no_match' ? undefined : best, confidence });
  const cells = rows
    .slice(0, MOST_CHANGED)
    .map(({ utterance, intent, before, after }) => [utterance, intent ?? NONE_NAME, outcome(before), outcome(after)]);
  return `<h3>${escapeHtml(heading)} (${rows.length})</h3>${htmlTable(['Utterance', 'Meant', 'Before', 'After'], cells)}`;
}

/** Figures, ranges and the rows that changed sides. */
export function comparisonSection(comparison: Comparison): string {
  const { before, after, rows, leftOut, figures, fixed, broken, signTest } = comparison;
  const cells = FIGURE_NAMES.map((name): readonly HtmlCell[] => {
    const change = figures[name];
    const { low, high, value } = change.difference;
    const range = Number.isFinite(low) ? `${differenceText(name, low)} … ${differenceText(name, high)}` : '';
    return [
      proseCell(FIGURES[name].title),
      figureCell(figureText(name, change.before)),
      figureCell(figureText(name, change.after)),
      figureCell(differenceText(name, value)),
      figureCell(range),
      rangePicture(name, change),
      Number.isFinite(value) ? verdictText(name, change) : '',
    ];
  });
  const table = htmlTable(['Figure', 'Before', 'After', 'Difference', '95 % range', 'Range, drawn', 'Verdict'], cells);
  const unpaired = leftOut === 0 ? '' : ` ${leftOut} that only one of them measured are left out.`;
  const lead =
    `Before: ${before}. After: ${after}. Compared on ${rows} utterances that both measured.${unpaired} ` +
    `${fixed.length} fixed, ${broken.length} broken; so uneven a split comes by chance with probability ${signTest.toPrecision(2)} (sign test). ${VERDICTS_NOTE}`;
  return section('What changed', lead, table + changeTable('Broken', broken) + changeTable('Fixed', fixed));
}
