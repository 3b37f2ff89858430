/**
 * What a server knows of each corpus in memory: the version that matches read, and why there is none.
 */
import { FaqError } from '../errors.ts';
import { noCorpus, requireCorpusName } from '../names.ts';
import type { CorpusStatus, LoadedVersion } from './contract.ts';

/** One corpus. Replaced as a whole at a switch, so that no reader sees half of one. */
export interface CorpusState {
  readonly active: LoadedVersion | undefined;
  readonly activatedAt: Date | undefined;
  /** Why the version that should be active is not. */
  readonly problem: FaqError | undefined;
}

/** A corpus with stored versions, none of them active. */
export const NOTHING_ACTIVE: CorpusState = { active: undefined, activatedAt: undefined, problem: undefined };

/** Corpora named in an error at most. */
const MOST_NAMES = 10;

function unknownCorpus(corpus: string, known: readonly string[]): FaqError {
  const some = known.slice(0, MOST_NAMES).join(', ');
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : '';
  const there = known.length === 0 ? 'This server has no corpus yet: load one with ReloadCorpus.' : `There are: ${some}${more}.`;
  return noCorpus(corpus, there);
}

/** @throws FaqError invalid_argument (name), not_found (no such corpus; names those there are). */
export function requireState(states: ReadonlyMap<string, CorpusState>, corpus: string): CorpusState {
  const state = states.get(corpus);
  if (state !== undefined) return state;
  requireCorpusName(corpus);
  throw unknownCorpus(corpus, [...states.keys()].sort());
}

/** The active version. @throws FaqError failed_precondition, reason NO_ACTIVE_VERSION or what keeps it from being used. */
export function requireActive(state: CorpusState, corpus: string): LoadedVersion {
  if (state.active !== undefined) return state.active;
  if (state.problem !== undefined) throw state.problem;
  throw new FaqError('failed_precondition', `Corpus "${corpus}" has no active version. Activate a stored one, or reload the corpus.`, {
    field: 'corpus',
    reason: 'NO_ACTIVE_VERSION',
  });
}

/** One line of what a server serves. */
export function corpusStatus(corpus: string, { active, activatedAt }: CorpusState): CorpusStatus {
  return {
    corpus,
    activeVersion: active?.version,
    entries: active?.content.entries.length ?? 0,
    questions: active?.questions.length ?? 0,
    intents: active?.intents.length ?? 0,
    activatedAt: active === undefined ? undefined : activatedAt,
    outOfScopeShare: active?.outOfScopeShare,
  };
}
