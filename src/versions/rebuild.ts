/**
 * Active versions that another release built, built anew at start from the content that they hold, so that an upgrade silences no bot until someone reloads
 * (docs/decisions/0032). Not in a shared store, where replicas of the release before may go on for a while.
 */
import type { Corpus } from '../corpus/corpus.ts';
import { FaqError, throwIfAborted } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import type { ReloadResult, SetAsideReport } from './contract.ts';
import type { CorpusState } from './corpus-state.ts';
import { storedContent, VERSION_FORMAT } from './loaded-version.ts';

/** What rebuilding is made of. */
export interface RebuildParts {
  readonly store: VersionStore;
  /** As restored. */
  readonly states: ReadonlyMap<string, CorpusState>;
  /** Builds a version from content and activates it. */
  readonly build: (corpus: string, content: Corpus) => Promise<ReloadResult>;
  readonly signal: AbortSignal;
}

/** @param problem why the active version cannot be used. @returns the active version and what came of it. */
async function rebuild({ store, build, signal }: RebuildParts, corpus: string, problem: FaqError): Promise<Partial<SetAsideReport>> {
  const version = (await store.active(corpus))?.version ?? '';
  try {
    const built = await build(corpus, await storedContent(await store.open(corpus, version)));
    return { version, builtAnewAs: built.version };
  } catch (error) {
    throwIfAborted(signal);
    return { version, problem: `${problem.message} Building it anew from its own content failed: ${FaqError.from(error).message}` };
  }
}

/** @param reports of restoring. @returns them, those of such versions with what came of it. @throws FaqError of the signal. */
export async function rebuildOutdated(parts: RebuildParts, reports: readonly SetAsideReport[]): Promise<readonly SetAsideReport[]> {
  const { store, states, signal } = parts;
  if (store.shared) return reports;
  const outcomes = new Map<string, Partial<SetAsideReport>>();
  for (const [corpus, { problem }] of states) {
    if (problem?.reason !== VERSION_FORMAT) continue;
    throwIfAborted(signal);
    outcomes.set(corpus, await rebuild(parts, corpus, problem));
  }
  return reports.map((report) => {
    const outcome = outcomes.get(report.corpus);
    return outcome?.version === report.version ? { ...report, ...outcome } : report;
  });
}
