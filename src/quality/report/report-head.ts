/** What stands first in an evaluation's page: what was measured, how it was decided, and the figures. */
import { counted } from '../../text/counted.ts';
import { FIGURE_NAMES, FIGURES } from '../figures.ts';
import { DECISION_NAMES } from './decision-html.ts';
import type { EvaluationReport, ReportSource } from './evaluation-report.ts';
import { figureCell, type HtmlCell, htmlTable, proseCell, proseHtml, section } from './html.ts';
import type { PageFacts } from './html-page.ts';
import { chanceText, figureText, rangeText } from './number-text.ts';

/** Figures that stand large at the top. */
const HEADLINES = ['accuracy', 'refused', 'precision', 'coverageAt90', 'ece', 'auroc'] as const;

function sourceText(source: ReportSource, rows: number): string {
  if (source.kind === 'golden') return counted(rows, 'labelled utterance');
  if (source.kind === 'retrieval') return `${counted(rows, 'query', 'queries')} of a retrieval set`;
  const unseen = source.unseenIntents ? ', whole intents left out in each so that their questions count as out of scope' : '';
  return `${rows} of its own texts by cross-validation: ${source.folds} folds over ${counted(source.groups, 'group')} of near-duplicates, seed ${source.seed}${unseen}`;
}

/** Names and values for the top of the page. */
export function headFacts(report: EvaluationReport): PageFacts['facts'] {
  const { version, model, intents, questions, source, settings, metrics } = report;
  const set = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    // Not by the rows themselves, which a report that was cut lacks.
    ['measured with', sourceText(source, metrics.rows)],
    ['corpus', `${counted(intents, 'intent')}, ${counted(questions, 'question')}`],
    ...(version === '' ? [] : [['version', version] as const]),
    ['model', model],
    ['settings', set.join(', ')],
  ];
}

/** What each decision means for the user. */
const MEANINGS = {
  answer: 'The best intent is sure enough: its answer is given.',
  clarify: 'A second intent is about as likely: the user is asked which one is meant.',
  no_match: 'No intent is sure enough: no answer is given, as is right out of scope.',
} as const;

/** How often each decision was taken, in scope and out of it. */
export function decisionSection({ metrics: { inScope, outOfScope } }: EvaluationReport): string {
  const answers = inScope.decisions.answer + outOfScope.decisions.answer;
  const right = answers === 0 ? '' : ` ${inScope.right} of ${answers} are right.`;
  const decided = (['answer', 'clarify', 'no_match'] as const).map((decision): readonly HtmlCell[] => [
    {
      html: `<b class="decision">${DECISION_NAMES[decision]}</b><small>${MEANINGS[decision]}${decision === 'answer' ? right : ''}</small>`,
    },
    inScope.decisions[decision],
    outOfScope.decisions[decision],
  ]);
  const all: readonly HtmlCell[] = [{ html: '<b>All</b>' }, inScope.rows, outOfScope.rows];
  const lead = 'Utterances by what was decided. In scope are those that mean an intent of the corpus.';
  return section('Decisions', lead, htmlTable(['Decision', 'In scope', 'Out of scope'], [...decided, all]));
}

/** The figures that stand large, each with its range and what it says. */
export function cards(report: EvaluationReport): string {
  const { figures, untold } = report;
  const one = (name: (typeof HEADLINES)[number]): string => {
    const range = [rangeText(name, figures[name]), chanceText(name, report), untold[name] ?? ''].filter((text) => text !== '').join(', ');
    return (
      `<div class="card"><b>${proseHtml(figureText(name, figures[name].value))}</b><span>${proseHtml(FIGURES[name].title)}</span>` +
      `${range === '' ? '' : `<span class="range">${proseHtml(range)}</span>`}<small>${proseHtml(FIGURES[name].meaning)}</small></div>`
    );
  };
  return `<div class="cards">${HEADLINES.map(one).join('')}</div>\n`;
}

/** All figures with their ranges. */
export function figureTable(report: EvaluationReport): string {
  const { figures, untold } = report;
  const rows = FIGURE_NAMES.map((name): readonly HtmlCell[] => {
    const { title, meaning } = FIGURES[name];
    const says = [meaning, chanceText(name, report)].filter((text) => text !== '').join('; ');
    return [
      { html: `<b>${proseHtml(title)}</b><small>${proseHtml(says)}</small>` },
      figureCell(figureText(name, figures[name].value)),
      untold[name] === undefined ? figureCell(rangeText(name, figures[name])) : proseCell(untold[name]),
    ];
  });
  return htmlTable(['Figure', 'Measured', '95 % range'], rows);
}
