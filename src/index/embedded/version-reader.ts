/**
 * Reads one version folder and believes nothing: every size and SHA-256 is compared before a byte is used.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FaqError } from '../../errors.ts';
import { systemCode } from '../../system-code.ts';
import type { QuestionRow } from '../contract.ts';
import { parseRowLines } from '../row-lines.ts';
import type { Disk } from './disk.ts';
import { findDistinctRows } from './distinct-rows.ts';
import type { MeasuredRecall } from './graph-recall.ts';
import type { MeasuredGraph } from './graph-search.ts';
import { type NativeGraph, openGraph } from './native-graph.ts';
import * as layout from './version-manifest.ts';

const PIECE_BYTES = 2 ** 20;

/** A version folder with all that an index needs in memory. */
export interface VersionFolder extends layout.StoredManifest {
  readonly rows: readonly QuestionRow[];
  readonly vectors: Float32Array;
}

function damaged(name: string, what: string, cause?: unknown): FaqError {
  const message = `${name} ${what}: the version was damaged after writing. Reload the corpus, or roll back to another version.`;
  return new FaqError('data_loss', message, { reason: 'CHECKSUM_MISMATCH', cause });
}

async function readFile(disk: Disk, folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await disk.read(join(folder, name));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw damaged(name, 'is missing', error);
    if (code === 'EIO') throw damaged(name, 'cannot be read from the disk (EIO)', error);
    // No rights, too many open files: the data may well be whole.
    throw new FaqError('internal', `Reading ${name} of a stored version failed (${code ?? 'unknown error'}).`, { cause: error });
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
    await nextTurn();
  }
  return hash.digest('hex');
}

async function readChecked(disk: Disk, folder: string, file: layout.StoredFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(disk, folder, file.name);
  if (bytes.byteLength !== file.size) throw damaged(file.name, `has ${bytes.byteLength} bytes where ${file.size} were written`);
  if ((await digestOf(bytes)) !== file.sha256) throw damaged(file.name, 'does not fit its SHA-256');
  return bytes;
}

/** The manifest alone, checked against its digest. @throws FaqError data_loss. */
export async function readManifest(disk: Disk, folder: string): Promise<layout.StoredManifest> {
  const digestText = Buffer.from(await readFile(disk, folder, layout.MANIFEST_DIGEST_FILE)).toString('latin1');
  return layout.parseManifest(await readFile(disk, folder, layout.MANIFEST_FILE), digestText);
}

/** The manifest, and that every file is there in its size; contents are not read. @throws FaqError data_loss. */
export async function readManifestAndSizes(disk: Disk, folder: string): Promise<layout.StoredManifest> {
  const stored = await readManifest(disk, folder);
  for (const { name, size } of stored.files) {
    const facts = await disk.facts(join(folder, name));
    if (facts === undefined) throw damaged(name, 'is missing');
    if (facts.size !== size) throw damaged(name, `has ${facts.size} bytes where ${size} were written`);
  }
  return stored;
}

/** Names of a version's artifacts. */
export function artifactNames({ files }: layout.StoredManifest): readonly string[] {
  const prefix = `${layout.ARTIFACTS_FOLDER}/`;
  return files.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length));
}

/** An artifact's bytes. @throws FaqError data_loss where there is none, or it is damaged. */
export async function readArtifact(
  disk: Disk,
  folder: string,
  { stored, name }: { stored: layout.StoredManifest; name: string },
): Promise<Uint8Array> {
  const file = stored.files.find((each) => each.name === `${layout.ARTIFACTS_FOLDER}/${name}`);
  if (file === undefined) throw new FaqError('data_loss', `The version has no part named ${JSON.stringify(name)}. Reload the corpus.`);
  return readChecked(disk, folder, file);
}

/** Everything: rows and vectors for use, artifacts for their checksums alone. @throws FaqError data_loss naming the file. */
export async function readVersionFolder(disk: Disk, folder: string): Promise<VersionFolder> {
  const stored = await readManifest(disk, folder);
  const { questions, dimension } = stored.manifest;
  let rowBytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  let vectorBytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  for (const file of stored.files) {
    const bytes = await readChecked(disk, folder, file);
    if (file.name === layout.ROWS_FILE) rowBytes = bytes;
    if (file.name === layout.VECTORS_FILE) vectorBytes = bytes;
  }
  const rows = await parseRowLines(rowBytes);
  if (rows.length !== questions) throw damaged(layout.ROWS_FILE, `has ${rows.length} rows where the manifest counts ${questions}`);
  if (vectorBytes.byteLength !== questions * dimension * Float32Array.BYTES_PER_ELEMENT) {
    throw damaged(layout.VECTORS_FILE, `does not hold ${questions} vectors of ${dimension} values`);
  }
  return { ...stored, rows, vectors: new Float32Array(vectorBytes.buffer) };
}

/** The graph of a folder that was read, and so checked, just now. @throws FaqError data_loss where it is not one of these vectors. */
export async function openStoredGraph(
  folder: string,
  { vectors, manifest: { dimension } }: VersionFolder,
  measured: MeasuredRecall,
): Promise<MeasuredGraph> {
  const distinct = await findDistinctRows(vectors, dimension);
  let graph: NativeGraph;
  try {
    graph = openGraph(join(folder, layout.GRAPH_FILE), dimension);
  } catch (error) {
    throw damaged(layout.GRAPH_FILE, 'cannot be read as a graph', error);
  }
  if (graph.size === distinct.count && graph.dimension === dimension) return { ...measured, graph, distinct };
  const what = `holds ${graph.size} rows of ${graph.dimension} values where ${distinct.count} of ${dimension} belong`;
  throw damaged(layout.GRAPH_FILE, what);
}
