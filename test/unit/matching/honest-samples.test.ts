import { expect, test } from 'vitest';
import { characterSimilarity } from '../../../src/matching/character-kernel.ts';
import { sampleHonestly } from '../../../src/matching/honest-samples.ts';
import { fitKernelRidge } from '../../../src/matching/kernel-ridge.ts';
import { madeUpCorpus, naiveMultiply } from '../../support/matching-corpora.ts';

test('a sampled question is as near by letters to each intent as its other questions are, itself and its near-duplicates left out', async () => {
  const { input } = madeUpCorpus({ sizes: [4, 5, 3, 4], noise: 2, seed: 11 });
  // Questions 1 and 2 of the first intent become one in vector: they leave together.
  input.vectors.set(input.vectors.subarray(input.dimension, 2 * input.dimension), 2 * input.dimension);
  const fit = await fitKernelRidge(input, naiveMultiply, () => undefined);
  const similarity = characterSimilarity(fit.model.characters);
  const samples = await sampleHonestly(fit, input, naiveMultiply);
  expect(samples).toHaveLength(input.texts.length);
  samples.forEach(({ lexical }, row) => {
    const found = similarity(input.texts[row] ?? '');
    const left = row === 1 || row === 2 ? [1, 2] : [row];
    const expected = Array.from({ length: input.intentCount }, (_, intent) =>
      Math.max(0, ...Array.from(found).filter((_similarity, other) => input.intents[other] === intent && !left.includes(other))),
    );
    expect(Array.from(lexical)).toEqual(expected);
  });
});
