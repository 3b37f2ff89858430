/**
 * Which version of a corpus matches read, and the one step in which that changes.
 */
import { FaqError } from '../errors.ts';
import type { ActivePointer, VersionStore } from '../index/contract.ts';
import type { LoadedVersion } from './contract.ts';
import type { CorpusState } from './corpus-state.ts';

/** A switch that was made. */
export interface Switched {
  readonly version: string;
  /** Active before; undefined where nothing was. */
  readonly previous: string | undefined;
}

/** Told of every switch; the version is empty where none is active any more. */
type Listener = (corpus: string, version: string) => void;

/** The switch of all corpora. */
export interface VersionSwitch {
  /** Points the store to the version, then memory in the same turn: after a crash in between, the next start reads the new one. */
  activate(loaded: LoadedVersion): Promise<Switched>;
  /** Makes memory follow a switch that another process made in the store. */
  follow(loaded: LoadedVersion, pointer: ActivePointer): void;
  /** Leaves a corpus without an active version: it is gone from the store. */
  lose(corpus: string, state: CorpusState): void;
  /** Where an unnamed rollback goes. @throws FaqError failed_precondition, reason NO_PREVIOUS_VERSION. */
  previousOf(corpus: string): Promise<string>;
  subscribe(listener: Listener): () => void;
}

/** What switching works on. */
export interface SwitchParts {
  readonly store: VersionStore;
  readonly states: Map<string, CorpusState>;
  readonly onProblem: (problem: string) => void;
}

/**
 * Points the store to a version. A store that failed only after the pointer was in place (a sync that did not return) has switched all the
 * same: memory follows, since the next start would, and the doubt is reported.
 */
async function point({ store, onProblem }: SwitchParts, corpus: string, version: string): Promise<ActivePointer> {
  try {
    return await store.activate(corpus, version);
  } catch (error) {
    const pointer = await store.active(corpus).catch(() => undefined);
    if (pointer?.version !== version) throw error;
    onProblem(`Corpus "${corpus}" was switched to ${version}, but the disk did not confirm it: ${FaqError.from(error).message}`);
    return pointer;
  }
}

/** Works on the given states. */
export function createVersionSwitch(parts: SwitchParts): VersionSwitch {
  const { store, states, onProblem } = parts;
  const listeners = new Set<Listener>();

  function tell(corpus: string, version: string): void {
    for (const listener of listeners) {
      try {
        listener(corpus, version);
      } catch (error) {
        onProblem(`A listener failed after the switch of corpus "${corpus}" to ${version}: ${String(error)}`);
      }
    }
  }

  return {
    async activate(loaded) {
      const { corpus, version } = loaded;
      const before = states.get(corpus)?.active?.version;
      const pointer = await point(parts, corpus, version);
      states.set(corpus, { active: loaded, activatedAt: pointer.activatedAt, problem: undefined });
      if (before !== version) tell(corpus, version);
      return { version, previous: before === version ? pointer.previous : (before ?? pointer.previous) };
    },
    follow(loaded, { activatedAt }) {
      states.set(loaded.corpus, { active: loaded, activatedAt, problem: undefined });
      tell(loaded.corpus, loaded.version);
    },
    lose(corpus, state) {
      states.set(corpus, state);
      tell(corpus, '');
    },
    async previousOf(corpus) {
      const previous = (await store.active(corpus))?.previous;
      const stored = await store.list(corpus);
      if (previous !== undefined && stored.some(({ manifest }) => manifest.version === previous)) return previous;
      const why = previous === undefined ? 'no version was active before this one' : `version ${previous} is not stored any more`;
      throw new FaqError('failed_precondition', `Corpus "${corpus}" cannot be rolled back: ${why}. Name a version, or reload the corpus.`, {
        reason: 'NO_PREVIOUS_VERSION',
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
