import { deserialize, serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import { fitScorer } from '../../../src/matching/fit.ts';
import type { FittedRidge, FittedScorer } from '../../../src/matching/fitted-scorer.ts';
import { PROVEN_NUMBERS } from '../../../src/matching/proven-precision.ts';
import { ridgeScorer } from '../../../src/matching/ridge-scorer.ts';
import { loadScorer, SCORER_FORMAT, serialiseScorer } from '../../../src/matching/stored-scorer.ts';
import { UNIVERSAL_CALIBRATOR } from '../../../src/matching/universal-prior.ts';
import { madeUpCorpus, NO_COUNTER_EXAMPLES, naiveMultiply } from '../../support/matching-corpora.ts';
import { scoresOf } from '../../support/scores-of.ts';

const { input } = madeUpCorpus({ sizes: [4, 3, 5], counterExamples: 3 });
const fitted = await fitScorer(input, naiveMultiply);

function codeOf(bytes: Uint8Array): string {
  try {
    loadScorer(bytes);
    return 'loaded';
  } catch (error) {
    return error instanceof FaqError ? error.code : String(error);
  }
}

test('a stored ridge scores bit for bit as the fitted one', () => {
  const loaded = loadScorer(serialiseScorer(fitted));
  const fresh = ridgeScorer(fitted);
  expect(loaded.kind).toBe('kernel_ridge');
  expect(loaded.calibrator).toEqual(fitted.calibrator);
  input.texts.forEach((text, row) => {
    const vector = input.vectors.subarray(row * input.dimension, (row + 1) * input.dimension);
    const near = [{ row, intent: input.intents[row] ?? 0, similarity: 1, lexical: 1 }];
    expect(scoresOf(loaded, { text, vector, near })).toEqual(scoresOf(fresh, { text, vector, near }));
  });
});

test('a scorer is read from wherever its bytes lie in a larger buffer', () => {
  const bytes = serialiseScorer(fitted);
  for (const offset of [1, 2, 3, 8]) {
    const wide = new Uint8Array(bytes.length + 16);
    wide.set(bytes, offset);
    expect(loadScorer(wide.subarray(offset, offset + bytes.length)).intentCount).toBe(3);
  }
});

test('a stored hit scorer comes back', () => {
  const hits: FittedScorer = { kind: 'hits', intentCount: 7, calibrator: UNIVERSAL_CALIBRATOR, counterExamples: NO_COUNTER_EXAMPLES };
  expect(loadScorer(serialiseScorer(hits))).toMatchObject({ kind: 'hits', intentCount: 7, calibrator: UNIVERSAL_CALIBRATOR });
});

test('what labelled utterances prove comes back, and a scorer without any has the bytes that it had before there were such', () => {
  const { decisions } = fitted;
  if (decisions === undefined) throw new Error('Expected the corpus to teach something.');
  const proven = Float64Array.from({ length: PROVEN_NUMBERS }, (_, i) => i);
  const taught = serialiseScorer({ ...fitted, decisions: { ...decisions, proven } });
  expect(loadScorer(taught).decisions?.proven).toEqual(proven);
  expect(loadScorer(serialiseScorer(fitted)).decisions).not.toHaveProperty('proven');
  expect(deserialize(serialiseScorer(fitted)).fitted).not.toHaveProperty('proven');
  for (const damaged of [proven.slice(1), proven.with(4, -1), proven.with(5, Number.NaN)]) {
    expect(codeOf(serialiseScorer({ ...fitted, decisions: { ...decisions, proven: damaged } }))).toBe('data_loss');
  }
});

test('the same scorer gives the same bytes, however its numbers came to be', () => {
  // A clone's arrays are of another inner kind, which V8's serialisation would let show.
  expect(Buffer.from(serialiseScorer(structuredClone(fitted))).equals(serialiseScorer(fitted))).toBe(true);
});

describe('damaged bytes are data_loss', () => {
  const bytes = serialiseScorer(fitted);

  test('cut off anywhere', () => {
    for (let length = 0; length < bytes.length; length += Math.max(1, Math.floor(bytes.length / 97))) {
      expect(codeOf(bytes.subarray(0, length))).toBe('data_loss');
    }
  });

  test('flipped anywhere, they are refused or still a whole scorer, and never another error', () => {
    const seen = new Set<string>();
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 0xff : byte));
      seen.add(codeOf(flipped));
    }
    // A flipped bit within a matrix is for the store's checksum to find.
    expect([...seen].sort()).toEqual(['data_loss', 'loaded']);
  });

  test('of another format, or of something else altogether', () => {
    expect(codeOf(serialize({ format: SCORER_FORMAT + 1, fitted }))).toBe('data_loss');
    for (const other of [null, 7, 'scorer', { format: SCORER_FORMAT }, { format: SCORER_FORMAT, fitted: { kind: 'forest' } }]) {
      expect(codeOf(serialize(other))).toBe('data_loss');
    }
    expect(codeOf(Buffer.from('{"kind":"hits"}'))).toBe('data_loss');
  });

  const parts = deserialize(bytes) as { fitted: { model: FittedRidge['model']; numbers: Float64Array } };
  const serialise = (changes: Partial<typeof parts.fitted>) => serialize({ ...parts, fitted: { ...parts.fitted, ...changes } });
  const model = (changes: Partial<FittedRidge['model']>) => serialise({ model: { ...fitted.model, ...changes } });
  const characters = (changes: Partial<FittedRidge['model']['characters']>) =>
    model({ characters: { ...fitted.model.characters, ...changes } });
  test.each([
    ['a mean of another dimension', model({ mean: new Float32Array(3) })],
    ['another number of intents', model({ intentCount: 4 })],
    ['another dimension', model({ dimension: 8 })],
    ['too few landmarks', model({ landmarks: fitted.model.landmarks.slice(1) })],
    ['another number of landmarks', characters({ landmarkCount: 11 })],
    ['more questions than landmarks', model({ questionLandmarks: 13 })],
    ['postings that end elsewhere', characters({ landmarks: fitted.model.characters.landmarks.slice(1) })],
    ['weights for other postings', characters({ weights: fitted.model.characters.weights.slice(1) })],
    ['more grams than offsets', characters({ idf: new Float32Array(1) })],
    ['a weight that is no number', serialise({ numbers: parts.fitted.numbers.with(3, Number.NaN) })],
    ['a weight too few', serialise({ numbers: parts.fitted.numbers.slice(1) })],
    ['a vote that counts against', serialise({ numbers: parts.fitted.numbers.with(0, -0.1) })],
    ['a temperature of 0', serialise({ numbers: parts.fitted.numbers.with(1, 0) })],
  ])('with %s', (_, damaged) => {
    expect(codeOf(damaged)).toBe('data_loss');
  });
});
