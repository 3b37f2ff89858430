/**
 * A whole version into Qdrant: collection, questions, parts, graph, and at the very end the record that makes it a version.
 */
import { throwIfAborted } from '../../errors.ts';
import type { VersionContents, WriteProgress } from '../contract.ts';
import { rowLines } from '../row-lines.ts';
import { chooseMethod, waitForGraph } from './graph-readiness.ts';
import { type CollectionPlace, createVersionCollection, wantsGraph } from './version-collection.ts';
import { writePart } from './version-parts.ts';
import { artifactPart, RECORD_ID, ROWS_PART, recordPayload, type StoredMethod, type StoredPart } from './version-record.ts';
import { writeQuestions } from './write-questions.ts';

const EXACT: StoredMethod = { kind: 'exact', recallAt10: 1, ef: 0 };

async function writeParts(place: CollectionPlace, { rows, artifacts }: VersionContents): Promise<readonly StoredPart[]> {
  const parts = [await writePart(place, ROWS_PART, Buffer.concat([...rowLines(rows)]))];
  for (const [name, bytes] of artifacts) parts.push(await writePart(place, artifactPart(name), bytes));
  return parts;
}

async function methodOf(
  place: CollectionPlace,
  { manifest, rows, vectors }: VersionContents,
  onProgress: WriteProgress,
): Promise<StoredMethod> {
  const { questions, dimension } = manifest;
  if (!wantsGraph(questions, place.settings)) return EXACT;
  const withTerms = rows.filter(({ terms }) => terms.length > 0).length;
  await waitForGraph(place, { questions, withTerms, dimension }, onProgress);
  return chooseMethod(place, { vectors, dimension });
}

/** Writes everything. Broken off at any moment, the collection is not a version, and the next try goes on where this one stopped. */
export async function writeVersionCollection(place: CollectionPlace, contents: VersionContents, onProgress: WriteProgress): Promise<void> {
  await createVersionCollection(place, contents.manifest);
  await writeQuestions(place, contents, onProgress);
  const parts = await writeParts(place, contents);
  const method = await methodOf(place, contents, onProgress);
  throwIfAborted(place.signal);
  const payload = recordPayload({ manifest: contents.manifest, parts, method });
  await place.connection.call({
    what: 'write the record of a version',
    run: (api, init) =>
      api.upsertPoints(
        { collection_name: place.collection, wait: true, ordering: 'medium', points: [{ id: RECORD_ID, vector: {}, payload }] },
        init,
      ),
    signal: place.signal,
    ...(place.patienceMs === undefined ? {} : { patienceMs: place.patienceMs }),
  });
}
