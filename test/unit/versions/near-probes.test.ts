import { expect, test } from 'vitest';
import { NO_INTENT } from '../../../src/matching/contract.ts';
import { buildProbes } from '../../../src/versions/near-probes.ts';
import { madeUpCorpus, naiveMultiply } from '../../support/matching-corpora.ts';

test('every question is a probe without itself, but for those that another intent stores too, whatever their case', async () => {
  const { input } = madeUpCorpus({ sizes: [3, 3, 3] });
  const texts = input.texts.with(4, input.texts[0]?.toUpperCase() ?? '');
  const probes = await buildProbes({ ...input, texts }, naiveMultiply);
  const perIntent = [0, 1, 2].map((intent) => probes.filter((probe) => probe.intent === intent).length);
  expect(perIntent).toEqual([2, 2, 3]);
  for (const { near, nearOthers, intent } of probes) {
    expect(near).toHaveLength(8);
    expect(nearOthers).toHaveLength(6);
    expect(nearOthers.every((hit) => hit.intent !== intent)).toBe(true);
  }
});

test('a question that the encoder was adapted to is no probe, but is found by others', async () => {
  const { input } = madeUpCorpus({ sizes: [3, 3, 3] });
  const probes = await buildProbes({ ...input, learnt: Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0) }, naiveMultiply);
  expect(probes.map(({ intent }) => intent).sort()).toEqual([1, 1, 1, 2, 2, 2]);
  for (const { near } of probes) expect(near).toHaveLength(8);
});

test('labelled utterances are probes that leave nothing out, between the questions and the counter-examples', async () => {
  const { input } = madeUpCorpus({ sizes: [3, 3, 3], counterExamples: 2 });
  const { dimension } = input;
  const labelled = {
    texts: ['like the first', 'none of these'],
    intents: Int32Array.of(0, NO_INTENT),
    vectors: Float32Array.from([...input.vectors.subarray(0, dimension), ...input.counterVectors.subarray(0, dimension)]),
  };
  const probes = await buildProbes({ ...input, labelled }, naiveMultiply);
  expect(probes.slice(9).map(({ kind, text, intent }) => [kind, text, intent])).toEqual([
    ['labelled', 'like the first', 0],
    ['labelled', 'none of these', undefined],
    ['counter_example', input.counterTexts[0], undefined],
    ['counter_example', input.counterTexts[1], undefined],
  ]);
  const [inside, outside, counter] = probes.slice(9);
  // It finds the question that it equals, which is stored and was not left out.
  expect(inside?.near).toHaveLength(9);
  expect(inside?.near[0]).toMatchObject({ row: 0, intent: 0 });
  expect(inside?.near[0]?.similarity).toBeCloseTo(1, 6);
  // And what it equals refuses it, while a counter-example does not refuse itself.
  expect(outside?.refusals.all).toBeCloseTo(1, 6);
  expect(counter?.refusals.all).toBeLessThan(0.95);
  expect([inside, outside, counter].map((probe) => probe?.nearOthers)).toEqual([[], [], []]);
  // The questions' own probes are what they were.
  expect(probes.slice(0, 9)).toEqual((await buildProbes(input, naiveMultiply)).slice(0, 9));
});
