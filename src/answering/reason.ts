/** Which rule decided and what it went by: known of every match, told to those who ask. */
import { NO_INTENT } from '../matching/contract.ts';
import type { Answered } from './answer.ts';
import type { AnswerReason, CounterEvidence } from './match-answer.ts';
import type { MatchState } from './search.ts';

/** The counter-example nearest to the utterance of those that refuse its best intent; undefined where there is none. */
export function nearestCounterExample({ encoding, view: { version } }: MatchState, best: number): CounterEvidence | undefined {
  const { counterExamples, counterCosines } = version.scorer;
  let nearest: CounterEvidence | undefined;
  for (const [number, similarity] of counterCosines(encoding.vector).entries()) {
    const intent = counterExamples.intents[number] as number;
    if (intent !== NO_INTENT && intent !== best) continue;
    if (nearest !== undefined && similarity <= nearest.similarity) continue;
    nearest = { text: version.counterTexts[number] ?? '', intent: version.intents[intent] ?? '', similarity };
  }
  return nearest;
}

/** What counts against the best intent with force: a counter-example that the utterance equals, or one nearer than any question of the intent. */
function refusing(state: MatchState, { judgement: { verdict, features } }: Answered): AnswerReason['refusing'] {
  if (verdict.rule === 'counter_example') return { text: state.view.version.exact.refusal(state.text)?.texts[0] ?? '', equal: true };
  const nearest = features.refused > 0 ? nearestCounterExample(state, features.best) : undefined;
  if (nearest === undefined) return undefined;
  const { text, similarity } = nearest;
  return { text, equal: false, similarity, questionSimilarity: features.nearest + features.refused };
}

/** Costs next to nothing beside the answer: counter-examples are looked through only where one is nearer than the questions. */
export function reasonOf(state: MatchState, answered: Answered): AnswerReason {
  const { verdict, ranked } = answered.judgement;
  const { threshold, thresholdSource } = verdict;
  const rule = ranked.length === 0 && verdict.rule !== 'counter_example' ? 'no_entry_passes_filter' : verdict.rule;
  return { rule, threshold, thresholdSource, refusing: refusing(state, answered) };
}
