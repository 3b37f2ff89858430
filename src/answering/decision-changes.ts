/** What would have changed a decision, in the names and texts of its version. For explanations only. */

import type { JudgeInput, Judgement } from '../matching/judge.ts';
import { type Change, whatWouldChange } from '../matching/what-would-change.ts';
import type { VersionView } from '../versions/version-view.ts';
import type { AnswerChange } from './match-answer.ts';

/** A judged utterance. */
export interface JudgedUtterance {
  readonly view: VersionView;
  /** Normalised. */
  readonly text: string;
  /** Must know the nearest questions of the best and of the second intent. */
  readonly judged: JudgeInput;
  readonly judgement: Judgement;
  /** What would be judged once the counter-examples that it equals are gone. */
  readonly remaining: JudgeInput;
}

/** The texts that a change would take away or bring. */
function textsOf({ kind, intent: kept }: Change, { text, judged: { equality }, view }: JudgedUtterance): readonly string[] {
  const { version, passes } = view;
  if (kind === 'add_counter_example') return [text];
  if (kind === 'remove_counter_example') return version.exact.refusal(text)?.texts ?? [];
  if (kind !== 'remove_question' || equality.kind !== 'question') return [];
  const asked = equality.intents.filter((intent) => intent !== kept);
  const rows = version.exact.rows(text, passes).filter((row) => asked.includes(version.intentOfRow[row] ?? -1));
  return [...new Set(rows.map((row) => version.questions[row] ?? ''))];
}

/** Changes that each alone would have given another decision, or an answer with another intent. */
export function decisionChanges(utterance: JudgedUtterance): readonly AnswerChange[] {
  const { view, judged, judgement, remaining } = utterance;
  const { intents } = view.version;
  return whatWouldChange(judged, judgement, remaining).map((change) => ({
    what: change.kind,
    decision: change.decision,
    intent: change.intent === undefined ? '' : (intents[change.intent] ?? ''),
    value: change.value,
    texts: textsOf(change, utterance),
  }));
}

/** The change of a request whose filter let nothing through. @param unfiltered what would be judged without it. @param intents names by number. */
export function filterChange({ verdict, ranked }: Judgement, intents: readonly string[]): readonly AnswerChange[] {
  if (verdict.decision === 'no_match') return [];
  const intent = verdict.decision === 'answer' ? (intents[ranked[0]?.intent ?? -1] ?? '') : '';
  return [{ what: 'remove_filter', decision: verdict.decision, intent, value: 0, texts: [] }];
}
