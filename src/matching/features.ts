/**
 * The four numbers that the calibrator reads: how high the best intent scores, how far it leads, and how near its nearest question is by
 * vector and by letters.
 */

/** How near the stored questions of each intent are to an utterance. */
export interface Nearness {
  /** Greatest cosine to a question of an intent. */
  readonly nearest: (intent: number) => number;
  /** Greatest character similarity to a question of an intent that is a landmark, in [0, 1]; left out or undefined where nothing is known of it. */
  readonly lexical?: (intent: number) => number | undefined;
}

/** Calibrator features of one utterance. */
export interface Features {
  /** Number of the best intent; -1 where no intent is allowed. */
  readonly best: number;
  /** Number of the second intent; -1 where there is none. */
  readonly second: number;
  readonly score: number;
  /** Score of the best less score of the second, at least 0; the score itself where there is no second. */
  readonly lead: number;
  /** Greatest cosine to a stored question of the best intent. */
  readonly nearest: number;
  /** Greatest character similarity to a stored question of the best intent; undefined where nothing is known of it. */
  readonly lexical: number | undefined;
}

/** Best and second intent by score; ties go to the smaller number. @param allowed which intents count; all where undefined. */
export function bestTwo(scores: Float32Array, allowed?: (intent: number) => boolean): { readonly best: number; readonly second: number } {
  let best = -1;
  let second = -1;
  for (let intent = 0; intent < scores.length; intent += 1) {
    const score = scores[intent] as number;
    if (score === -Infinity || allowed?.(intent) === false) continue;
    if (best < 0 || score > (scores[best] as number)) {
      second = best;
      best = intent;
    } else if (second < 0 || score > (scores[second] as number)) second = intent;
  }
  return { best, second };
}

/** Asked of the best intent alone is how near it is. */
export function features(scores: Float32Array, nearness: Nearness, allowed?: (intent: number) => boolean): Features {
  const { best, second } = bestTwo(scores, allowed);
  if (best < 0) return { best, second, score: 0, lead: 0, nearest: 0, lexical: undefined };
  const score = scores[best] as number;
  const lead = second < 0 ? Math.max(0, score) : score - (scores[second] as number);
  return { best, second, score, lead, nearest: nearness.nearest(best), lexical: nearness.lexical?.(best) };
}
