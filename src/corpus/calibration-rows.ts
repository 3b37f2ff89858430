/** Calibration rows against the corpus and one another: what contradicts is a fault, what is no news is left out. */
import { exactKey } from '../text/normalise.ts';
import type { LabelledDraft } from './collection.ts';
import type { LabelledRow } from './corpus.ts';
import { quoted } from './describe-value.ts';
import type { FaultList } from './fault-list.ts';
import { againstStored, intentText, type KnownTexts, type LabelFinding } from './known-texts.ts';
import { createIntentAdvice } from './nearest-intent.ts';
import { within } from './source-document.ts';

function warnIdle(idle: readonly LabelledDraft[], total: number, list: FaultList): void {
  const [first] = idle;
  if (first === undefined) return;
  const came = `${idle.length} of ${total} that the corpus stores or that repeat another, ${quoted(first.utterance)} the first`;
  list.warn('idle_rows', first.place, `Expected calibration rows that are news to the corpus, came ${came}; these teach nothing.`);
}

/** What a row says against an earlier one of the same text. */
function againstEarlier({ utterance, intent }: LabelledDraft, earlier: LabelledDraft | undefined): readonly LabelFinding[] {
  if (earlier === undefined || earlier.intent === intent) return [];
  return [['contradicting_rows', `${quoted(utterance)} means ${intentText(earlier.intent)} in another row and ${intentText(intent)} here`]];
}

/** The rows that can teach, each text once, in their order. Contradictions and unknown intents are told as faults. */
export function calibrationRows(drafts: readonly LabelledDraft[], known: KnownTexts, list: FaultList): readonly LabelledRow[] {
  const adviceOf = createIntentAdvice(known.intents);
  const kept = new Map<string, LabelledDraft>();
  const idle: LabelledDraft[] = [];
  for (const draft of drafts) {
    const { utterance, intent, place } = draft;
    if (intent !== null && !known.intents.has(intent)) {
      const todo = `mend the name, or write null where none is meant.${adviceOf(intent)}`;
      list.fault('unknown_intent', within(place, 'intent'), `Expected an intent of this corpus, came ${quoted(intent)}; ${todo}`);
      continue;
    }
    const key = exactKey(utterance);
    const first = kept.get(key);
    const findings = [...againstEarlier(draft, first), ...againstStored(utterance, intent === null ? [] : [intent], known)];
    for (const [code, what] of findings) list.fault(code, place, `${what}; correct one of them.`);
    if (findings.length > 0) continue;
    if (first !== undefined || known.questions.has(key) || known.refused.has(key)) idle.push(draft);
    else kept.set(key, draft);
  }
  warnIdle(idle, drafts.length, list);
  return Array.from(kept.values(), ({ utterance, intent }) => ({ utterance, intent }));
}
