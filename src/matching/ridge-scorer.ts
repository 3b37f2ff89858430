/**
 * Scores intents with a fitted kernel ridge and the neighbour vote. This is the match path.
 */
import { characterSimilarity } from './character-kernel.ts';
import { denseProducts } from './dense-products.ts';
import type { FittedRidge } from './fitted-scorer.ts';
import { CHARACTER_WEIGHT, centre, vectorKernel } from './kernel.ts';
import { addVote, neighbourVote } from './neighbour-vote.ts';
import type { IntentScorer } from './scorer.ts';

/** The scorer over plain fitted data. */
export function ridgeScorer(fitted: FittedRidge): IntentScorer {
  const { model, voteWeight } = fitted;
  const { intentCount } = model;
  const similarity = characterSimilarity(model.characters);
  const dense = denseProducts(model.landmarks, model.weights, {
    rows: model.characters.landmarkCount,
    dimension: model.dimension,
    intents: intentCount,
  });
  const beforeHits: IntentScorer['beforeHits'] = (prepared, vector) => {
    const kernel = dense.cosines(centre(vector, model.mean));
    for (let j = 0; j < kernel.length; j += 1) {
      kernel[j] = vectorKernel(kernel[j] as number) + CHARACTER_WEIGHT * (prepared.lexical[j] as number);
    }
    return dense.scores(model.base);
  };
  const afterHits: IntentScorer['afterHits'] = (before, near) => ({ scores: addVote(before, near, voteWeight) });
  return {
    kind: 'kernel_ridge',
    intentCount,
    calibrator: fitted.calibrator,
    decisions: fitted.decisions,
    prepare: (text) => ({ text, lexical: similarity(text) }),
    beforeHits,
    afterHits,
    score: (prepared, vector, near) => afterHits(beforeHits(prepared, vector), near),
    shares(prepared, { vector, near, intent }) {
      const cosines = dense.cosines(centre(vector, model.mean));
      const shares = {
        dense: 0,
        lexical: 0,
        namesAndAnswers: 0,
        neighbours: voteWeight * (neighbourVote(near).find((vote) => vote.intent === intent)?.share ?? 0),
      };
      cosines.forEach((cosine, j) => {
        const weight = model.weights[j * intentCount + intent] as number;
        const dense = vectorKernel(cosine) * weight;
        const lexical = CHARACTER_WEIGHT * (prepared.lexical[j] as number) * weight;
        shares.dense += dense;
        shares.lexical += lexical;
        if (j >= model.questionLandmarks) shares.namesAndAnswers += dense + lexical;
      });
      return shares;
    },
  };
}
