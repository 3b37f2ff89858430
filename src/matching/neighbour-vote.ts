/**
 * The neighbour vote: the ten nearest stored questions vote for their intents with softmax weights exp(cosine / 0.05).
 */
import type { NearQuestion } from './contract.ts';
import { rowsByIntent } from './rows-by-intent.ts';

const VOTERS = 10;
const TEMPERATURE = 0.05;
/** Weight of the vote beside the ridge where intents have very many questions. */
const MOST = 0.15;
/** Up to so many questions an intent ten voters come mostly from intents that are wrong, and the vote does harm. */
const TOO_FEW = 6;

/** One intent's share of the vote. */
export interface Vote {
  readonly intent: number;
  /** In (0, 1]; the shares of one vote sum to 1. */
  readonly share: number;
}

/** @param near any order, each row at most once; empty gives no votes. */
export function neighbourVote(near: readonly Pick<NearQuestion, 'intent' | 'similarity'>[]): readonly Vote[] {
  const voters = [...near].sort((a, b) => b.similarity - a.similarity).slice(0, VOTERS);
  const top = voters[0]?.similarity ?? 0;
  const weights = new Map<number, number>();
  let total = 0;
  for (const voter of voters) {
    const weight = Math.exp((voter.similarity - top) / TEMPERATURE);
    weights.set(voter.intent, (weights.get(voter.intent) ?? 0) + weight);
    total += weight;
  }
  return [...weights].map(([intent, weight]) => ({ intent, share: weight / total }));
}

/**
 * How much the vote counts beside the ridge, in [0, .15): .15 (1 − 6 / q) for a median of q questions an intent. Fixed by measurement and not
 * learnt from the corpus, so that no row more or less moves it (docs/decisions/0019-coordinates-and-vote.md).
 */
export function voteWeight(intents: Int32Array, intentCount: number): number {
  const sizes = rowsByIntent(intents, intentCount)
    .map((own) => own.length)
    .sort((a, b) => a - b);
  const middle = (sizes.length - 1) / 2;
  const median = ((sizes[Math.floor(middle)] ?? 0) + (sizes[Math.ceil(middle)] ?? 0)) / 2;
  return median <= TOO_FEW ? 0 : MOST * (1 - TOO_FEW / median);
}

/** Adds the vote of the neighbours to scores [intents], in place. @returns the same scores. */
export function addVote(scores: Float32Array, near: readonly Pick<NearQuestion, 'intent' | 'similarity'>[], weight: number): Float32Array {
  if (weight === 0) return scores;
  for (const vote of neighbourVote(near)) scores[vote.intent] = (scores[vote.intent] as number) + weight * vote.share;
  return scores;
}
