/**
 * Stored versions back into memory at start, encoding nothing. What cannot be read is reported and set aside, never deleted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { FaqError, throwIfAborted } from '../errors.ts';
import type { ActivePointer, VersionStore } from '../index/contract.ts';
import type { LoadedVersion, SetAsideReport } from './contract.ts';
import { type CorpusState, NOTHING_ACTIVE } from './corpus-state.ts';
import type { StoreReach } from './store-reach.ts';

/** What restoring is made of. */
export interface RestoreParts {
  readonly store: VersionStore;
  /** Opens a stored version and checks that the model fits. */
  readonly open: (corpus: string, version: string) => Promise<LoadedVersion>;
}

/** A corpus as it came back, and what did not come back with it. */
export interface RestoredCorpus {
  readonly state: CorpusState;
  readonly reports: readonly SetAsideReport[];
}

/** Reports a version that could not be opened; a damaged one is moved out of the way first. */
async function reportUnusable(store: VersionStore, place: { corpus: string; version: string }, error: FaqError): Promise<SetAsideReport> {
  const { corpus, version } = place;
  // Others may be able to read it, or be about to write it anew.
  if (error.code !== 'data_loss' || store.shared) return { corpus, version, problem: error.message };
  try {
    const where = await store.setAside(corpus, version, error.message);
    return { corpus, version, problem: `${error.message} It was set aside as ${where}.` };
  } catch (cause) {
    return { corpus, version, problem: `${error.message} It could not be set aside: ${FaqError.from(cause).message}` };
  }
}

/** What was wrong with the active version: the mark that names it (then there is no pointer), or what it names. */
interface LostActive {
  readonly pointer?: ActivePointer;
  /** Whether the store is told what stands in, so that the next start finds it at once: not where what was active may be whole and readable then. */
  readonly lasting: boolean;
}

/** Versions that are stored and can be listed, newest first. */
async function wholeVersions(store: VersionStore, corpus: string): Promise<readonly string[]> {
  return (await store.list(corpus)).filter(({ problem }) => problem === undefined).map(({ manifest }) => manifest.version);
}

/**
 * What may stand in for an active version that is lost, best first: what was active, the last first. Never one that was only staged: nobody
 * wanted it to answer. Where nothing at all is known of what was active, a version that is the only one stored must be it, since an active one
 * is never removed.
 */
export async function standIns(store: VersionStore, corpus: string, pointer: ActivePointer | undefined): Promise<readonly string[]> {
  const stored = await wholeVersions(store, corpus);
  const once = await store.onceActive(corpus);
  if (pointer === undefined && once.length === 0 && stored.length === 1) return stored;
  const wanted = pointer?.previous === undefined ? once : [...once, pointer.previous];
  return [...new Set(wanted)].filter((version) => version !== pointer?.version && stored.includes(version));
}

/** Versions named in an error at most. */
const MOST_NAMES = 10;

async function nothingStandsIn(store: VersionStore, corpus: string): Promise<FaqError> {
  const stored = await wholeVersions(store, corpus);
  const what = `Corpus "${corpus}" has no active version: what was active is damaged or cannot be read, and no other stored version is known to have been active`;
  const some = stored.slice(0, MOST_NAMES).join(', ');
  const todo =
    stored.length === 0
      ? 'Reload the corpus.'
      : `Activate one by name ("faqmatch activate ${corpus} <version>"; stored, newest first: ${some}), or reload the corpus.`;
  return new FaqError('failed_precondition', `${what}. ${todo}`, { field: 'corpus', reason: 'NO_ACTIVE_VERSION' });
}

/** The first stand-in that opens; where none does, nothing is active, and the problem says how to mend that. */
async function fallBack(parts: RestoreParts, corpus: string, { pointer, lasting }: LostActive): Promise<RestoredCorpus> {
  const reports: SetAsideReport[] = [];
  for (const version of await standIns(parts.store, corpus, pointer)) {
    try {
      const active = await parts.open(corpus, version);
      // In a shared store the switch would be everyone's, and the trouble may be this process's alone.
      const activatedAt = lasting && !parts.store.shared ? (await parts.store.activate(corpus, version)).activatedAt : new Date();
      return { state: { active, activatedAt, problem: undefined }, reports };
    } catch (error) {
      reports.push(await reportUnusable(parts.store, { corpus, version }, FaqError.from(error)));
    }
  }
  const problem = await nothingStandsIn(parts.store, corpus);
  return { state: { ...NOTHING_ACTIVE, problem }, reports: [...reports, { corpus, version: '', problem: problem.message }] };
}

/** The versions that the store cannot even list, set aside where they are damaged. The active one is left to restoreCorpus. */
async function setAsideListed(store: VersionStore, corpus: string, active: string | undefined): Promise<readonly SetAsideReport[]> {
  const reports: SetAsideReport[] = [];
  for (const { manifest, problem, isDamaged } of await store.list(corpus)) {
    if (problem === undefined || manifest.version === active) continue;
    const error = new FaqError(isDamaged === true ? 'data_loss' : 'internal', problem);
    reports.push(await reportUnusable(store, { corpus, version: manifest.version }, error));
  }
  return reports;
}

async function readPointer(store: VersionStore, corpus: string): Promise<{ pointer?: ActivePointer; error?: FaqError }> {
  try {
    const pointer = await store.active(corpus);
    return pointer === undefined ? {} : { pointer };
  } catch (cause) {
    const error = FaqError.from(cause);
    if (error.code === 'unavailable') throw error;
    return { error };
  }
}

/**
 * Opens a corpus's active version. A damaged one is set aside, and what was active before it takes over; where the mark of the active version is
 * damaged, what was active last. What cannot be read just now is stood in for until the next start. A version that another model or release
 * built stays stored and nothing is active until it is built anew: answers of an older corpus would be a surprise.
 */
export async function restoreCorpus(parts: RestoreParts, corpus: string): Promise<RestoredCorpus> {
  const { pointer, error: pointerError } = await readPointer(parts.store, corpus);
  // In a shared store it is for whoever writes next, not for everyone who starts.
  const listed = parts.store.shared ? [] : await setAsideListed(parts.store, corpus, pointer?.version);
  if (pointerError !== undefined) {
    const { state, reports } = await fallBack(parts, corpus, { lasting: pointerError.code === 'data_loss' });
    return { state, reports: [{ corpus, version: '', problem: pointerError.message }, ...listed, ...reports] };
  }
  if (pointer === undefined) return { state: NOTHING_ACTIVE, reports: listed };
  try {
    const active = await parts.open(corpus, pointer.version);
    return { state: { active, activatedAt: pointer.activatedAt, problem: undefined }, reports: listed };
  } catch (cause) {
    const error = FaqError.from(cause);
    // Out of reach in the middle of a start: the whole start is tried again.
    if (error.code === 'unavailable') throw error;
    const report = await reportUnusable(parts.store, { corpus, version: pointer.version }, error);
    if (error.code === 'failed_precondition') return { state: { ...NOTHING_ACTIVE, problem: error }, reports: [...listed, report] };
    const lasting = error.code === 'data_loss' || error.code === 'not_found';
    const { state, reports } = await fallBack(parts, corpus, { pointer, lasting });
    return { state, reports: [...listed, report, ...reports] };
  }
}

/** What restoring everything needs beside a corpus's own. */
export interface RestoreAll extends RestoreParts {
  readonly states: Map<string, CorpusState>;
  readonly reach: StoreReach;
  readonly signal: AbortSignal;
}

const TRY_AGAIN_MS = 500;

/** Corpora opened at once: a shared store is a network away, and waiting for one need not hold up the others. */
const CORPORA_AT_ONCE = 4;

async function restoreCorpora(parts: RestoreAll): Promise<readonly SetAsideReport[]> {
  const limit = pLimit(parts.store.shared ? CORPORA_AT_ONCE : 1);
  const failed = new AbortController();
  const goOn = AbortSignal.any([parts.signal, failed.signal]);
  const restored = (await parts.store.corpora()).map((corpus) =>
    limit(async () => {
      throwIfAborted(goOn);
      try {
        const { state, reports } = await restoreCorpus(parts, corpus);
        parts.states.set(corpus, state);
        return reports;
      } catch (error) {
        failed.abort(FaqError.from(error));
        throw error;
      }
    }),
  );
  // All are waited for, so that the next try does not begin beside what is left of this one.
  await Promise.allSettled(restored);
  return (await Promise.all(restored)).flat();
}

/** Every corpus of the store. A shared store that is away is waited for, as long as it takes: it is no fault of what is stored. */
export async function restoreAll(parts: RestoreAll): Promise<readonly SetAsideReport[]> {
  for (;;) {
    throwIfAborted(parts.signal);
    try {
      const reports = await restoreCorpora(parts);
      parts.reach.set(undefined);
      return reports;
    } catch (cause) {
      const error = FaqError.from(cause);
      throwIfAborted(parts.signal);
      // Too old a server, a key that is refused: mended outside, so it is tried again as well.
      if (!parts.store.shared) throw error;
      parts.reach.set(error.message);
      await sleep(TRY_AGAIN_MS, undefined, { signal: parts.signal }).catch(() => undefined);
    }
  }
}
