/**
 * Labelled utterances scored as a match scores them. None is stored, so nothing has to be left out: what the scorer says of them is what it says of traffic.
 */
import { createHash } from 'node:crypto';
import { type FitInput, type LabelledTexts, type Multiply, NO_INTENT } from './contract.ts';
import { closeness, type Held, heldAgainst } from './counter-examples.ts';
import type { FittedRidge } from './fitted-scorer.ts';
import type { LabelledScore } from './honest-rows.ts';
import { ridgeScores } from './kernel-ridge.ts';
import { takeRows } from './linear-algebra.ts';
import { addVote } from './neighbour-vote.ts';
import { type Neighbourhood, neighbourhoods } from './neighbourhoods.ts';

/** Labelled utterances that are read; more take seconds and settle nothing that these leave open. */
const MOST_LABELLED = 4000;

/** Half of the utterances prove what the other half taught, drawn by what has nothing to do with their labels nor with their company. */
export function provesPrecision(text: string): boolean {
  return ((createHash('sha256').update(text).digest()[0] as number) & 1) === 1;
}

/** Numbers of the labelled utterances that are read, evenly drawn. */
export function readLabelled({ texts }: LabelledTexts): readonly number[] {
  const step = Math.max(1, Math.ceil(texts.length / MOST_LABELLED));
  return Array.from(texts.keys()).filter((number) => number % step === 0);
}

/** @param voteWeight of the vote beside the ridge. */
export async function scoreLabelled(
  { model, voteWeight }: Pick<FittedRidge, 'model' | 'voteWeight'>,
  input: FitInput,
  multiply: Multiply,
): Promise<readonly LabelledScore[]> {
  const { labelled, dimension } = input;
  const numbers = labelled === undefined ? [] : readLabelled(labelled);
  if (labelled === undefined || numbers.length === 0) return [];
  const texts = numbers.map((number) => labelled.texts[number] as string);
  const vectors = takeRows(labelled.vectors, dimension, Int32Array.from(numbers));
  const scored = await ridgeScores(model, { texts, vectors }, multiply);
  const outside = numbers.map(() => ({ row: -1, intent: NO_INTENT }));
  const around = await neighbourhoods(vectors, outside, { input, multiply });
  const held = await heldAgainst(vectors, input, { twins: 'stay', multiply });
  return numbers.map((number, i) => {
    const { near, nearest } = around[i] as Neighbourhood;
    const { refusals } = held[i] as Held;
    const intent = labelled.intents[number] as number;
    const utterance = texts[i] as string;
    return {
      scores: addVote(scored.slice(i * model.intentCount, (i + 1) * model.intentCount), near, voteWeight),
      closenessOf: (wanted) => closeness(nearest[wanted] as number, refusals, wanted),
      intent: intent === NO_INTENT ? undefined : intent,
      utterance,
      proves: provesPrecision(utterance),
    };
  });
}
