/**
 * Scores intents with a fitted kernel ridge and the neighbour vote. This is the match path.
 */
import { characterSimilarity } from './character-kernel.ts';
import { counterCosines } from './counter-examples.ts';
import { denseProducts } from './dense-products.ts';
import type { FittedRidge } from './fitted-scorer.ts';
import { CHARACTER_WEIGHT, centre, vectorKernel } from './kernel.ts';
import type { RidgeModel } from './kernel-ridge.ts';
import { addVote, neighbourVote } from './neighbour-vote.ts';
import type { IntentScorer, ScoreShares } from './scorer.ts';

/** What an utterance's features, [landmarks + coordinates] and [landmarks], add to the score of one intent. */
function modelShares(
  model: RidgeModel,
  { measured, lexical }: { readonly measured: Float32Array; readonly lexical: Float32Array },
  intent: number,
): Omit<ScoreShares, 'neighbours'> {
  const weightOf = (column: number) => model.weights[column * model.intentCount + intent] as number;
  const shares = { dense: 0, lexical: 0, namesAndAnswers: 0, counterExamples: 0 };
  const firstCounter = lexical.length - model.counterLandmarks;
  lexical.forEach((similarity, j) => {
    const byVector = vectorKernel(measured[j] as number) * weightOf(j);
    const byLetters = CHARACTER_WEIGHT * similarity * weightOf(j);
    shares.dense += byVector;
    shares.lexical += byLetters;
    if (j >= firstCounter) shares.counterExamples += byVector + byLetters;
    else if (j >= model.questionLandmarks) shares.namesAndAnswers += byVector + byLetters;
  });
  for (let j = lexical.length; j < measured.length; j += 1) shares.dense += (measured[j] as number) * weightOf(j);
  return shares;
}

/** The scorer over plain fitted data. */
export function ridgeScorer(fitted: FittedRidge): IntentScorer {
  const { model, voteWeight } = fitted;
  const { intentCount } = model;
  const similarity = characterSimilarity(model.characters);
  const dense = denseProducts(model.landmarks, model.weights, {
    rows: model.characters.landmarkCount,
    coordinates: model.coordinates,
    dimension: model.dimension,
    intents: intentCount,
  });
  const beforeHits: IntentScorer['beforeHits'] = (prepared, vector) => {
    const kernel = dense.cosines(centre(vector, model.mean));
    for (let j = 0; j < model.characters.landmarkCount; j += 1) {
      kernel[j] = vectorKernel(kernel[j] as number) + CHARACTER_WEIGHT * (prepared.lexical[j] as number);
    }
    return dense.scores(model.base);
  };
  return {
    kind: 'kernel_ridge',
    intentCount,
    calibrator: fitted.calibrator,
    decisions: fitted.decisions,
    prepare: (text) => ({ text, lexical: similarity(text) }),
    counterExamples: fitted.counterExamples,
    counterCosines: counterCosines(fitted.counterExamples),
    beforeHits,
    afterHits: (before, near) => ({ scores: addVote(before, near, voteWeight) }),
    shares(prepared, { vector, near, intent }) {
      const features = { measured: dense.cosines(centre(vector, model.mean)), lexical: prepared.lexical };
      const vote = neighbourVote(near).find((one) => one.intent === intent);
      return { ...modelShares(model, features, intent), neighbours: voteWeight * (vote?.share ?? 0) };
    },
  };
}
