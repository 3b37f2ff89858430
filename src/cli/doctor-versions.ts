/** The doctor's look at the stored versions: a server serves none that another model built, and takes another for one that is damaged. */
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import type { ActivePointer, VersionStore } from '../index/contract.ts';
import { counted } from '../text/counted.ts';
import { standIns } from '../versions/restore.ts';
import { type Finding, ok, warn } from './doctor-checks.ts';
import { NO_DATA_DIR, openFolderToRead } from './held-store.ts';

interface ActiveVersions {
  /** Corpora whose active version the model built. */
  readonly fitting: readonly string[];
  /** Corpora whose active version another model built. */
  readonly other: readonly string[];
  /** What a start will do about an active version that cannot be used. */
  readonly lost: readonly Finding[];
}

/** What a start does where the active version, or the mark that names it, is damaged. */
async function lostFinding(store: VersionStore, corpus: string, lost: { pointer?: ActivePointer; problem: string }): Promise<Finding> {
  const [standIn] = await standIns(store, corpus, lost.pointer);
  const next =
    standIn === undefined
      ? 'After a start nothing of it is active, since no other stored version is known to have been: activate one by name, or reload the corpus.'
      : `A start takes ${standIn}, which was active before; activate another by name, or reload the corpus, where that is not wanted.`;
  return warn('versions', `what is active of ${corpus} cannot be used: ${lost.problem}`, next);
}

async function activeVersions(store: VersionStore, digest: string): Promise<ActiveVersions> {
  const [fitting, other, lost]: [string[], string[], Finding[]] = [[], [], []];
  for (const corpus of await store.corpora()) {
    const pointer = await store.active(corpus).catch((error: unknown) => FaqError.from(error));
    if (pointer instanceof FaqError) lost.push(await lostFinding(store, corpus, { problem: pointer.message }));
    if (pointer === undefined || pointer instanceof FaqError) continue;
    const stored = (await store.list(corpus)).find(({ manifest }) => manifest.version === pointer.version);
    const problem = stored === undefined ? `version ${pointer.version} is not stored.` : stored.problem;
    if (problem !== undefined) lost.push(await lostFinding(store, corpus, { pointer, problem }));
    else (stored?.manifest.modelDigest === digest ? fitting : other).push(corpus);
  }
  return { fitting, other, lost };
}

function findingsOf({ fitting, other, lost }: ActiveVersions): readonly Finding[] {
  if (other.length > 0) {
    const detail = `the active versions of ${other.join(', ')} were built with another model: matches of theirs will be refused`;
    return [...lost, warn('versions', detail, 'Start the server and reload them, or set FAQMATCH_MODEL to the model that built them.')];
  }
  if (fitting.length === 0) return lost;
  return [...lost, ok('versions', `the model built the active version of ${counted(fitting.length, 'corpus', 'corpora')}`)];
}

/** Whether the active versions of the data directory are there and of the model, a running server's too. Says nothing of Qdrant, nor of a directory without versions. */
export async function checkVersions({ dataDir, index }: Config, digest: string): Promise<readonly Finding[]> {
  if (index !== 'embedded') return [];
  try {
    const { store, release } = await openFolderToRead(dataDir);
    return findingsOf(await activeVersions(store, digest).finally(release));
  } catch (error) {
    const { reason, message } = FaqError.from(error);
    return reason === NO_DATA_DIR ? [] : [warn('versions', message)];
  }
}
