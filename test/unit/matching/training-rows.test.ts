import { expect, test } from 'vitest';
import type { FitInput, LabelledTexts } from '../../../src/matching/contract.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { trainingRows } from '../../../src/matching/training-rows.ts';
import { seededRandom } from '../../support/index-oracle.ts';
import { madeUpCorpus, matrixOf, naiveMultiply, nearVector } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

const SHAPE = { sizes: new Array<number>(12).fill(2), dimension: 16, noise: 3.5, seed: 3 } as const;

async function right(input: FitInput, centres: readonly Float32Array[]): Promise<number> {
  const scorer = ridgeScorer(await fitScorer(input, naiveMultiply));
  const random = seededRandom(5);
  const best = centres.flatMap((centre, intent) =>
    Array.from({ length: 10 }, () => {
      const scores = scoresOf(scorer, { text: 'zzz', vector: nearVector(centre, 0.8, random) });
      return scores.indexOf(Math.max(...scores)) === intent ? 1 : 0;
    }),
  );
  return best.reduce<number>((sum, value) => sum + value, 0) / best.length;
}

test('names that say what their intents are about are trained on after the questions', async () => {
  const { input } = madeUpCorpus({ ...SHAPE, names: 'telling' });
  const rows = await trainingRows(input, naiveMultiply);
  expect(rows.texts).toEqual([...input.texts, ...(input.names?.texts ?? [])]);
  expect(Array.from(rows.intents.subarray(input.texts.length))).toEqual(SHAPE.sizes.map((_, intent) => intent));
  expect(rows.vectors.subarray(input.vectors.length)).toEqual(input.names?.vectors);
});

test('names that say nothing of their intents are left out', async () => {
  const { input } = madeUpCorpus({ ...SHAPE, names: 'misleading' });
  expect(await trainingRows(input, naiveMultiply)).toEqual({
    texts: input.texts,
    intents: input.intents,
    vectors: input.vectors,
    repeats: new Map(),
    counterStart: input.texts.length,
  });
});

test('telling names find more of what is asked; misleading ones change no score', async () => {
  const { input: bare, centres } = madeUpCorpus(SHAPE);
  const telling = madeUpCorpus({ ...SHAPE, names: 'telling' });
  const misleading = madeUpCorpus({ ...SHAPE, names: 'misleading' });
  const without = await right(bare, centres);
  expect(await right(telling.input, telling.centres)).toBeGreaterThan(without + 0.05);
  expect(await right(misleading.input, misleading.centres)).toBe(without);
});

/** The first question of each intent. */
function firstRows({ intents, intentCount }: FitInput): Int32Array {
  return Int32Array.from({ length: intentCount }, (_, intent) => intents.indexOf(intent));
}

/** The corpus with its names standing in for answers: telling ones lie where their intents do. */
function answered(names: 'telling' | 'misleading'): FitInput {
  const { input } = madeUpCorpus({ ...SHAPE, names });
  const { names: texts, ...bare } = input;
  if (texts === undefined) throw new Error('madeUpCorpus made no names.');
  return { ...bare, answers: { withQuestion: texts, questionRows: firstRows(input), alone: texts } };
}

test('answers that would find many questions are trained on with their questions, after the names', async () => {
  const telling = answered('telling');
  const { input } = madeUpCorpus({ ...SHAPE, names: 'telling' });
  if (telling.answers === undefined) throw new Error('There are no answers.');
  const withQuestion = { ...telling.answers.withQuestion, texts: telling.answers.withQuestion.texts.map((text) => `read ${text}`) };
  const rows = await trainingRows({ ...input, answers: { ...telling.answers, withQuestion } }, naiveMultiply);
  expect(rows.texts).toEqual([...input.texts, ...(input.names?.texts ?? []), ...withQuestion.texts]);
  expect(Array.from(rows.intents)).toEqual([...input.intents, ...(input.names?.intents ?? []), ...withQuestion.intents]);
  expect(rows.vectors.subarray(-withQuestion.vectors.length)).toEqual(withQuestion.vectors);
  const before = input.texts.length + (input.names?.texts.length ?? 0);
  expect([...rows.repeats]).toEqual(Array.from(telling.answers.questionRows, (row, place) => [row, [before + place]]));
});

test('a name of the same words as a question of its intent repeats it', async () => {
  const { input } = madeUpCorpus({ ...SHAPE, names: 'telling' });
  const texts = input.texts.with(5, `${input.names?.texts[input.intents[5] ?? 0]?.toUpperCase()}?`);
  const { repeats } = await trainingRows({ ...input, texts }, naiveMultiply);
  expect([...repeats]).toEqual([[5, [texts.length + (input.intents[5] ?? 0)]]]);
});

test('answers that find no questions by themselves are left out, however near their questions bring them', async () => {
  const { answers } = answered('telling');
  const { answers: misleading, ...input } = answered('misleading');
  if (answers === undefined || misleading === undefined) throw new Error('There are no answers.');
  const rows = await trainingRows({ ...input, answers: { ...answers, alone: misleading.alone } }, naiveMultiply);
  expect(rows.texts).toEqual(input.texts);
});

test('answers are tried on the questions of their own intents alone', async () => {
  const { answers, ...input } = answered('telling');
  if (answers === undefined) throw new Error('There are no answers.');
  // Two intents of twelve: over all questions even perfect answers would find a sixth.
  const first = (part: LabelledTexts) => ({
    texts: part.texts.slice(0, 2),
    intents: part.intents.slice(0, 2),
    vectors: part.vectors.slice(0, 2 * SHAPE.dimension),
  });
  const two = first(answers.alone);
  expect(
    (
      await trainingRows(
        { ...input, answers: { withQuestion: two, questionRows: firstRows(input).slice(0, 2), alone: two } },
        naiveMultiply,
      )
    ).texts,
  ).toEqual([...input.texts, ...two.texts]);
});

test('one intent has nothing that its name could tell apart', async () => {
  const { input } = madeUpCorpus({ sizes: [4], names: 'telling' });
  expect((await trainingRows(input, naiveMultiply)).texts).toEqual(input.texts);
});

test('names count from a quarter of the way on between guessing and finding every question', async () => {
  // Four intents of four questions: guessing finds a quarter, and a quarter of the rest is seven of sixteen.
  const axis = (at: number) => Float32Array.from({ length: 4 }, (_, i) => (i === at ? 1 : 0));
  const countsAt = async (found: number) => {
    const { input } = madeUpCorpus({ sizes: [4, 4, 4, 4], dimension: 4 });
    const vectors = matrixOf(
      Array.from(input.intents, (intent, row) => axis(row < found ? intent : (intent + 1) % 4)),
      4,
    );
    const names = { texts: ['a', 'b', 'c', 'd'], intents: Int32Array.of(0, 1, 2, 3), vectors: matrixOf([0, 1, 2, 3].map(axis), 4) };
    return (await trainingRows({ ...input, vectors, names }, naiveMultiply)).texts.length > 16;
  };
  expect([await countsAt(6), await countsAt(7)]).toEqual([false, true]);
});

test('a question can be repeated by a name and by an answer', async () => {
  const { answers, ...rest } = answered('telling');
  const { names } = madeUpCorpus({ ...SHAPE, names: 'telling' }).input;
  if (answers === undefined || names === undefined) throw new Error('There are no answers, or no names.');
  const { repeats } = await trainingRows({ ...rest, texts: rest.texts.with(0, 'topic0'), names, answers }, naiveMultiply);
  expect(repeats.get(0)).toEqual([rest.texts.length, rest.texts.length + names.texts.length]);
});
