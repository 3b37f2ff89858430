/**
 * A sample of the stored questions, each scored as if it and its near-duplicates, or its whole intent, had never been stored.
 */
import type { FitInput, Multiply, NearQuestion, Refusals } from './contract.ts';
import { type Held, heldAgainst } from './counter-examples.ts';
import { leaveGroupOut, leaveIntentOut } from './honest-scores.ts';
import type { RidgeFit } from './kernel-ridge.ts';
import { drawRows } from './landmarks.ts';
import { takeRows } from './linear-algebra.ts';
import { nearDuplicates, sharedQuestions } from './near-duplicates.ts';
import { nearestIntents } from './nearest-intents.ts';
import { type Neighbourhood, neighbourhoods } from './neighbourhoods.ts';
import { rowsByIntent } from './rows-by-intent.ts';

/** Most stored questions that are scored honestly; more add seconds and no accuracy. */
const HONEST_ROWS = 2000;
/** Questions of an intent among which near-duplicates are looked for; a larger intent leaves out one question at a time. */
const LARGEST_GROUPED = 1000;

/** An intent with more questions than this is large: leaving it out factors a matrix for the better part of a second. */
const LARGE_INTENT = 1000;
/** Large intents that are left out, the smallest of them; they stand for the others. */
const LARGE_LEFT_OUT = 4;

/** One sampled stored question with its honest scores, vote not yet added. */
export interface Sample {
  readonly intent: number;
  /** Scores without the question, its near-duplicates and what repeats them; undefined where its intent has no other question, or fairer ones. */
  readonly alone: Float32Array | undefined;
  /** Scores without its intent; undefined where there are none. */
  readonly without: Float32Array | undefined;
  /** The same with the intents most like its own gone too: what is asked from further off; undefined where too few intents are left. */
  readonly far: Float32Array | undefined;
  readonly around: Neighbourhood;
  readonly refusals: Refusals;
}

interface Chosen {
  readonly row: number;
  readonly intent: number;
  /** Rows that leave together with this one, itself among them. */
  readonly group: readonly number[];
  readonly isFair: boolean;
}

/** Rows of a group with the names and answers that repeat them. */
function withRepeats(group: readonly number[], { repeats }: RidgeFit): readonly number[] {
  return group.flatMap((row) => [row, ...(repeats.get(row) ?? [])]);
}

/** Each sampled row with its group; a group that is its whole intent shrinks to the row, or the right intent could not be found. */
async function choose(fit: RidgeFit, input: FitInput, multiply: Multiply): Promise<readonly Chosen[]> {
  const shared = sharedQuestions(input);
  const rows = drawRows(input.intents, input.intentCount, HONEST_ROWS).filter((row) => !shared.has(row) && input.learnt?.[row] !== 1);
  const questions = rowsByIntent(input.intents, input.intentCount);
  const groups = new Map<number, readonly number[]>();
  for (const own of questions) {
    if (own.length < 3 || own.length > LARGEST_GROUPED) continue;
    const vectors = takeRows(input.vectors, input.dimension, Int32Array.from(own));
    const found = await nearDuplicates(vectors, { size: own.length, dimension: input.dimension }, multiply);
    found.forEach((group, i) => {
      if (group.length > 1 && group.length < own.length)
        groups.set(
          own[i] as number,
          group.map((place) => own[place] as number),
        );
    });
  }
  return Array.from(rows, (row) => {
    const intent = input.intents[row] as number;
    return { row, intent, group: withRepeats(groups.get(row) ?? [row], fit), isFair: isFair(row, questions[intent] ?? [], fit) };
  });
}

/**
 * Whether a question left out is found as an utterance is. Without its only other question none is; and where an answer was read after it, both
 * have to leave, while an utterance has all answers to be found by: it counts only where all of its intent's questions are like that.
 */
function isFair(row: number, questions: readonly number[], { repeats }: RidgeFit): boolean {
  return questions.length > 1 && (!repeats.has(row) || questions.every((other) => repeats.has(other)));
}

function withoutIntents(scores: Float32Array, gone: readonly number[]): Float32Array | undefined {
  if (gone.length === 0) return undefined;
  const left = scores.slice();
  for (const intent of gone) left[intent] = -Infinity;
  return left;
}

/** Which intents are left out whole. */
function intentsToLeave(questions: readonly (readonly number[])[]): ReadonlySet<number> {
  const sizeOf = (intent: number) => questions[intent]?.length ?? 0;
  const intents = Array.from(questions.keys()).sort((a, b) => sizeOf(a) - sizeOf(b) || a - b);
  const small = intents.filter((intent) => sizeOf(intent) <= LARGE_INTENT);
  return new Set([...small, ...intents.slice(small.length, small.length + LARGE_LEFT_OUT)]);
}

/** Scores without the whole intent, by row. */
async function withoutOwnIntent(fit: RidgeFit, chosen: readonly Chosen[], multiply: Multiply): Promise<ReadonlyMap<number, Float32Array>> {
  const { intentCount } = fit.model;
  const without = new Map<number, Float32Array>();
  if (intentCount < 2) return without;
  const wanted = Array.from({ length: intentCount }, (): number[] => []);
  for (const { row, intent } of chosen) wanted[intent]?.push(row);
  const questions = rowsByIntent(fit.intents, intentCount);
  for (const intent of intentsToLeave(questions)) {
    const block = questions[intent] ?? [];
    const own = wanted[intent] ?? [];
    const scored = await leaveIntentOut(fit, intent, { block, wanted: own, multiply });
    scored.forEach((scores, i) => {
      without.set(own[i] as number, scores);
    });
  }
  return without;
}

/** Draws and scores the sample. Deterministic. */
export async function sampleHonestly(fit: RidgeFit, input: FitInput, multiply: Multiply): Promise<readonly Sample[]> {
  const chosen = await choose(fit, input, multiply);
  const vectors = takeRows(
    input.vectors,
    input.dimension,
    Int32Array.from(chosen, ({ row }) => row),
  );
  const selves = chosen.map(({ row, intent, group }) => ({ row, intent, ...(group.length > 1 ? { group: new Set(group) } : {}) }));
  const around = await neighbourhoods(vectors, selves, { input, multiply });
  const held = await heldAgainst(vectors, input, { twins: 'stay', multiply });
  const without = await withoutOwnIntent(fit, chosen, multiply);
  const like = await nearestIntents(input, multiply);
  return chosen.map(({ row, intent, group, isFair: counts }, i) => {
    const scores = without.get(row);
    return {
      intent,
      alone: counts ? leaveGroupOut(fit, row, group) : undefined,
      without: scores,
      far: scores === undefined ? undefined : withoutIntents(scores, like[intent] ?? []),
      around: around[i] as Neighbourhood,
      refusals: (held[i] as Held).refusals,
    };
  });
}

/** The neighbours that are left when the intents without a score are gone. */
export function nearScored(near: readonly NearQuestion[], scores: Float32Array): readonly NearQuestion[] {
  return near.filter(({ intent }) => scores[intent] !== -Infinity);
}
