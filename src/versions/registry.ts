/**
 * What the registry of versions works on, and how a version comes out of it to be read.
 */
import { FaqError } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import { isVersionName, noVersion } from '../names.ts';
import type { LoadedVersion, VersionSummary } from './contract.ts';
import { type CorpusState, requireActive, requireState } from './corpus-state.ts';
import { loadVersion, requireModel } from './loaded-version.ts';
import type { OpenedVersions } from './opened-versions.ts';
import type { OperationLock } from './operation-lock.ts';
import type { ReloadParts } from './reload.ts';
import { pruneVersions } from './retention.ts';

/** The parts of one server's versions. */
export interface Registry extends ReloadParts {
  /** By corpus; every corpus with a stored version has one. */
  readonly states: Map<string, CorpusState>;
  readonly opened: OpenedVersions;
  readonly lock: OperationLock;
  /** Versions kept per corpus. */
  readonly keep: number;
}

/** Opens a stored version. @throws FaqError not_found, failed_precondition (model or release does not fit), data_loss. */
export async function openStored(
  store: VersionStore,
  modelDigest: string,
  place: { corpus: string; version: string },
): Promise<LoadedVersion> {
  const { corpus, version } = place;
  if (!isVersionName(version)) throw noVersion(corpus, version);
  try {
    const open = await store.open(corpus, version);
    requireModel(open.manifest, modelDigest);
    return await loadVersion(open);
  } catch (cause) {
    const error = FaqError.from(cause);
    throw error.code === 'not_found' ? noVersion(corpus, version) : error;
  }
}

/** The version to read: the active one where none or the active one is named. */
export async function acquireVersion({ states, opened }: Registry, corpus: string, version: string | undefined): Promise<LoadedVersion> {
  const state = requireState(states, corpus);
  if (version === undefined || version === '') return requireActive(state, corpus);
  return state.active?.version === version ? state.active : opened.get(corpus, version);
}

/** Lets surplus versions go. A failure is reported: the operation that led here is done. */
export async function letOldVersionsGo({ store, opened, keep, onProblem }: Registry, corpus: string): Promise<void> {
  try {
    const removed = await pruneVersions(store, corpus, { keep, inUse: (version) => opened.inUse(corpus, version) });
    for (const version of removed) opened.forget(corpus, version);
  } catch (error) {
    onProblem(`Old versions of corpus "${corpus}" could not be removed: ${FaqError.from(error).message}`);
  }
}

function otherModel(own: string, server: string): string | undefined {
  if (own === server) return undefined;
  return `It was built with another model (${own}) than the server's (${server}). Reload the corpus, or start the server with that model.`;
}

/** Versions of a corpus, newest first. */
export async function listVersions(registry: Registry, corpus: string): Promise<readonly VersionSummary[]> {
  const state = requireState(registry.states, corpus);
  const { digest } = registry.embedder.encoder.info;
  return (await registry.store.list(corpus)).map(({ manifest, problem }) => ({
    version: manifest.version,
    active: state.active?.version === manifest.version,
    createdAt: manifest.createdAt,
    entries: manifest.entries,
    questions: manifest.questions,
    intents: manifest.intents,
    modelDigest: manifest.modelDigest,
    problem: problem ?? otherModel(manifest.modelDigest, digest),
  }));
}
