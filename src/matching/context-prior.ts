/**
 * What came before in a conversation as a prior: the intent of the turn before is likelier to be meant again than an utterance alone tells.
 */
import type { Confidences } from './calibrator.ts';

/**
 * How much likelier: odds of the previous intent against everything else are doubled. Small on purpose: it settles what is close ("and
 * abroad?") and moves little that is clear. No dialogues were at hand to measure it on.
 */
const ODDS = 2;

/**
 * Bayes' rule over all intents and "none of these": the previous intent's probability times ODDS, everything made to sum to 1 again.
 * @param previous number of the intent; undefined changes nothing, and so does an intent that may not be meant.
 */
export function withContext({ intents, none }: Confidences, previous: number | undefined): Confidences {
  if (previous === undefined) return { intents, none };
  const before = intents[previous] ?? 0;
  const total = 1 + (ODDS - 1) * before;
  const moved = intents.map((confidence) => confidence / total);
  moved[previous] = (ODDS * before) / total;
  return { intents: moved, none: none / total };
}
