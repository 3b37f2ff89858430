/** Traffic in `faqmatch eval`: read, measured and told to a person. */

import { requireLength } from '../encoder/text-length.ts';
import { FaqError, type Fault } from '../errors.ts';
import { percentText } from '../quality/report/number-text.ts';
import { shareAdvice, trafficDecisionText } from '../quality/report/traffic-section.ts';
import type { TrafficReport } from '../quality/traffic/traffic-report.ts';
import { counted } from '../text/counted.ts';
import { normaliseText } from '../text/normalise.ts';
import { readLines } from './read-lines.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Changed decisions that a terminal shows; the reports have more. */
const MOST_SHOWN = 10;

/**
 * Utterances of a file, one a line, blank ones left out.
 * @param mostCharacters longer lines are refused, as a server would refuse them. @throws FaqError not_found; invalid_argument with every line that is too long.
 */
export async function trafficOf(path: string, mostCharacters: number, terminal: Terminal): Promise<readonly string[]> {
  const lines = await readLines(path, terminal);
  const faults = lines.flatMap((text, i): readonly Fault[] => {
    try {
      requireLength(text, mostCharacters);
      return [];
    } catch (error) {
      if (!(error instanceof FaqError)) throw error;
      return [{ file: path, line: i + 1, field: '', code: 'too_long', message: error.message }];
    }
  });
  if (faults.length > 0) throw new FaqError('invalid_argument', 'The traffic was refused; nothing was measured.', { faults });
  return lines.filter((line) => normaliseText(line) !== '');
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
    `Traffic: ${counted(utterances, 'utterance')}, ${distinct} of them different. Method: ${report.method}.`,
    `Out of scope: ${percentText(estimate.value)}, 95 % range ${percentText(estimate.low)} to ${percentText(estimate.high)}; ` +
      `${percentText(estimatedAgain)} estimated again by a version made for it.`,
    ...tableLines(
      ['', 'OUT OF SCOPE', 'ANSWER', 'CLARIFY', 'NO_MATCH'],
      [row(`in force (${configuredBy})`, configured, decisions.before), row('estimated', estimate.value, decisions.after)],
    ),
    `${counted(changedUtterances, 'utterance')} would be decided otherwise.`,
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
