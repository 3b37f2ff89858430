/**
 * A version back from Qdrant, and what is known of versions without opening them. Believes nothing: record, counts and parts are checked.
 */
import { FaqError } from '../../errors.ts';
import type { OpenVersion, StoredVersion } from '../contract.ts';
import { parseRowLines } from '../row-lines.ts';
import type { QdrantConnection } from './connection.ts';
import { fetchVectors, withMemoryCopy } from './memory-copy.ts';
import type { VersionCollection } from './names.ts';
import { openQdrantIndex } from './qdrant-index.ts';
import type { QdrantSettings } from './settings.ts';
import { collectionFacts } from './version-collection.ts';
import { readPart } from './version-parts.ts';
import { artifactName, artifactPart, parseRecord, RECORD_ID, ROWS_PART, unreadable, type VersionRecord } from './version-record.ts';

/** Where versions are read from. */
export interface ReadPlace {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  /** Told in words of what went wrong without failing a call. */
  readonly onProblem: (problem: string) => void;
}

function damaged(version: string, what: string): FaqError {
  const message = `Version ${version} in Qdrant ${what}. Reload the corpus to build it again, or roll back to another version.`;
  return new FaqError('data_loss', message, { reason: 'VERSION_DAMAGED' });
}

/** The record of a collection; undefined where it is half written or gone. @throws FaqError data_loss where the record is damaged. */
export async function readRecord(
  { connection }: Pick<ReadPlace, 'connection'>,
  found: VersionCollection,
): Promise<VersionRecord | undefined> {
  try {
    const { data } = await connection.call({
      what: 'read the record of a version',
      run: (api, init) => api.getPoints({ collection_name: found.name, ids: [RECORD_ID], with_payload: true, with_vector: false }, init),
    });
    const [point] = data.result ?? [];
    return point === undefined ? undefined : parseRecord(point.payload, found.version);
  } catch (error) {
    if (error instanceof FaqError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** As a list shows it; undefined for a collection that is half written or was set aside. */
export async function listedVersion(place: ReadPlace, found: VersionCollection): Promise<StoredVersion | undefined> {
  try {
    const record = await readRecord(place, found);
    if (record === undefined || record.setAside !== undefined) return undefined;
    const { manifest } = record;
    if (manifest.corpus === found.corpus && manifest.version === found.version) return { manifest };
    const problem = `Collection ${found.name} holds version ${manifest.version} of corpus ${manifest.corpus}: it was restored under another name.`;
    return { manifest: { ...manifest, corpus: found.corpus, version: found.version }, problem, isDamaged: true };
  } catch (error) {
    if (!(error instanceof FaqError) || error.code !== 'data_loss') throw error;
    return unreadable(found.corpus, found.version, error.message);
  }
}

/** Points of a version: its questions, its parts' pieces and its record. */
function pointsOf({ manifest, parts }: VersionRecord): number {
  return manifest.questions + parts.reduce((sum, { pieces }) => sum + pieces, 0) + 1;
}

async function checkCollection({ connection }: ReadPlace, found: VersionCollection, record: VersionRecord): Promise<void> {
  const { manifest } = record;
  const { version } = found;
  if (manifest.corpus !== found.corpus || manifest.version !== version) throw damaged(version, `lies in the collection of another version`);
  const { dimension, distance } = await collectionFacts({ connection, collection: found.name });
  if (dimension !== manifest.dimension || distance !== 'Dot') {
    throw damaged(
      version,
      `has vectors of ${dimension ?? 'no'} values (${distance ?? 'none'}) where ${manifest.dimension} (Dot) were written`,
    );
  }
  const { data } = await connection.call({
    what: 'count the points of a version',
    run: (api, init) => api.countPoints({ collection_name: found.name, exact: true }, init),
    timeoutMs: 30_000,
  });
  const expected = pointsOf(record);
  if (data.result?.count !== expected) throw damaged(version, `has ${data.result?.count ?? 0} points where ${expected} were written`);
}

/** Opens a version for reading. Its rows and artifacts come into memory; its vectors stay in Qdrant. @throws FaqError data_loss. */
export async function openCollection(place: ReadPlace, found: VersionCollection, record: VersionRecord): Promise<OpenVersion> {
  const { connection, settings } = place;
  const { manifest, parts, method } = record;
  await checkCollection(place, found, record);
  const partPlace = { connection, collection: found.name };
  const rowsPart = parts.find(({ name }) => name === ROWS_PART);
  if (rowsPart === undefined) throw damaged(found.version, 'has no rows');
  const rows = await parseRowLines(await readPart(partPlace, rowsPart));
  if (rows.length !== manifest.questions) throw damaged(found.version, `has ${rows.length} rows where ${manifest.questions} are counted`);
  const plan = { method, quantised: settings.quantise };
  const source = { connection, collection: found.name, rows, dimension: manifest.dimension };
  const remote = openQdrantIndex({ ...source, plan });
  const index = settings.serveFromMemory && rows.length > 0 ? withMemoryCopy(remote, source, place.onProblem) : remote;
  return {
    manifest,
    rows,
    index,
    artifactNames: parts.flatMap(({ name }) => artifactName(name) ?? []),
    vectors: (signal) => fetchVectors(source, signal),
    async artifact(name) {
      const part = parts.find((each) => each.name === artifactPart(name));
      if (part === undefined) throw new FaqError('data_loss', `The version has no part named ${JSON.stringify(name)}. Reload the corpus.`);
      return readPart(partPlace, part);
    },
  };
}
