/** Traffic in `faqmatch eval`: read, measured and told to a person. */

import { percentText } from '../quality/report/number-text.ts';
import { shareAdvice, trafficDecisionText } from '../quality/report/traffic-section.ts';
import type { TrafficReport } from '../quality/traffic/traffic-report.ts';
import { normaliseText } from '../text/normalise.ts';
import { readLines } from './read-lines.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Changed decisions that a terminal shows; the reports have more. */
const MOST_SHOWN = 10;

/** Utterances of a file, one a line, blank ones left out. @throws FaqError not_found. */
export async function trafficOf(path: string, terminal: Terminal): Promise<readonly string[]> {
  return (await readLines(path, terminal)).filter((line) => normaliseText(line) !== '');
}

/** The estimate, what is configured, what would change, and what to write. */
export function trafficLines(report: TrafficReport): readonly string[] {
  const { utterances, distinct, configured, configuredBy, estimate, estimatedAgain, decisions, changed, changedUtterances } = report;
  const row = (title: string, share: number, { answer, clarify, no_match }: TrafficReport['decisions']['before']) => [
    title,
    percentText(share),
    answer,
    clarify,
    no_match,
  ];
  const shown = changed.slice(0, MOST_SHOWN);
  return [
    `Traffic: ${utterances} utterances, ${distinct} of them different. Method: ${report.method}.`,
    `Out of scope: ${percentText(estimate.value)}, 95 % range ${percentText(estimate.low)} to ${percentText(estimate.high)}; ` +
      `${percentText(estimatedAgain)} estimated again by a version made for it.`,
    ...tableLines(
      ['', 'OUT OF SCOPE', 'ANSWER', 'CLARIFY', 'NO_MATCH'],
      [row(`in force (${configuredBy})`, configured, decisions.before), row('estimated', estimate.value, decisions.after)],
    ),
    `${changedUtterances} utterances would be decided otherwise.`,
    ...(shown.length === 0
      ? []
      : tableLines(
          ['TIMES', 'NOW', 'WITH THE ESTIMATED SHARE', 'UTTERANCE'],
          shown.map(({ count, before, after, utterance }) => [count, trafficDecisionText(before), trafficDecisionText(after), utterance]),
        )),
    ...report.notes.map((note) => `note: ${note}`),
    shareAdvice(report),
  ];
}
