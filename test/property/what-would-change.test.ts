import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Weights } from '../../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import { type Equality, type JudgeInput, type Judgement, judge } from '../../src/matching/judge.ts';
import { learnClarify, learnPrecision } from '../../src/matching/learnt-decisions.ts';
import { type Change, whatWouldChange } from '../../src/matching/what-would-change.ts';
import { fixedScorer } from '../support/fixed-scorer.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const wish = fc.option(share, { nil: undefined });
const weights: fc.Arbitrary<Weights> = fc.tuple(
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.double({ min: -1, max: 3, noNaN: true }),
  fc.double({ min: -1, max: 3, noNaN: true }),
  fc.double({ min: -1, max: 2, noNaN: true }),
);
const INTENTS = 6;
const intents = fc.uniqueArray(fc.nat(INTENTS - 1), { minLength: 1, maxLength: 3 });
const equalities: fc.Arbitrary<Equality> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Equality>({ kind: 'none' }) },
  { weight: 1, arbitrary: fc.constant<Equality>({ kind: 'counter_example' }) },
  { weight: 1, arbitrary: intents.map((list): Equality => ({ kind: 'question', intents: list })) },
);
const decisions = fc.option(
  fc.array(fc.tuple(share, fc.boolean()), { minLength: 5, maxLength: 40 }).map((rows) => ({
    ...learnPrecision(rows.map(([confidence, right]) => ({ confidence, right, weight: 1 / rows.length }))),
    ...learnClarify([]),
  })),
  { nil: undefined },
);

const judged: fc.Arbitrary<JudgeInput> = fc
  .record({
    list: fc.array(fc.float({ min: Math.fround(-0.2), max: Math.fround(1.2), noNaN: true }), { minLength: INTENTS, maxLength: INTENTS }),
    calibrator: fc.record({
      right: weights,
      inScope: weights,
      temperature: fc.constantFrom(0.03, 0.1, 0.2),
      noneOdds: fc.constantFrom(0.5, 1, 4),
      baseline: fc.constantFrom(0, 0.2),
    }),
    decisions,
    nearest: fc.array(share, { minLength: INTENTS, maxLength: INTENTS }),
    refused: fc.array(fc.oneof(fc.constant(0), share), { minLength: INTENTS, maxLength: INTENTS }),
    filtered: fc.option(fc.nat(INTENTS - 1), { nil: undefined }),
    equality: equalities,
    minConfidence: wish,
    minPrecision: wish,
    corpus: fc.record({ minConfidence: wish, minPrecision: wish }),
    ofIntent: fc.array(fc.option(fc.record({ minConfidence: wish, minPrecision: wish }), { nil: undefined }), { maxLength: INTENTS }),
    previousIntent: fc.option(fc.nat(INTENTS - 1), { nil: undefined }),
  })
  .map(({ list, calibrator, decisions: learnt, nearest, refused, filtered, corpus, ofIntent, ...rest }) => {
    const scores = Float32Array.from(list);
    return {
      ...rest,
      scorer: { ...fixedScorer(scores, { calibrator }), decisions: learnt },
      scores,
      closenessOf: (intent: number) => ({ nearest: nearest[intent] ?? -1, refused: refused[intent] ?? 0 }),
      allowed: filtered === undefined ? undefined : (intent: number) => intent !== filtered,
      demands: { corpus, ofIntent },
      topK: 3,
      settings: DEFAULT_MATCH_SETTINGS,
    };
  });

/** The input with a change applied, as a caller, an editor of the corpus or another scorer would. */
function applied(
  input: JudgeInput,
  { kind, value, intent }: Change,
  { now, remaining }: { now: Judgement; remaining: Equality },
): JudgeInput {
  const moved = (of: number): JudgeInput => ({
    ...input,
    scores: input.scores.map((score, at) => (at === of ? score + value : score)),
  });
  switch (kind) {
    case 'min_confidence':
      return { ...input, minConfidence: value, minPrecision: undefined };
    case 'min_precision':
      return { ...input, minConfidence: undefined, minPrecision: value };
    case 'score':
      return moved(now.features.best);
    case 'runner_up_score':
      return moved(now.features.second);
    case 'remove_counter_example':
      return { ...input, equality: remaining };
    case 'add_counter_example':
      return { ...input, equality: { kind: 'counter_example' } };
    case 'remove_question':
      return { ...input, equality: { kind: 'question', intents: [intent ?? -1] } };
    case 'remove_filter':
      return { ...input, allowed: undefined };
  }
}

function outcome({ verdict, ranked }: Judgement) {
  return { decision: verdict.decision, intent: verdict.decision === 'answer' ? ranked[0]?.intent : undefined };
}

const remainders: fc.Arbitrary<Equality> = fc.oneof(
  fc.constant<Equality>({ kind: 'none' }),
  intents.map((list): Equality => ({ kind: 'question', intents: list })),
);

describe('what would have changed a decision', () => {
  test('changes it, to what is said', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(judged, remainders, (input, remaining) => {
        const now = judge(input);
        for (const change of whatWouldChange(input, now, { ...input, equality: remaining })) {
          const then = outcome(judge(applied(input, change, { now, remaining })));
          expect(then).toEqual({ decision: change.decision, intent: change.intent });
          expect(then).not.toEqual(outcome(now));
          seen.add(`${now.verdict.rule}: ${change.kind}`);
        }
      }),
      { numRuns: 3000, seed: 5 },
    );
    // The property says nothing of what never came up.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'below_min_confidence: min_confidence',
        'below_min_confidence: min_precision',
        'below_min_confidence: score',
        'close_candidates: min_confidence',
        'close_candidates: runner_up_score',
        'confidence: min_confidence',
        'confidence: runner_up_score',
        'counter_example: remove_counter_example',
        'exact_question: add_counter_example',
        'exact_question_ambiguous: remove_question',
        'precision_unreachable: min_confidence',
        'precision_unreachable: min_precision',
      ]),
    );
  });

  test('holds for every share on the same side of the one that is named', () => {
    fc.assert(
      fc.property(judged, share, (input, part) => {
        const now = judge(input);
        for (const { kind, decision, value } of whatWouldChange(input, now, { ...input, equality: { kind: 'none' } })) {
          if (kind !== 'min_confidence' && kind !== 'min_precision') continue;
          const other = decision === 'no_match' ? value + (1 - value) * part : value * part;
          const request = {
            minConfidence: undefined,
            minPrecision: undefined,
            [kind === 'min_confidence' ? 'minConfidence' : 'minPrecision']: other,
          };
          expect(judge({ ...input, ...request }).verdict.decision).toBe(decision);
        }
      }),
      { numRuns: 1000, seed: 5 },
    );
  });

  test('names the greatest hundredth that answers and the smallest that refuses', () => {
    const at = (minConfidence: number | undefined) => ({
      scorer: fixedScorer(Float32Array.of(0.5, -1), {
        calibrator: { right: [Math.log(0.852 / 0.148), 0, 0, 0], inScope: [0, 0, 0, 0], temperature: 0.1, noneOdds: 1, baseline: 0 },
      }),
      scores: Float32Array.of(0.5, -1),
      closenessOf: () => ({ nearest: 0.5, refused: 0 }),
      allowed: undefined,
      equality: { kind: 'none' } as const,
      topK: 5,
      minConfidence,
      settings: DEFAULT_MATCH_SETTINGS,
    });
    const valueAt = (minConfidence: number | undefined) =>
      whatWouldChange(at(minConfidence), judge(at(minConfidence)), at(minConfidence)).find(({ kind }) => kind === 'min_confidence');
    expect(valueAt(0.9)).toMatchObject({ value: 0.42, decision: 'answer', intent: 0 });
    expect(valueAt(undefined)).toMatchObject({ value: 0.43, decision: 'no_match', intent: undefined });
  });
});
