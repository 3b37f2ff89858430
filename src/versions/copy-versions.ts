/**
 * Versions from one store to another, whole and unchanged: vectors, rows, scorer and calibrator are copied, nothing is encoded or fitted, and
 * so the copy gives the same answers. Backup, restore and the move between indexes are this one thing. The source may be in use meanwhile.
 */
import { FaqError, throwIfAborted } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import { noCorpus } from '../names.ts';
import { type CopyPlan, planCopy } from './copy-plan.ts';
import { copyVersion, type VersionCopy } from './copy-version.ts';

/**
 * What becomes active in the target. `mirror`: exactly what is active in the source, and what was before. `activate`: what is active in the
 * source; a version that it replaces stays stored and is the one before, so that a rollback undoes the copy. `leave`: nothing changes.
 */
export type CopiedPointers = 'mirror' | 'activate' | 'leave';

/** What is copied. */
export interface CopyWish {
  readonly from: VersionStore;
  readonly to: VersionStore;
  /** Corpora by name; all where empty. */
  readonly corpora: readonly string[];
  /** Every stored version instead of only the active one and the one before it. */
  readonly everyVersion: boolean;
  readonly pointers: CopiedPointers;
  readonly signal: AbortSignal;
  /** Questions copied, of how many, and where it is. */
  readonly onProgress: (done: number, total: number, what: string) => void;
}

/** One corpus that was copied. */
export interface CopiedCorpus {
  readonly corpus: string;
  /** In the target now, newest last. */
  readonly versions: readonly string[];
  /** How many of them were not there before. */
  readonly copied: number;
  /** Active in the target now; undefined where nothing is. */
  readonly active: string | undefined;
  /** Active in the target before, where another was. */
  readonly replaced: string | undefined;
  /** Versions that are damaged in the source and were left out, each with its problem. */
  readonly damaged: readonly string[];
}

/** A version that a server removes at this moment makes a new plan; one that removes so many in a row is not to be kept up with. */
const MOST_PLANS = 5;

interface Progress {
  done: number;
  total: number;
}

async function chosen({ from, corpora }: CopyWish): Promise<readonly string[]> {
  const known = await from.corpora();
  if (known.length === 0) {
    const message = 'There is no corpus to copy. Check the folder, or QDRANT_URL and the prefix of the collections.';
    throw new FaqError('not_found', message, { field: 'corpus', reason: 'CORPUS_NOT_FOUND' });
  }
  const missing = corpora.find((corpus) => !known.includes(corpus));
  if (missing !== undefined) throw noCorpus(missing, `There are: ${known.join(', ')}.`);
  return corpora.length === 0 ? known : [...new Set(corpora)];
}

/** Which version the target answers from afterwards. */
async function point(
  plan: CopyPlan,
  whole: ReadonlySet<string>,
  { to, pointers }: CopyWish,
): Promise<Pick<CopiedCorpus, 'active' | 'replaced'>> {
  const { corpus, active, previous } = plan;
  const now = await to.active(corpus);
  if (pointers === 'leave' || active === undefined || !whole.has(active)) return { active: now?.version, replaced: undefined };
  const exactly = pointers === 'mirror' || now === undefined;
  const before = previous !== undefined && whole.has(previous) ? previous : undefined;
  await (exactly ? to.activate(corpus, active, { previous: before }) : to.activate(corpus, active));
  return { active, replaced: now?.version === active ? undefined : now?.version };
}

/** Copies one plan's versions, oldest first. @returns undefined where one of them was removed from the source meanwhile. */
async function copyPlan(
  wish: CopyWish,
  plan: CopyPlan,
  run: { readonly signal: AbortSignal; readonly progress: Progress; readonly copied: Set<string> },
): Promise<ReadonlyMap<string, VersionCopy> | undefined> {
  const { from, to, onProgress } = wish;
  const { progress, signal, copied } = run;
  const copies = new Map<string, VersionCopy>();
  for (const { version, questions } of plan.versions) {
    const what = `${plan.corpus} ${version}`;
    const start = progress.done;
    onProgress(start, progress.total, what);
    const report = (done: number): void => onProgress(Math.min(start + Math.min(done, questions), progress.total), progress.total, what);
    const copy = await copyVersion({ from, to, corpus: plan.corpus, version, signal, onProgress: report });
    if (copy.outcome === 'gone') return undefined;
    if (copy.outcome === 'copied') copied.add(version);
    progress.done += questions;
    copies.set(version, copy);
  }
  return copies;
}

async function copyCorpus(wish: CopyWish, first: CopyPlan, progress: Progress): Promise<CopiedCorpus> {
  const { corpus } = first;
  return wish.to.exclusively(corpus, wish.signal, async (signal) => {
    const start = progress.done;
    let plan = first;
    // A plan that is given up has copied versions too, which the next one finds there.
    const copied = new Set<string>();
    for (let plans = 1; ; plans += 1) {
      const copies = await copyPlan(wish, plan, { signal, progress, copied });
      if (copies !== undefined) {
        const outcomes = [...copies];
        const whole = new Set(outcomes.filter(([, { outcome }]) => outcome !== 'damaged').map(([version]) => version));
        const found = outcomes.flatMap(([version, { problem }]) => (problem === undefined ? [] : [`${version}: ${problem}`]));
        throwIfAborted(signal);
        const pointed = await point(plan, whole, wish);
        return { corpus, versions: [...whole], copied: copied.intersection(whole).size, ...pointed, damaged: [...plan.damaged, ...found] };
      }
      if (plans === MOST_PLANS) {
        const message = `Versions of corpus "${corpus}" were removed faster than they could be copied. Try again when fewer reloads run.`;
        throw new FaqError('aborted', message, { field: 'corpus', reason: 'SOURCE_CHANGING' });
      }
      progress.done = start;
      plan = await planCopy(wish.from, corpus, wish.everyVersion);
    }
  });
}

/**
 * Copies corpus by corpus; broken off, what was copied whole stays, and the next run goes on from there.
 * @throws FaqError not_found for a corpus that the source has not, and where it has none; aborted where another process changes a corpus of the target.
 */
export async function copyVersions(wish: CopyWish): Promise<readonly CopiedCorpus[]> {
  const plans: CopyPlan[] = [];
  for (const corpus of await chosen(wish)) plans.push(await planCopy(wish.from, corpus, wish.everyVersion));
  const questions = plans.flatMap(({ versions }) => versions.map((version) => version.questions));
  const progress = { done: 0, total: questions.reduce((sum, count) => sum + count, 0) };
  const copied: CopiedCorpus[] = [];
  for (const plan of plans) copied.push(await copyCorpus(wish, plan, progress));
  return copied;
}
