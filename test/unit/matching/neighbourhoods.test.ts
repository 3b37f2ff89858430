import { expect, test } from 'vitest';
import { neighbourhoods } from '../../../src/matching/neighbourhoods.ts';
import { madeUpCorpus, naiveMultiply } from '../../support/matching-corpora.ts';

test('neighbourhoods are those of a full sort, the question itself left out, over several blocks', async () => {
  const { input } = madeUpCorpus({ sizes: [150, 1, 149], dimension: 8, noise: 2 });
  const selves = Array.from(input.intents, (intent, row) => ({ row, intent }));
  const found = await neighbourhoods(input.vectors, selves, { input, multiply: naiveMultiply });
  const cosines = await naiveMultiply(input.vectors, input.vectors, { rows: 300, inner: 8, columns: 300, transposeB: true });
  expect(found).toHaveLength(300);
  for (const { row, intent } of selves) {
    const sorted = Array.from(input.intents, (other, i) => ({ row: i, intent: other, similarity: cosines[row * 300 + i] ?? 0, lexical: 0 }))
      .filter((item) => item.row !== row)
      .sort((a, b) => b.similarity - a.similarity || a.row - b.row);
    expect(found[row]?.near).toEqual(sorted.slice(0, 10));
    expect(found[row]?.nearOthers).toEqual(sorted.filter((item) => item.intent !== intent).slice(0, 10));
    for (let other = 0; other < 3; other += 1) {
      expect(found[row]?.nearest[other]).toBe(sorted.find((item) => item.intent === other)?.similarity ?? -1);
    }
  }
});

test('equal questions are listed by row, and a query that is no stored question leaves nothing out', async () => {
  const { input } = madeUpCorpus({ sizes: [12, 1], dimension: 4 });
  const equal = { ...input, vectors: Float32Array.from({ length: 13 * 4 }, (_, i) => (i % 4 === 0 ? 1 : 0)) };
  const [found] = await neighbourhoods(Float32Array.of(1, 0, 0, 0), [{ row: -1, intent: -1 }], { input: equal, multiply: naiveMultiply });
  expect(found?.near.map((item) => item.row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...(found?.nearest ?? [])]).toEqual([1, 1]);
});
