import { expect, test } from 'vitest';
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
