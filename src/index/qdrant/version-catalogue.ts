/**
 * Which versions there are, read from the names of the collections: Qdrant itself is the only list.
 */
import pLimit from 'p-limit';
import { FaqError } from '../../errors.ts';
import type { StoredVersion } from '../contract.ts';
import type { QdrantNames, VersionCollection } from './names.ts';
import { listedVersion, type ReadPlace, readRecord } from './read-version.ts';
import type { VersionRecord } from './version-record.ts';

const RECORDS_AT_ONCE = 8;

/** A version that can be opened. */
export interface FoundVersion {
  readonly collection: VersionCollection;
  readonly record: VersionRecord;
}

/** The versions of a deployment. */
export interface VersionCatalogue {
  /** Every version's collection, whole or not; of one corpus where one is named. */
  collections(corpus?: string): Promise<readonly VersionCollection[]>;
  /** Whole versions of a corpus, newest first; damaged ones with their problem. */
  list(corpus: string): Promise<readonly StoredVersion[]>;
  /** A whole version, of its latest generation; undefined where there is none. @throws FaqError data_loss. */
  find(corpus: string, version: string): Promise<FoundVersion | undefined>;
  /** The record of a collection; undefined where it is half written. @throws FaqError data_loss. */
  recordOf(collection: VersionCollection): Promise<VersionRecord | undefined>;
  /** Corpora with a whole version, but for the known ones: their versions need not be read. */
  wholeCorpora(known: ReadonlySet<string>): Promise<readonly string[]>;
  /** Where a version that is not stored whole is to be written: its half-written collection, or a new one. */
  placeFor(corpus: string, version: string): Promise<VersionCollection>;
}

function latestFirst(left: VersionCollection, right: VersionCollection): number {
  return right.generation - left.generation;
}

/** A record that makes no sense is no half-written version. */
async function isHalfWritten(place: ReadPlace, collection: VersionCollection): Promise<boolean> {
  try {
    return (await readRecord(place, collection)) === undefined;
  } catch (error) {
    if (error instanceof FaqError && error.code === 'data_loss') return false;
    throw error;
  }
}

/** Reads from one server. */
export function openCatalogue(place: ReadPlace, names: QdrantNames): VersionCatalogue {
  async function collections(corpus?: string): Promise<readonly VersionCollection[]> {
    const { data } = await place.connection.call({
      what: 'list the versions',
      run: (api, init) => api.getCollections({}, init),
      timeoutMs: 30_000,
    });
    return (data.result?.collections ?? []).flatMap(({ name }) => {
      const found = names.parseVersion(name);
      return found === undefined || (corpus !== undefined && found.corpus !== corpus) ? [] : [found];
    });
  }

  async function generations(corpus: string, version: string): Promise<readonly VersionCollection[]> {
    return (await collections(corpus)).filter((found) => found.version === version).toSorted(latestFirst);
  }

  return {
    collections,
    recordOf: (collection) => readRecord(place, collection),
    async wholeCorpora(known) {
      const limit = pLimit(RECORDS_AT_ONCE);
      const others = (await collections()).filter(({ corpus }) => !known.has(corpus));
      const listed = await Promise.all(others.map((found) => limit(() => listedVersion(place, found))));
      return [...new Set(listed.flatMap((version) => (version === undefined ? [] : [version.manifest.corpus])))];
    },
    async list(corpus) {
      const limit = pLimit(RECORDS_AT_ONCE);
      const listed = await Promise.all((await collections(corpus)).map((found) => limit(() => listedVersion(place, found))));
      return listed
        .filter((version) => version !== undefined)
        .toSorted((left, right) => right.manifest.createdAt.getTime() - left.manifest.createdAt.getTime());
    },
    async find(corpus, version) {
      // Nearly every version has one generation: then one request finds it, whatever the number of collections.
      const first = names.version(corpus, version, 1);
      const only = await readRecord(place, first).catch(() => undefined);
      if (only !== undefined && only.setAside === undefined) return { collection: first, record: only };
      for (const collection of await generations(corpus, version)) {
        const record = await readRecord(place, collection);
        if (record !== undefined && record.setAside === undefined) return { collection, record };
      }
      return undefined;
    },
    async placeFor(corpus, version) {
      const [latest] = await generations(corpus, version);
      if (latest === undefined) return names.version(corpus, version, 1);
      // Half written: it is finished. Set aside or with a record that makes no sense: a person may want to look at it.
      return (await isHalfWritten(place, latest)) ? latest : names.version(corpus, version, latest.generation + 1);
    },
  };
}
