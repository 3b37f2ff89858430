/** The doctor's look at the stored versions: a server serves none that another model built. */
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import { counted } from '../text/counted.ts';
import { type Finding, ok, warn } from './doctor-checks.ts';
import { NO_DATA_DIR, openFolderToRead } from './held-store.ts';

/** Corpora whose active version is of the model, and of another. */
async function activeByModel(
  store: VersionStore,
  digest: string,
): Promise<{ readonly fitting: readonly string[]; readonly other: readonly string[] }> {
  const [fitting, other]: [string[], string[]] = [[], []];
  for (const corpus of await store.corpora()) {
    const pointer = await store.active(corpus);
    const stored = (await store.list(corpus)).find(({ manifest }) => manifest.version === pointer?.version);
    if (stored !== undefined) (stored.manifest.modelDigest === digest ? fitting : other).push(corpus);
  }
  return { fitting, other };
}

function findingOf({ fitting, other }: Awaited<ReturnType<typeof activeByModel>>): readonly Finding[] {
  if (other.length > 0) {
    const detail = `the active versions of ${other.join(', ')} were built with another model: matches of theirs will be refused`;
    return [warn('versions', detail, 'Start the server and reload them, or set FAQMATCH_MODEL to the model that built them.')];
  }
  if (fitting.length === 0) return [];
  return [ok('versions', `the model built the active version of ${counted(fitting.length, 'corpus', 'corpora')}`)];
}

/** Whether the active versions of the data directory are of the model, a running server's too. Says nothing of Qdrant, nor of a directory without versions. */
export async function checkVersions({ dataDir, index }: Config, digest: string): Promise<readonly Finding[]> {
  if (index !== 'embedded') return [];
  try {
    const { store, release } = await openFolderToRead(dataDir);
    return findingOf(await activeByModel(store, digest).finally(release));
  } catch (error) {
    const { reason, message } = FaqError.from(error);
    return reason === NO_DATA_DIR ? [] : [warn('versions', message)];
  }
}
