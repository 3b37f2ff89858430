/** Unlabelled traffic in the HTML report: its out-of-scope share, what would change, and what to write. */

import { counted } from '../../text/counted.ts';
import type { TrafficDecision, TrafficReport } from '../traffic/traffic-report.ts';
import { decisionCell } from './decision-html.ts';
import { htmlTable, proseCell, proseHtml, section } from './html.ts';
import { htmlPage } from './html-page.ts';
import { percentText } from './number-text.ts';

const MOST_SHOWN = 100;

/** What to do about the share, in a sentence. */
export function shareAdvice({ advised, configured, configuredBy, estimate }: TrafficReport): string {
  if (advised === null) {
    const inRange = configured >= estimate.low && configured <= estimate.high;
    return `Leave ${configured} (of the ${configuredBy}): ${inRange ? 'it lies in the range' : 'these utterances tell too little to change it'}.`;
  }
  return (
    `Write "settings: {out_of_scope_share: ${advised}}" into the FAQ file and reload; ` +
    `${configured} (of the ${configuredBy}) is in force. Nothing is changed by this measurement.`
  );
}

/** A decision in few words, for a terminal. */
export function trafficDecisionText({ decision, best, confidence }: TrafficDecision): string {
  if (best === null) return decision.toUpperCase();
  return `${decision.toUpperCase()} ${best} ${percentText(confidence, 0)}`;
}

/** The section. */
export function trafficSection(report: TrafficReport): string {
  const { utterances, distinct, estimate, estimatedAgain, decisions, changed, changedUtterances, method, notes } = report;
  const range = `${percentText(estimate.low)} to ${percentText(estimate.high)}`;
  const lead =
    `${counted(utterances, 'utterance')} without labels, ${distinct} of them different. ${percentText(estimate.value)} are estimated to be out of scope ` +
    `(95 % range ${range}); estimated again by a version made for that share, ${percentText(estimatedAgain)}. Method: ${method}.`;
  const row = (title: string, counts: TrafficReport['decisions']['before']) => [
    proseCell(title),
    counts.answer,
    counts.clarify,
    counts.no_match,
  ];
  const decisionTable = htmlTable(
    ['Out-of-scope share', 'ANSWER', 'CLARIFY', 'NO_MATCH'],
    [
      row(`${percentText(report.configured)}, in force`, decisions.before),
      row(`${percentText(estimate.value)}, estimated`, decisions.after),
    ],
  );
  const cells = changed
    .slice(0, MOST_SHOWN)
    .map(({ utterance, count, before, after }) => [utterance, count, decisionCell(before), decisionCell(after)]);
  const table =
    cells.length === 0
      ? '<p>No decision would change.</p>'
      : `<h3>Decided otherwise (${changedUtterances})</h3>${htmlTable(['Utterance', 'Times', 'Now', 'With the estimated share'], cells)}`;
  const said = notes.map((note) => `<li>${proseHtml(note)}</li>`).join('');
  return section('Traffic', lead, `<p class="note">${proseHtml(shareAdvice(report))}</p>${decisionTable}${table}<ul>${said}</ul>`);
}

/** A whole page where there are no labelled utterances beside the traffic. */
export function trafficPage(report: TrafficReport): string {
  return htmlPage({ kind: 'Traffic', corpus: report.corpus, facts: [['version', report.version]] }, trafficSection(report));
}
