/** Why an utterance was decided as it was, as briefly as a list of mistakes has room for. Pure. */
import type { AnswerReason } from '../../answering/match-answer.ts';
import type { ThresholdSource } from '../../matching/contract.ts';
import type { EvaluatedRow } from '../evaluated-row.ts';
import { exactPercent } from './number-text.ts';
import { shortenedText } from './shortened-text.ts';

/** Who set the least confidence. */
const SOURCES: Readonly<Record<ThresholdSource, string>> = {
  request: "the request's min_confidence",
  precision: "learnt for the request's min_precision",
  intent: "the intent's own min_confidence",
  intent_precision: "learnt for the intent's own min_precision",
  corpus: "the corpus's min_confidence",
  corpus_precision: "learnt for the corpus's min_precision",
  default: "the server's",
};

/** Characters of a counter-example that a list has room for. */
const MOST_CHARACTERS = 60;

/** How our own words and texts from outside are written. */
export interface ReasonStyle {
  readonly prose: (text: string) => string;
  readonly outside: (text: string) => string;
}

const PLAIN: ReasonStyle = { prose: (text) => text, outside: (text) => text };

/** Rounded down to hundredths of a percent, so that what is just below a threshold does not look as great as it. */
function percent(share: number): string {
  return exactPercent(Math.floor(share * 1e4) / 1e4);
}

function ruleText({ rule, threshold, thresholdSource }: AnswerReason, { confidence, second }: EvaluatedRow): string {
  const from = `${percent(threshold)} (${SOURCES[thresholdSource]})`;
  switch (rule) {
    case 'confidence':
      return `confidence ${percent(confidence)}, enough from ${from}`;
    case 'below_min_confidence':
      return `confidence ${percent(confidence)} under ${from}`;
    case 'close_candidates':
      return `the second has ${percent(second)}, the best ${percent(confidence)}`;
    case 'precision_unreachable':
      return `no confidence reaches the precision that is asked (${SOURCES[thresholdSource].replace('learnt for ', '')})`;
    case 'exact_question':
      return 'equals a stored question';
    case 'exact_question_ambiguous':
      return 'equals a stored question of several intents';
    case 'counter_example':
      return '';
    case 'no_entry_passes_filter':
      return 'there is no candidate';
  }
}

function refusalText({ refusing }: AnswerReason, { prose, outside }: ReasonStyle): string {
  if (refusing === undefined) return '';
  const named = `counter-example "${outside(shortenedText(refusing.text, MOST_CHARACTERS))}"`;
  if (refusing.equal) return `equals the ${named}`;
  return `${named} ${prose(`is nearer (${refusing.similarity.toFixed(2)} against ${refusing.questionSimilarity.toFixed(2)})`)}`;
}

/** Empty where the reason is not known, as in reports of before. @param style how it is written; as plain text by default. */
export function reasonText(row: EvaluatedRow, style: ReasonStyle = PLAIN): string {
  const { reason } = row;
  if (reason === undefined) return '';
  return [style.prose(ruleText(reason, row)), refusalText(reason, style)].filter((text) => text !== '').join('; ');
}
