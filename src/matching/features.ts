/**
 * What the calibrator reads: how high the best intent scores, how far it leads, how close its questions are, and whether what must not be answered is closer.
 */

/** How close an utterance is to an intent. */
export interface Closeness {
  /** Greatest cosine to a stored question of the intent, less what a counter-example is nearer; in [−3, 1]. */
  readonly nearest: number;
  /** By how much a counter-example is nearer than any stored question of the intent; 0 and above. */
  readonly refused: number;
}

/** Calibrator features of one utterance. */
export interface Features extends Closeness {
  /** Number of the best intent; -1 where no intent is allowed. */
  readonly best: number;
  /** Number of the second intent; -1 where there is none. */
  readonly second: number;
  readonly score: number;
  /** Score of the best less score of the second, at least 0; the score itself where there is no second. */
  readonly lead: number;
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

/** @param closenessOf closeness to an intent (counter-examples.ts). */
export function features(
  scores: Float32Array,
  closenessOf: (intent: number) => Closeness,
  allowed?: (intent: number) => boolean,
): Features {
  const { best, second } = bestTwo(scores, allowed);
  if (best < 0) return { best, second, score: 0, lead: 0, nearest: 0, refused: 0 };
  const score = scores[best] as number;
  const lead = second < 0 ? Math.max(0, score) : score - (scores[second] as number);
  return { best, second, score, lead, ...closenessOf(best) };
}
