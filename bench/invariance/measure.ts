/** How often a rewritten utterance gets the answer of the original, and how far its similarity falls at most. */
import pLimit from 'p-limit';
import type { Match, MatchAnswer } from '../../src/answering/match-answer.ts';
import type { Entry } from '../../src/corpus/corpus.ts';
import { TRANSFORMATIONS } from './transformations.ts';

/** One transformation over a set of utterances. */
export interface Invariance {
  readonly transformation: string;
  /** Utterances that it changes. */
  readonly pairs: number;
  /** Share that kept its decision and, where that is ANSWER, its intent. */
  readonly decisionHolds: number;
  /** Share whose best candidate stayed the same. */
  readonly bestHolds: number;
  /** Greatest fall of the best candidate's similarity. */
  readonly greatestFall: number;
  /** Share of pairs whose similarity fell by more than .15. */
  readonly fellFar: number;
}

/** Most that similarity may fall. */
export const MOST_FALL = 0.15;

function sameDecision(before: MatchAnswer, after: MatchAnswer): boolean {
  if (before.decision !== after.decision) return false;
  return before.decision !== 'answer' || before.candidates[0]?.intent === after.candidates[0]?.intent;
}

/** Asks one utterance. */
export function asker(match: Match, corpus: string): (utterance: string) => Promise<MatchAnswer> {
  const limit = pLimit(8);
  return (utterance) =>
    limit(() => match({ corpus, utterance, topK: 5, minConfidence: undefined, filter: undefined, explain: false, version: undefined }));
}

/** Measures every transformation over the utterances that it changes. */
export async function measureInvariance(
  ask: (utterance: string) => Promise<MatchAnswer>,
  utterances: readonly string[],
): Promise<readonly Invariance[]> {
  const originals = await Promise.all(utterances.map(ask));
  const found: Invariance[] = [];
  for (const { name, apply } of TRANSFORMATIONS) {
    const changed = utterances.map((text, i) => ({ text: apply(text), i })).filter(({ text, i }) => text !== utterances[i]);
    const pairs = await Promise.all(changed.map(async ({ text, i }) => ({ before: originals[i] as MatchAnswer, after: await ask(text) })));
    const falls = pairs.map(({ before, after }) => (before.candidates[0]?.similarity ?? 0) - (after.candidates[0]?.similarity ?? 0));
    const share = (holds: (pair: (typeof pairs)[number]) => boolean): number => pairs.filter(holds).length / pairs.length;
    found.push({
      transformation: name,
      pairs: pairs.length,
      decisionHolds: share(({ before, after }) => sameDecision(before, after)),
      bestHolds: share(({ before, after }) => before.candidates[0]?.intent === after.candidates[0]?.intent),
      greatestFall: Math.max(0, ...falls),
      fellFar: falls.filter((fall) => fall > MOST_FALL).length / pairs.length,
    });
  }
  return found;
}

/** Confidences of an utterance's candidates by intent, best first. */
export async function confidencesOf(ask: ReturnType<typeof asker>, utterance: string): Promise<ReadonlyMap<string, number>> {
  return new Map((await ask(utterance)).candidates.map(({ intent, confidence }) => [intent, confidence]));
}

/** How far one utterance's best candidate moved as one intent was added. */
export interface Move {
  /** Place of the utterance. */
  readonly utterance: number;
  /** At least 0. */
  readonly moved: number;
}

/**
 * How far the confidence of each utterance's best candidate moves as each of some intents is added; one that is no candidate any more has 0.
 * @param grown asks the corpus with one more entry. @returns utterances × entries moves.
 */
export async function measureMoves(
  ask: ReturnType<typeof asker>,
  grown: (entry: Entry) => Promise<ReturnType<typeof asker>>,
  { utterances, entries }: { readonly utterances: readonly string[]; readonly entries: readonly Entry[] },
): Promise<readonly Move[]> {
  const of = (asked: ReturnType<typeof asker>) => Promise.all(utterances.map((utterance) => confidencesOf(asked, utterance)));
  const before = await of(ask);
  const moves: Move[] = [];
  for (const entry of entries) {
    const after = await of(await grown(entry));
    before.forEach((confidences, utterance) => {
      const [best] = confidences;
      if (best !== undefined) moves.push({ utterance, moved: Math.abs((after[utterance]?.get(best[0]) ?? 0) - best[1]) });
    });
  }
  return moves;
}

/** Most that an answer may move when an unrelated intent is added. */
const MOST_MOVED = 0.02;

/** Share of moves that are smaller than MOST_MOVED. */
export function unmovedShare(moves: readonly Move[]): number {
  return moves.filter(({ moved }) => moved < MOST_MOVED).length / moves.length;
}
