/**
 * Scores intents from the index's hits alone, for corpora where kernel ridge would take too long to fit or too much memory:
 * greatest cosine, less what a counter-example is nearer, plus a share of the best BM25, plus the neighbour vote. Intents without a hit have no score.
 */
import type { NearQuestion, Refusals } from './contract.ts';
import { closeness, counterCosines } from './counter-examples.ts';
import type { FittedHits } from './fitted-scorer.ts';
import { neighbourVote } from './neighbour-vote.ts';
import { type IntentScorer, NO_SHARES, type ScoreShares } from './scorer.ts';

const LEXICAL_WEIGHT = 0.1;
const VOTE_WEIGHT = 0.1;

/** Score parts by intent; BM25 is divided by the best hit's, so that its share lies in [0, 1]. */
function partsByIntent(near: readonly NearQuestion[], held: Refusals): Map<number, ScoreShares> {
  const greatest = near.reduce((most, hit) => Math.max(most, hit.lexical), 0);
  const parts = new Map<number, ScoreShares>();
  for (const hit of near) {
    const before = parts.get(hit.intent);
    const lexical = greatest > 0 ? (LEXICAL_WEIGHT * hit.lexical) / greatest : 0;
    parts.set(hit.intent, {
      dense: Math.max(before?.dense ?? -Infinity, closeness(hit.similarity, held, hit.intent).nearest),
      lexical: Math.max(before?.lexical ?? 0, lexical),
      neighbours: 0,
      namesAndAnswers: 0,
      counterExamples: 0,
    });
  }
  for (const vote of neighbourVote(near)) {
    const before = parts.get(vote.intent);
    if (before !== undefined) parts.set(vote.intent, { ...before, neighbours: VOTE_WEIGHT * vote.share });
  }
  return parts;
}

/** [intents] scores from hits; −Infinity for intents without one. */
export function hitScores(near: readonly NearQuestion[], held: Refusals, intentCount: number): Float32Array {
  const scores = new Float32Array(intentCount).fill(-Infinity);
  for (const [intent, part] of partsByIntent(near, held)) scores[intent] = part.dense + part.lexical + part.neighbours;
  return scores;
}

/** The scorer over plain fitted data; pure. */
export function hitScorer(fitted: FittedHits): IntentScorer {
  const { intentCount, counterExamples } = fitted;
  return {
    kind: 'hits',
    intentCount,
    calibrator: fitted.calibrator,
    decisions: fitted.decisions,
    prepare: (text) => ({ text, lexical: new Float32Array(0) }),
    beforeHits: () => new Float32Array(intentCount).fill(-Infinity),
    counterExamples,
    counterCosines: counterCosines(counterExamples),
    afterHits: (_before, near, held) => ({ scores: hitScores(near, held, intentCount) }),
    shares: (_prepared, { near, refusals: held, intent }) => partsByIntent(near, held).get(intent) ?? NO_SHARES,
  };
}
