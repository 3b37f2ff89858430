import { expect, test } from 'vitest';
import { rememberingEncoder } from '../../../bench/evaluation/remembering-encoder.ts';
import { createFakeEncoder } from '../../support/fake-encoder.ts';

test('an utterance is encoded once, and nothing that the encoder can is hidden', async () => {
  let encoded = 0;
  const fake = createFakeEncoder();
  const encoder = {
    ...fake,
    // A product that knows no vocabulary reads no misspelt word.
    hasWord: (word: string) => word === 'order',
    hasLearnt: (text: string) => text === 'learnt',
    encode: (text: string) => {
      encoded += 1;
      return fake.encode(text);
    },
  };
  const remembering = rememberingEncoder(encoder);
  const [first, second] = [await remembering.encode('where is my order'), await remembering.encode('where is my order')];
  expect(second.vector).toEqual(first.vector);
  expect(encoded).toBe(1);
  expect(Object.keys(remembering).sort()).toEqual(Object.keys(encoder).sort());
  expect([remembering.hasWord?.('order'), remembering.hasWord?.('ordre'), remembering.hasLearnt?.('learnt')]).toEqual([true, false, true]);
});
