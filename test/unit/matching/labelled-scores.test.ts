import { expect, test } from 'vitest';
import { type FitInput, NO_INTENT } from '../../../src/matching/contract.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import { provesPrecision, readLabelled, scoreLabelled } from '../../../src/matching/labelled-scores.ts';
import { neighbourhoods } from '../../../src/matching/neighbourhoods.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { serialiseScorer } from '../../../src/matching/stored-scorer.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { madeUpCorpus, matrixOf, naiveMultiply, nearVector } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

const { input, centres } = madeUpCorpus({ sizes: new Array<number>(12).fill(8), dimension: 24, counterExamples: 3 });
const random = seededRandom(5);

/** Utterances of the intents, every fourth one out of scope. */
function labelled(count: number): NonNullable<FitInput['labelled']> {
  const rows = Array.from({ length: count }, (_, i) => {
    const intent = i % 4 === 0 ? NO_INTENT : i % centres.length;
    const centre = intent === NO_INTENT ? new Float32Array(24) : (centres[intent] ?? new Float32Array(24));
    return { text: `typed ${i}`, intent, vector: nearVector(centre, intent === NO_INTENT ? 1 : 0.3, random) };
  });
  return {
    texts: rows.map(({ text }) => text),
    intents: Int32Array.from(rows, ({ intent }) => intent),
    vectors: matrixOf(
      rows.map(({ vector }) => vector),
      24,
    ),
  };
}

test('an utterance scores as a match would score it', async () => {
  const some = labelled(20);
  const fitted = await fitScorer(input, naiveMultiply);
  const scorer = ridgeScorer(fitted);
  const scored = await scoreLabelled(fitted, { ...input, labelled: some }, naiveMultiply);
  const around = await neighbourhoods(
    some.vectors,
    some.texts.map(() => ({ row: -1, intent: -1 })),
    { input, multiply: naiveMultiply },
  );
  expect(scored).toHaveLength(20);
  scored.forEach(({ scores, utterance, intent, proves, closenessOf }, i) => {
    const vector = some.vectors.subarray(i * 24, (i + 1) * 24);
    expect(utterance).toBe(some.texts[i]);
    expect(intent ?? NO_INTENT).toBe(some.intents[i]);
    expect(proves).toBe(provesPrecision(utterance));
    // Products are summed in another order.
    for (const [place, score] of scoresOf(scorer, { text: utterance, vector, near: around[i]?.near ?? [] }).entries())
      expect(scores[place]).toBeCloseTo(score, 5);
    expect(closenessOf(3).nearest + closenessOf(3).refused).toBeCloseTo(around[i]?.nearest[3] ?? 0, 6);
  });
  expect(await scoreLabelled(fitted, input, naiveMultiply)).toEqual([]);
});

test('an utterance that says what a counter-example says is refused by it', async () => {
  const vectors = input.counterVectors.subarray(0, 24);
  const one = { texts: ['as forbidden'], intents: Int32Array.of(NO_INTENT), vectors };
  const [scored] = await scoreLabelled(await fitScorer(input, naiveMultiply), { ...input, labelled: one }, naiveMultiply);
  expect(scored?.closenessOf(0).refused).toBeGreaterThan(0.1);
});

test('which utterances prove is drawn by their text, about half of them', () => {
  const proving = Array.from({ length: 1000 }, (_, i) => provesPrecision(`u${i}`)).filter(Boolean).length;
  expect(proving).toBeGreaterThan(450);
  expect(proving).toBeLessThan(550);
});

test('of very many an even draw is read', () => {
  const texts = (count: number) => ({ texts: new Array<string>(count).fill(''), intents: new Int32Array(0), vectors: new Float32Array(0) });
  expect(readLabelled(texts(4000))).toHaveLength(4000);
  expect(readLabelled(texts(9001))).toHaveLength(3001);
  expect(readLabelled(texts(9001)).at(-1)).toBe(9000);
});

test('labelled utterances change calibrator and decisions, and nothing of the scores; without any a scorer is what it was', async () => {
  const plain = await fitScorer(input, naiveMultiply);
  const taught = await fitScorer({ ...input, labelled: labelled(200) }, naiveMultiply);
  expect(taught.model).toEqual(plain.model);
  expect(taught.calibrator).not.toEqual(plain.calibrator);
  expect(plain.decisions?.proven).toBeUndefined();
  expect(taught.decisions?.proven?.some((value) => value > 0)).toBe(true);
  const none = { texts: [], intents: new Int32Array(0), vectors: new Float32Array(0) };
  const empty = await fitScorer({ ...input, labelled: none }, naiveMultiply);
  expect(Buffer.from(serialiseScorer(empty)).equals(serialiseScorer(plain))).toBe(true);
});
