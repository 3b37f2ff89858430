/**
 * Versions from one store to another, whole and unchanged: vectors, rows, scorer and calibrator are copied, nothing is encoded or fitted, and
 * so the copy gives the same answers. Backup, restore and the move between indexes are this one thing.
 */
import { FaqError, throwIfAborted } from '../errors.ts';
import type { OpenVersion, VersionStore } from '../index/contract.ts';

/** What is copied. */
export interface CopyWish {
  readonly from: VersionStore;
  readonly to: VersionStore;
  /** Corpora by name; all where empty. */
  readonly corpora: readonly string[];
  /** Every stored version instead of only the active one and the one before it. */
  readonly everyVersion: boolean;
  readonly signal: AbortSignal;
  /** Versions copied, of how many, and which comes next. */
  readonly onProgress: (done: number, total: number, what: string) => void;
}

/** One corpus that was copied. */
export interface CopiedCorpus {
  readonly corpus: string;
  /** Newest last. */
  readonly versions: readonly string[];
  /** Active in the target now; undefined where nothing was active in the source. */
  readonly active: string | undefined;
}

interface Plan {
  readonly corpus: string;
  readonly versions: readonly string[];
  readonly active: string | undefined;
  readonly previous: string | undefined;
}

async function planOf({ from, everyVersion }: CopyWish, corpus: string): Promise<Plan> {
  const pointer = await from.active(corpus);
  const usable = (await from.list(corpus)).filter(({ problem }) => problem === undefined).map(({ manifest }) => manifest.version);
  const wanted = everyVersion ? usable : usable.filter((version) => version === pointer?.version || version === pointer?.previous);
  const there = (version: string | undefined): string | undefined =>
    version !== undefined && usable.includes(version) ? version : undefined;
  return { corpus, versions: wanted.toReversed(), active: there(pointer?.version), previous: there(pointer?.previous) };
}

async function copyOne(open: OpenVersion, to: VersionStore, signal: AbortSignal): Promise<void> {
  const artifacts = new Map<string, Uint8Array>();
  for (const name of open.artifactNames) artifacts.set(name, await open.artifact(name));
  await to.write({ manifest: open.manifest, rows: open.rows, vectors: await open.vectors(), artifacts }, signal);
}

/** Activated in the target in the order they were active, so that a rollback there goes where it went before. */
async function activateAs({ active, previous, corpus }: Plan, to: VersionStore): Promise<void> {
  if (active === undefined || (await to.active(corpus))?.version === active) return;
  if (previous !== undefined && (await to.active(corpus)) === undefined) await to.activate(corpus, previous);
  await to.activate(corpus, active);
}

/** @throws FaqError not_found for a corpus that the source has not; aborted where another process changes a corpus of the target. */
export async function copyVersions(wish: CopyWish): Promise<readonly CopiedCorpus[]> {
  const { from, to, signal, onProgress } = wish;
  const known = await from.corpora();
  const missing = wish.corpora.find((corpus) => !known.includes(corpus));
  if (missing !== undefined) {
    const message = `There is no corpus "${missing}" to copy. There are: ${known.join(', ') || 'none'}.`;
    throw new FaqError('not_found', message, { field: 'corpus', reason: 'CORPUS_NOT_FOUND' });
  }
  const plans = await Promise.all((wish.corpora.length === 0 ? known : wish.corpora).map((corpus) => planOf(wish, corpus)));
  const total = plans.reduce((sum, { versions }) => sum + versions.length, 0);
  let done = 0;
  for (const plan of plans) {
    await to.exclusively(plan.corpus, signal, async (held) => {
      for (const version of plan.versions) {
        throwIfAborted(held);
        onProgress(done, total, `${plan.corpus} ${version}`);
        await copyOne(await from.open(plan.corpus, version), to, held);
        done += 1;
      }
      await activateAs(plan, to);
    });
  }
  onProgress(done, total, '');
  return plans.map(({ corpus, versions, active }) => ({ corpus, versions, active }));
}
