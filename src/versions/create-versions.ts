/**
 * All corpora of a server with their versions, tied together: see contract.ts for what each operation promises.
 */
import type { Corpus, SourceFile } from '../corpus/corpus.ts';
import { FaqError, throwIfAborted } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import type { MatchSettings } from '../matching/contract.ts';
import { requireCorpusName } from '../names.ts';
import { type BuildLanes, openBuildLanes } from './build-lanes.ts';
import type { ReloadOptions, ReloadProgress, ReloadResult, SetAsideReport, Validation, Versions } from './contract.ts';
import { type CorpusState, corpusStatus, NOTHING_ACTIVE, requireState } from './corpus-state.ts';
import type { Embedder } from './embed-texts.ts';
import { type Following, followStore } from './follow-store.ts';
import { createOpenedVersions } from './opened-versions.ts';
import { createOperationLock } from './operation-lock.ts';
import { rebuildOutdated } from './rebuild.ts';
import { acquireVersion, letOldVersionsGo, listVersions, openStored, type Registry } from './registry.ts';
import { reloadCorpus } from './reload.ts';
import { restoreAll } from './restore.ts';
import { foretell, type VersionSource } from './stage-version.ts';
import { createStoreReach, type StoreReach } from './store-reach.ts';
import { createVersionSwitch, type Switched } from './switch-version.ts';
import { layOutRows } from './version-rows.ts';

/** What a server's versions are made of. */
export interface VersionsOptions extends Embedder {
  /** Closed together with the versions. */
  readonly store: VersionStore;
  /** Part of a version's name: other settings make another version of the same files. */
  readonly settings: MatchSettings;
  /** Newest versions kept per corpus, 5 by default; the active one and the one before stay whatever their age. */
  readonly keep?: number;
  /** Threads of one matrix product while fitting, 1 by default. */
  readonly fitThreads?: number;
  /** Told in words of what went wrong without failing an operation; for the log. */
  readonly onProblem?: (problem: string) => void;
  /** For tests: where parsing and fitting run. */
  readonly lanes?: BuildLanes;
}

/** A registry with what opening and closing needs. */
interface OpenRegistry extends Registry {
  readonly reach: StoreReach;
  /** Aborted at close. */
  readonly closing: AbortController;
  following: Following | undefined;
}

function createRegistry(options: VersionsOptions): Registry {
  const { store, encoder, cache, settings, keep = 5, fitThreads = 1, onProblem = () => undefined } = options;
  const states = new Map<string, CorpusState>();
  return {
    store,
    settings,
    onProblem,
    keep,
    states,
    embedder: { encoder, cache },
    lanes: options.lanes ?? openBuildLanes({ fitThreads }),
    opened: createOpenedVersions({ open: (corpus, version) => openStored(store, encoder.info.digest, { corpus, version }) }),
    lock: createOperationLock(),
    switching: createVersionSwitch({ store, states, onProblem }),
  };
}

/** A listener that throws must not fail a reload half-way. */
function guarded(registry: Registry, onProgress: ReloadOptions['onProgress']): (progress: ReloadProgress) => void {
  return (progress) => {
    try {
      onProgress?.(progress);
    } catch (error) {
      registry.onProblem(`A progress listener failed: ${String(error)}`);
    }
  };
}

/** One operation a corpus at a time, in this process and among all that share the store. */
function exclusively<T>(
  { lock, store }: Registry,
  { corpus, signal }: { readonly corpus: string; readonly signal?: AbortSignal | undefined },
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return lock.run(corpus, signal, (ours) => store.exclusively(corpus, ours, operation));
}

async function build(registry: Registry, { corpus, source }: Wanted, options: ReloadOptions): Promise<ReloadResult> {
  requireCorpusName(corpus);
  return exclusively(registry, { corpus, signal: options.signal }, async (signal) => {
    const { states } = registry;
    const request = { corpus, source, signal, active: states.get(corpus)?.active, onProgress: guarded(registry, options.onProgress) };
    const result = await reloadCorpus(request, registry, options);
    if (!states.has(corpus)) states.set(corpus, NOTHING_ACTIVE);
    await letOldVersionsGo(registry, corpus);
    return result;
  });
}

interface Wanted {
  readonly corpus: string;
  readonly source: VersionSource;
}

/** Switches to a stored version; nothing happens where it is active already. */
async function switchTo(registry: Registry, corpus: string, choose: () => string | Promise<string>): Promise<Switched> {
  requireState(registry.states, corpus);
  return exclusively(registry, { corpus }, async () => {
    const version = await choose();
    if (registry.states.get(corpus)?.active?.version !== version) await foretell(registry.store, corpus, version);
    const switched = await registry.switching.activate(await acquireVersion(registry, corpus, version));
    await letOldVersionsGo(registry, corpus);
    return switched;
  });
}

function requireNamed(version: string): string {
  if (version !== '') return version;
  throw new FaqError(
    'invalid_argument',
    'Expected the name of the version to activate, got nothing. List the versions to see which there are.',
    {
      field: 'version',
      reason: 'VERSION_MISSING',
    },
  );
}

async function validate({ lanes }: Registry, files: readonly SourceFile[], signal: AbortSignal | undefined): Promise<Validation> {
  const { corpus, faults, warnings } = await lanes.parse(files, { signal });
  if (corpus === undefined) return { faults, warnings, entries: 0, questions: 0, intents: 0 };
  const { questions, intents } = layOutRows(corpus);
  return { faults, warnings, entries: corpus.entries.length, questions: questions.length, intents: intents.length };
}

async function restore(registry: OpenRegistry): Promise<readonly SetAsideReport[]> {
  const { store, states, lock, switching, opened, onProblem, reach, closing } = registry;
  const { digest } = registry.embedder.encoder.info;
  const open = (corpus: string, version: string) => openStored(store, digest, { corpus, version });
  const reports = await restoreAll({ store, open, states, reach, signal: closing.signal });
  // Closed meanwhile, nobody would end what begins to follow now.
  throwIfAborted(closing.signal);
  // By way of the versions kept open: what was active a moment ago is there at once when it becomes so again.
  const kept = (corpus: string, version: string, isAnew: boolean) => {
    if (isAnew) opened.forget(corpus, version);
    return opened.get(corpus, version);
  };
  registry.following ??= followStore({ store, states, lock, switching, open: kept, onProblem, onReach: reach.set });
  const { signal } = closing;
  const anew = (corpus: string, content: Corpus) => build(registry, { corpus, source: { content } }, { signal });
  return await rebuildOutdated({ store, states, build: anew, signal }, reports);
}

/** Ends running operations, threads and the store, in this order, so that nothing works on a closed store. */
async function close(registry: OpenRegistry): Promise<void> {
  const { lock, lanes, store, closing } = registry;
  closing.abort(new FaqError('unavailable', 'The server is shutting down; try again when it is back.'));
  await lock.close();
  await registry.following?.stop();
  await lanes.close();
  await store.close();
}

/** Starts empty: call restore before serving. The caller owns the encoder and closes it after the versions. */
export function createVersions(options: VersionsOptions): Versions {
  const registry: OpenRegistry = {
    ...createRegistry(options),
    reach: createStoreReach(),
    closing: new AbortController(),
    following: undefined,
  };
  const { states, switching, reach } = registry;
  return {
    restore: () => restore(registry),
    acquire: (corpus, version) => acquireVersion(registry, corpus, version),
    active: (corpus) => states.get(corpus)?.active,
    get anyActive() {
      return [...states.values()].some(({ active }) => active !== undefined);
    },
    reload: (corpus, files, reloadOptions = {}) => build(registry, { corpus, source: { files } }, reloadOptions),
    validate: (files, signal) => validate(registry, files, signal),
    activate: (corpus, version) => switchTo(registry, corpus, () => requireNamed(version)),
    rollback: (corpus, version) =>
      switchTo(registry, corpus, () => (version === undefined || version === '' ? switching.previousOf(corpus) : version)),
    list: async (corpus) => listVersions(registry, corpus),
    status: () => [...states].sort(([left], [right]) => (left < right ? -1 : 1)).map(([corpus, state]) => corpusStatus(corpus, state)),
    get storeProblem() {
      return reach.problem;
    },
    onReach: (listener) => reach.subscribe(listener),
    onActivated: (listener) => switching.subscribe(listener),
    close: () => close(registry),
  };
}
