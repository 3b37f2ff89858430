/**
 * Follows a store that other processes use too: what they activate is loaded and answered from here, without a restart and without a match
 * noticing. A store of one process never has anything to tell.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { FaqError } from '../errors.ts';
import type { ActivePointer, PointerChange, VersionStore } from '../index/contract.ts';
import type { LoadedVersion } from './contract.ts';
import { type CorpusState, NOTHING_ACTIVE } from './corpus-state.ts';
import type { OperationLock } from './operation-lock.ts';
import type { VersionSwitch } from './switch-version.ts';

/** What following works on. */
export interface FollowParts {
  readonly store: VersionStore;
  readonly states: Map<string, CorpusState>;
  readonly lock: OperationLock;
  readonly switching: VersionSwitch;
  /** Opens a stored version and checks that the model fits; one that was written anew is not taken from those kept open. */
  readonly open: (corpus: string, version: string, isAnew: boolean) => Promise<LoadedVersion>;
  readonly onProblem: (problem: string) => void;
  /** Called when the store goes out of reach (why) and when it is back (undefined). */
  readonly onReach: (problem: string | undefined) => void;
}

/** Following, until stopped. */
export interface Following {
  stop(): Promise<void>;
}

const TRY_AGAIN_MS = 500;

function goneError(corpus: string): FaqError {
  const message = `The active version of corpus "${corpus}" is not in the store any more. Reload the corpus, or activate a version that is.`;
  return new FaqError('unavailable', message, { field: 'corpus', reason: 'VERSION_GONE', retryAfterMs: 1_000 });
}

/** Versions of a corpus whose build is remembered: as many as are kept by default, and some. */
const MOST_BUILDS = 16;

/** Which build of each version is the one that is read here: one that was written anew since may replace a damaged one. */
function createBuildMemory() {
  const seen = new Map<string, Map<string, string | undefined>>();
  return {
    isAnew(corpus: string, { version, build }: ActivePointer): boolean {
      const builds = seen.get(corpus);
      return builds?.has(version) === true && builds.get(version) !== build;
    },
    /** To be told once the build is read, so that one that could not be is tried again. */
    remember(corpus: string, { version, build }: ActivePointer): void {
      const builds = seen.get(corpus) ?? new Map<string, string | undefined>();
      seen.set(corpus, builds);
      builds.delete(version);
      builds.set(version, build);
      for (const oldest of builds.keys()) {
        if (builds.size <= MOST_BUILDS) break;
        builds.delete(oldest);
      }
    },
  };
}

/** What one change of the store leads to here. */
function createFollower({ store, states, switching, open, onProblem }: FollowParts) {
  /** Nothing is active in the store. What is still stored goes on answering: an operator may have moved the alias by hand. */
  async function loosen(corpus: string): Promise<void> {
    const active = states.get(corpus)?.active;
    if (active === undefined) return;
    const stored = await store.list(corpus);
    // A switch of this process's own came in between: it is newer than what was told.
    if (states.get(corpus)?.active !== active || (await store.active(corpus)) !== undefined) return;
    if (stored.some(({ manifest, problem }) => manifest.version === active.version && problem === undefined)) {
      onProblem(
        `Nothing is active of corpus "${corpus}" in the store any more; version ${active.version} is still stored and goes on answering.`,
      );
      return;
    }
    const problem = goneError(corpus);
    onProblem(problem.message);
    switching.lose(corpus, { ...NOTHING_ACTIVE, problem });
  }

  const builds = createBuildMemory();

  /**
   * @param isNewest whether the pointer still stands when the version is loaded.
   * @returns whether it is done; where not, this process switched in between.
   */
  async function load(corpus: string, pointer: ActivePointer, isNewest: () => boolean): Promise<boolean> {
    const { version } = pointer;
    const before = states.get(corpus);
    const anew = builds.isAnew(corpus, pointer);
    if (before?.active?.version === version && !anew) {
      builds.remember(corpus, pointer);
      return true;
    }
    const loaded = await open(corpus, version, anew);
    // Opening takes long, and what is told may be old: a switch of this process's own in between is newer.
    const stillActive = (await store.active(corpus))?.version === version;
    if (!stillActive || !isNewest()) return true;
    if (states.get(corpus) !== before) return false;
    switching.follow(loaded, pointer);
    builds.remember(corpus, pointer);
    return true;
  }

  return { loosen, load };
}

/** Damage and a model that does not fit do not pass by waiting; the version before goes on answering then. */
function passesByWaiting(error: FaqError): boolean {
  return error.code === 'unavailable' || error.code === 'resource_exhausted';
}

/** Begins to follow. */
export function followStore(parts: FollowParts): Following {
  const { store, lock, onProblem } = parts;
  const { loosen, load } = createFollower(parts);
  const stopping = new AbortController();
  const newest = new Map<string, PointerChange>();
  const turns = new Map<string, LimitFunction>();
  const running = new Set<Promise<void>>();

  /** Opened before it is active, so that following takes no longer with a large version. What goes wrong shows when it is active. */
  async function openAhead(corpus: string, version: string): Promise<void> {
    if (parts.states.get(corpus)?.active?.version !== version) await parts.open(corpus, version, false).catch(() => undefined);
  }

  function track(work: Promise<void>): void {
    running.add(work);
    void work.finally(() => running.delete(work));
  }

  async function apply(change: PointerChange): Promise<void> {
    const { corpus, pointer } = change;
    const isNewest = (): boolean => newest.get(corpus) === change && !stopping.signal.aborted;
    let reported = false;
    while (isNewest()) {
      // What this process does to the corpus itself comes out right by itself.
      await lock.idle(corpus);
      try {
        if (pointer === undefined) return await loosen(corpus);
        if (await load(corpus, pointer, isNewest)) return;
      } catch (cause) {
        const error = FaqError.from(cause);
        const what = `Version ${pointer?.version ?? ''} of corpus "${corpus}" was activated elsewhere but cannot be opened here: ${error.message}`;
        if (!reported) onProblem(what);
        reported = true;
        if (!passesByWaiting(error)) return;
        await sleep(TRY_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  store.watch({
    onReach: parts.onReach,
    onPointer(change) {
      newest.set(change.corpus, change);
      const turn = turns.get(change.corpus) ?? pLimit(1);
      turns.set(change.corpus, turn);
      track(turn(() => apply(change)));
    },
    onNext: ({ corpus, version }) => track(openAhead(corpus, version)),
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
}
