/**
 * What, changed alone, would have given another decision about the same utterance. Nothing is stated that was not tried: every change is put
 * through judge, and only what came out of it is told. For explanations; a match without one computes none of it.
 */
import type { Decision } from './contract.ts';
import { type Equality, type JudgeInput, type Judgement, judge } from './judge.ts';
import { precisionThreshold } from './learnt-decisions.ts';

/** What is changed. */
export type ChangeKind =
  /** The request sends `value` as min_confidence and no min_precision. */
  | 'min_confidence'
  /** The request sends `value` as min_precision and no min_confidence. */
  | 'min_precision'
  /** The best intent scores `value` more. */
  | 'score'
  /** The second intent scores `value` more; less where negative. */
  | 'runner_up_score'
  /** The counter-examples that the utterance equals are removed. */
  | 'remove_counter_example'
  /** The utterance becomes a counter-example of the corpus. */
  | 'add_counter_example'
  /** The stored question stays with one intent alone. */
  | 'remove_question'
  /** The request sends no filter. */
  | 'remove_filter';

/** One change and what it gives. */
export interface Change {
  readonly kind: ChangeKind;
  readonly decision: Decision;
  /** Number of the intent that would be answered; undefined unless ANSWER. */
  readonly intent: number | undefined;
  /** 0 where the kind has none. */
  readonly value: number;
}

/** How far scores are moved; they lie between 0 and about 1.2. */
const FARTHEST = 1.28;
const FIRST_MOVE = 0.01;
/** Moves are told in thousandths, shares in hundredths. */
const MOVE_GRAIN = 1000;
const SHARE_GRAIN = 100;

/** A change as tried; undefined where it changes nothing. */
function tried(kind: ChangeKind, value: number, { changed, now }: { readonly changed: JudgeInput; readonly now: Judgement }) {
  const { verdict, ranked } = judge(changed);
  if (verdict.decision === now.verdict.decision && (verdict.decision !== 'answer' || ranked[0]?.intent === now.ranked[0]?.intent)) {
    return undefined;
  }
  return { kind, decision: verdict.decision, intent: verdict.decision === 'answer' ? ranked[0]?.intent : undefined, value };
}

/** The best confidence in hundredths from below, or the next hundredth above it; undefined above 1. */
function bound(confidence: number, side: 'below' | 'above'): number | undefined {
  let hundredths = Math.floor(confidence * SHARE_GRAIN);
  // The product may have been rounded up to a whole number.
  if (hundredths / SHARE_GRAIN > confidence) hundredths -= 1;
  const value = (side === 'below' ? hundredths : hundredths + 1) / SHARE_GRAIN;
  return value > 1 ? undefined : value;
}

function byConfidence(input: JudgeInput, now: Judgement): Change | undefined {
  const best = now.ranked[0];
  if (best === undefined) return undefined;
  const value = bound(best.confidence, now.verdict.decision === 'no_match' ? 'below' : 'above');
  if (value === undefined) return undefined;
  return tried('min_confidence', value, { changed: { ...input, minConfidence: value, minPrecision: undefined }, now });
}

/** The greatest precision in hundredths whose threshold the best confidence reaches: thresholds rise with the precision. */
function byPrecision(input: JudgeInput, now: Judgement): Change | undefined {
  const confidence = now.ranked[0]?.confidence ?? 0;
  const reached = (hundredths: number): boolean =>
    (precisionThreshold(input.scorer.decisions, hundredths / SHARE_GRAIN).confidence ?? Number.POSITIVE_INFINITY) <= confidence;
  if (!reached(1)) return undefined;
  let low = 1;
  let high = SHARE_GRAIN + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) low = middle;
    else high = middle;
  }
  const value = low / SHARE_GRAIN;
  return tried('min_precision', value, { changed: { ...input, minConfidence: undefined, minPrecision: value }, now });
}

/** A small move of one intent's score that gives another decision. @param direction 1 or -1. */
function byScore(input: JudgeInput, now: Judgement, move: { kind: ChangeKind; intent: number; direction: number }): Change | undefined {
  const { kind, intent, direction } = move;
  const at = (distance: number): Change | undefined => {
    const scores = input.scores.slice();
    const value = (direction * Math.ceil(distance * MOVE_GRAIN)) / MOVE_GRAIN;
    scores[intent] = (scores[intent] as number) + value;
    return tried(kind, value, { changed: { ...input, scores }, now });
  };
  let near = 0;
  let far = FIRST_MOVE;
  let found = at(far);
  while (found === undefined && far < FARTHEST) {
    near = far;
    far *= 2;
    found = at(far);
  }
  while (found !== undefined && far - near > 1 / MOVE_GRAIN) {
    const middle = (near + far) / 2;
    const closer = at(middle);
    if (closer === undefined) near = middle;
    else {
      far = middle;
      found = closer;
    }
  }
  return found;
}

function byEquality(input: JudgeInput, now: Judgement, remaining: JudgeInput): readonly (Change | undefined)[] {
  const equal = (kind: ChangeKind, equality: Equality) => tried(kind, 0, { changed: { ...input, equality }, now });
  const [first] = now.ranked;
  if (now.verdict.rule === 'counter_example') return [tried('remove_counter_example', 0, { changed: remaining, now })];
  if (now.verdict.rule === 'exact_question') return [equal('add_counter_example', { kind: 'counter_example' })];
  return first === undefined ? [] : [equal('remove_question', { kind: 'question', intents: [first.intent] })];
}

/**
 * Changes that each alone give another decision, or an answer with another intent; the nearest at hand first. Empty where none was found.
 * @param input as it was judged, but that closenessOf must know the second intent too. @param now what came of it.
 * @param remaining the same once the counter-examples that the utterance equals are gone.
 */
export function whatWouldChange(input: JudgeInput, now: Judgement, remaining: JudgeInput): readonly Change[] {
  const { best, second } = now.features;
  const score = (direction: number) => (best < 0 ? undefined : byScore(input, now, { kind: 'score', intent: best, direction }));
  const runnerUp = (direction: number) =>
    second < 0 ? undefined : byScore(input, now, { kind: 'runner_up_score', intent: second, direction });
  const found = (): readonly (Change | undefined)[] => {
    switch (now.verdict.rule) {
      case 'confidence':
        return [byConfidence(input, now), runnerUp(1)];
      case 'close_candidates':
        return [runnerUp(-1), byConfidence(input, now)];
      case 'below_min_confidence':
      case 'precision_unreachable':
        return [
          byConfidence(input, now),
          now.verdict.thresholdSource.endsWith('precision') ? byPrecision(input, now) : undefined,
          score(1),
        ];
      default:
        return byEquality(input, now, remaining);
    }
  };
  return found().filter((change) => change !== undefined);
}
