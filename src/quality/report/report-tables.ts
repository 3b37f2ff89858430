/** The tables of the HTML report. */
import type { EvaluatedRow, NearestQuestion } from '../evaluated-row.ts';
import { NONE_NAME } from './confusion-square.ts';
import { DECISION_NAMES } from './decision-html.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { barCell, type HtmlCell, htmlTable, outsideHtml, proseHtml, shortenedHtml } from './html.ts';
import { percentText } from './number-text.ts';
import { reasonText } from './reason-text.ts';

/** As many rows as a person reads before tables become lists for programs; the JSON has them all. */
const MOST_ROWS = 20;
const MOST_MISTAKES = 500;

const shownIntent = (intent: string | null | undefined): string => intent ?? NONE_NAME;

/** Says how many more there are than are shown. */
function withRest(table: string, all: number, shown: number): string {
  return all > shown ? `${table}<p class="lead">${all - shown} more are in the JSON report.</p>` : table;
}

/** Intents by F1, worst first. */
export function worstIntents({ perIntent }: EvaluationReport): string {
  if (perIntent.length === 0) return '<p>No utterance is in scope.</p>';
  const imperfect = perIntent.filter(({ f1 }) => f1 < 1);
  if (imperfect.length === 0) return '<p>Every intent is right throughout.</p>';
  const rows = imperfect
    .slice(0, MOST_ROWS)
    .map(({ intent, rows: count, f1, recall, precision, takenFor }) => [
      intent,
      count,
      barCell(f1),
      barCell(recall),
      barCell(precision),
      takenFor ?? '',
    ]);
  const table = htmlTable(['Intent', 'Utterances', 'F1', 'Recall', 'Precision', 'Most often taken for'], rows);
  return withRest(table, imperfect.length, MOST_ROWS);
}

/** One intent said for another, most frequent first. */
export function confusionTable({ confusions }: EvaluationReport): string {
  if (confusions.length === 0) return '';
  const rows = confusions.slice(0, MOST_ROWS).map(({ meant, said, count }) => [shownIntent(meant), shownIntent(said), count]);
  return withRest(htmlTable(['Meant', 'Best candidate', 'Times'], rows), confusions.length, MOST_ROWS);
}

/** Pairs of intents that utterances fall between. */
export function ambiguousTable({ ambiguous }: EvaluationReport): string {
  if (ambiguous.length === 0) return '';
  const rows = ambiguous
    .slice(0, MOST_ROWS)
    .map(({ intents: [first, second], mistaken, asked, example }) => [first, second, mistaken, asked, example]);
  return withRest(htmlTable(['Intent', 'Intent', 'Mistaken', 'Asked back', 'For example'], rows), ambiguous.length, MOST_ROWS);
}

function questionCell(question: NearestQuestion | undefined): HtmlCell {
  if (question === undefined) return '';
  const { question: text, intent, similarity, confidence } = question;
  const facts = `similarity ${similarity.toFixed(2)} · confidence ${percentText(confidence, 0)}`;
  return { html: `${shortenedHtml(text)}<small>${outsideHtml(intent)} · ${proseHtml(facts)}</small>` };
}

/** What is worst stands first: wrong answers by their confidence, then askings, then refusals. */
function byHarm(a: EvaluatedRow, b: EvaluatedRow): number {
  const rank = { answer: 0, clarify: 1, no_match: 2 };
  return rank[a.decision] - rank[b.decision] || b.confidence - a.confidence;
}

/** What an asking offered. */
function askedBetween({ clarifyIntents }: EvaluatedRow): string {
  return clarifyIntents.length === 0 ? '' : ` between ${clarifyIntents.map(outsideHtml).join(' / ')}`;
}

function why(row: EvaluatedRow): string {
  const html = reasonText(row, { prose: proseHtml, outside: outsideHtml });
  return html === '' ? '' : `<small>${html}</small>`;
}

/** Errors with the rule that made each and the best candidate's question behind it, and the best question of what was meant. */
export function mistakeTable({ mistakes }: EvaluationReport): string {
  if (mistakes.length === 0) return '<p>None.</p>';
  const rows = mistakes
    .toSorted(byHarm)
    .slice(0, MOST_MISTAKES)
    .map((row): readonly HtmlCell[] => [
      row.utterance,
      { html: `<span class="${row.decision}">${DECISION_NAMES[row.decision]}</span>${askedBetween(row)}${why(row)}` },
      questionCell(row.nearest),
      shownIntent(row.intent),
      questionCell(row.meant ?? (row.nearest?.intent === row.intent ? row.nearest : undefined)),
    ]);
  const table = htmlTable(['Utterance', 'Decision', 'Best candidate’s question', 'Meant', 'Best question of what was meant'], rows);
  return withRest(table, mistakes.length, MOST_MISTAKES);
}
