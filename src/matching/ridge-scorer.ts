/**
 * Scores intents with a fitted kernel ridge and the neighbour vote. This is the match path: no allocation beyond its results.
 */
import { characterSimilarity } from './character-kernel.ts';
import type { NearQuestion } from './contract.ts';
import type { FittedRidge } from './fitted-scorer.ts';
import { CHARACTER_WEIGHT, centre, products, vectorKernel } from './kernel.ts';
import { neighbourVote } from './neighbour-vote.ts';
import type { IntentScorer, PreparedText } from './scorer.ts';

/** [landmarks] vector kernel of an utterance. */
function denseKernel(fitted: FittedRidge, vector: Float32Array): Float32Array {
  const kernel = products(fitted.model.landmarks, centre(vector, fitted.model.mean));
  for (let j = 0; j < kernel.length; j += 1) kernel[j] = vectorKernel(kernel[j] as number);
  return kernel;
}

function scoreAll(fitted: FittedRidge, prepared: PreparedText, vector: Float32Array, near: readonly NearQuestion[]): Float32Array {
  const { model } = fitted;
  const c = model.intentCount;
  const dense = denseKernel(fitted, vector);
  const scores = model.base.slice();
  for (let j = 0; j < dense.length; j += 1) {
    const k = (dense[j] as number) + CHARACTER_WEIGHT * (prepared.lexical[j] as number);
    const row = j * c;
    for (let intent = 0; intent < c; intent += 1) scores[intent] = (scores[intent] as number) + k * (model.weights[row + intent] as number);
  }
  if (fitted.voteWeight > 0) {
    for (const vote of neighbourVote(near)) scores[vote.intent] = (scores[vote.intent] as number) + fitted.voteWeight * vote.share;
  }
  return scores;
}

/** The scorer over plain fitted data; pure. */
export function ridgeScorer(fitted: FittedRidge): IntentScorer {
  const { model } = fitted;
  const similarity = characterSimilarity(model.characters);
  return {
    kind: 'kernel_ridge',
    intentCount: model.intentCount,
    calibrator: fitted.calibrator,
    prepare: (text) => ({ text, lexical: similarity(text) }),
    score: (prepared, vector, near) => ({ scores: scoreAll(fitted, prepared, vector, near) }),
    shares(prepared, vector, near, intent) {
      let dense = 0;
      let lexical = 0;
      denseKernel(fitted, vector).forEach((k, j) => {
        const weight = model.weights[j * model.intentCount + intent] as number;
        dense += k * weight;
        lexical += CHARACTER_WEIGHT * (prepared.lexical[j] as number) * weight;
      });
      const vote = neighbourVote(near).find((candidate) => candidate.intent === intent)?.share ?? 0;
      return { dense, lexical, neighbours: fitted.voteWeight * vote };
    },
  };
}
