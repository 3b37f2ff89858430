import { describe, expect, test } from 'vitest';
import { DEFAULT_MATCH_SETTINGS } from '../../../src/matching/contract.ts';
import { decide } from '../../../src/matching/decide.ts';

/** ANSWER from .5 on, CLARIFY from .3 on where the second has at least .6 of the first. */
const SETTINGS = { ...DEFAULT_MATCH_SETTINGS, answerConfidence: 0.5, clarifyConfidence: 0.3, clarifyRatio: 0.6 };

const TABLE: readonly {
  readonly why: string;
  readonly confidences: readonly number[];
  readonly none?: number;
  readonly min?: number;
  readonly decision: 'answer' | 'clarify' | 'no_match';
  readonly rule: string;
  readonly clarify?: number;
}[] = [
  { why: 'no candidates', confidences: [], none: 1, decision: 'no_match', rule: 'below_min_confidence' },
  {
    why: 'no candidates and a least confidence of 0',
    confidences: [],
    none: 1,
    min: 0,
    decision: 'no_match',
    rule: 'below_min_confidence',
  },
  { why: 'sure', confidences: [0.9, 0.05], decision: 'answer', rule: 'confidence' },
  { why: 'exactly at the default threshold', confidences: [0.5, 0.1], decision: 'answer', rule: 'confidence' },
  { why: 'just below it with no rival', confidences: [0.499, 0.1], decision: 'no_match', rule: 'below_min_confidence' },
  { why: 'above it with a close second', confidences: [0.5, 0.3], decision: 'clarify', rule: 'close_candidates', clarify: 2 },
  { why: 'a second just short of close', confidences: [0.6, 0.35], decision: 'answer', rule: 'confidence' },
  {
    why: 'two close ones below the threshold',
    confidences: [0.4, 0.35],
    none: 0.2,
    decision: 'clarify',
    rule: 'close_candidates',
    clarify: 2,
  },
  {
    why: 'two close ones, none of these as probable',
    confidences: [0.3, 0.2],
    none: 0.5,
    decision: 'no_match',
    rule: 'below_min_confidence',
  },
  {
    why: 'two close ones, too weak to ask about',
    confidences: [0.29, 0.28],
    none: 0.4,
    decision: 'no_match',
    rule: 'below_min_confidence',
  },
  {
    why: 'six close ones',
    confidences: [0.3, 0.2, 0.2, 0.19, 0.19, 0.18],
    none: 0,
    decision: 'clarify',
    rule: 'close_candidates',
    clarify: 4,
  },
  { why: 'nothing at all', confidences: [0, 0, 0], none: 1, decision: 'no_match', rule: 'below_min_confidence' },
  { why: 'the request asks for less', confidences: [0.2, 0.01], none: 0.8, min: 0.1, decision: 'answer', rule: 'confidence' },
  { why: 'the request asks for more', confidences: [0.8, 0.1], min: 0.9, decision: 'no_match', rule: 'below_min_confidence' },
  {
    why: 'close ones below what is asked',
    confidences: [0.45, 0.44],
    none: 0.1,
    min: 0.5,
    decision: 'no_match',
    rule: 'below_min_confidence',
  },
  {
    why: 'close ones above what is asked',
    confidences: [0.45, 0.44],
    none: 0.1,
    min: 0.4,
    decision: 'clarify',
    rule: 'close_candidates',
    clarify: 2,
  },
  {
    why: 'a least confidence of 0 answers with anything',
    confidences: [0.001, 0],
    none: 0.999,
    min: 0,
    decision: 'answer',
    rule: 'confidence',
  },
  { why: 'a least confidence of 1', confidences: [0.999, 0], min: 1, decision: 'no_match', rule: 'below_min_confidence' },
];

test.each(TABLE)('$why: $confidences with least $min is $decision', ({ confidences, none = 0, min, decision, rule, clarify = 0 }) => {
  expect(decide({ confidences, noneConfidence: none, minConfidence: min, settings: SETTINGS })).toEqual({
    decision,
    rule,
    clarify,
    threshold: min ?? 0.5,
    thresholdSource: min === undefined ? 'default' : 'request',
  });
});

describe('with a least precision', () => {
  const at = (confidence: number | undefined) => ({ confidence, coverage: 0.5 });
  const base = { noneConfidence: 0.1, minConfidence: undefined, settings: SETTINGS };

  test('its threshold stands in for the default one, above and below it', () => {
    expect(decide({ ...base, confidences: [0.7, 0.1], precision: at(0.8) })).toMatchObject({
      decision: 'no_match',
      rule: 'below_min_confidence',
      threshold: 0.8,
      thresholdSource: 'precision',
    });
    expect(decide({ ...base, confidences: [0.4, 0.1], precision: at(0.35) })).toMatchObject({ decision: 'answer', threshold: 0.35 });
  });

  test('of it and a least confidence the stricter rules', () => {
    const both = (minConfidence: number, precision: number) =>
      decide({ ...base, confidences: [0.6, 0.1], minConfidence, precision: at(precision) });
    expect(both(0.3, 0.7)).toMatchObject({ decision: 'no_match', thresholdSource: 'precision' });
    expect(both(0.7, 0.3)).toMatchObject({ decision: 'no_match', thresholdSource: 'request' });
    expect(both(0.3, 0.5)).toMatchObject({ decision: 'answer', thresholdSource: 'precision' });
  });

  test('one that cannot be reached never answers, but may ask back', () => {
    expect(decide({ ...base, confidences: [1], noneConfidence: 0, precision: at(undefined) })).toMatchObject({
      decision: 'no_match',
      rule: 'precision_unreachable',
      threshold: 1,
      thresholdSource: 'precision',
    });
    // Nor does a least confidence beside it bring it within reach.
    expect(decide({ ...base, confidences: [1], noneConfidence: 0, minConfidence: 0.2, precision: at(undefined) })).toMatchObject({
      decision: 'no_match',
      threshold: 1,
      thresholdSource: 'precision',
    });
    expect(decide({ ...base, confidences: [0.5, 0.45], precision: at(undefined) })).toMatchObject({ decision: 'clarify', clarify: 2 });
  });
});

describe('the intents to ask between', () => {
  const base = { minConfidence: undefined, settings: SETTINGS, noneConfidence: 0 };

  test('are more than the close ones where these hold too little', () => {
    const confidences = [0.35, 0.3, 0.2, 0.1, 0.05];
    expect(decide({ ...base, confidences })).toMatchObject({ decision: 'clarify', clarify: 2 });
    expect(decide({ ...base, confidences, clarifyMass: 0.8 })).toMatchObject({ decision: 'clarify', clarify: 3 });
    expect(decide({ ...base, confidences, clarifyMass: 0.99 })).toMatchObject({ decision: 'clarify', clarify: 4 });
  });

  test('hold their mass of what is in scope, whatever "none of these" has', () => {
    // Of the .7 in scope the first two hold .55: more than three quarters.
    const confidences = [0.3, 0.25, 0.1, 0.05];
    expect(decide({ ...base, confidences, noneConfidence: 0.3, clarifyMass: 0.75 })).toMatchObject({ decision: 'clarify', clarify: 2 });
  });

  test('are never of no confidence, even where every second counts as close', () => {
    const settings = { ...SETTINGS, clarifyRatio: 0 };
    expect(decide({ ...base, settings, confidences: [0.9, 0, 0] })).toMatchObject({ decision: 'answer', clarify: 0 });
    expect(decide({ ...base, settings, confidences: [0.5, 0.5, 0, 0], clarifyMass: 0.98 })).toMatchObject({
      decision: 'clarify',
      clarify: 2,
    });
  });

  test('never turn an answer into a question', () => {
    expect(decide({ ...base, confidences: [0.6, 0.2, 0.2], clarifyMass: 0.99 })).toMatchObject({ decision: 'answer', clarify: 0 });
  });
});
