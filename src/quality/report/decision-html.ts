/** A decision with the intent and the confidence behind it, for a cell. */
import type { Decision } from '../../matching/contract.ts';
import { type HtmlCell, outsideHtml, proseHtml } from './html.ts';
import { percentText } from './number-text.ts';

/** What was decided about an utterance. */
export interface DecidedOn {
  readonly decision: Decision;
  /** Best candidate; null or undefined where there is none. */
  readonly best: string | null | undefined;
  readonly confidence: number;
}

/** Decisions as requests name them. */
export const DECISION_NAMES = { answer: 'ANSWER', clarify: 'CLARIFY', no_match: 'NO_MATCH' } as const satisfies Readonly<
  Record<Decision, string>
>;

/** The decision in one piece, since half of a word like NO_MATCH says nothing. */
export function decisionCell({ decision, best, confidence }: DecidedOn): HtmlCell {
  const name = `<span class="decision">${DECISION_NAMES[decision]}</span>`;
  const behind = best === null || best === undefined ? '' : ` ${outsideHtml(best)} ${proseHtml(percentText(confidence, 0))}`;
  return { html: name + behind };
}
