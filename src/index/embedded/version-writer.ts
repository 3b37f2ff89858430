/**
 * Writes one version as a folder, every file on the disk before it returns. Renaming the folder into place is the store's.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FaqError, throwIfAborted } from '../../errors.ts';
import type { VersionContents, VersionManifest } from '../contract.ts';
import type { Disk } from './disk.ts';
import { buildGraph } from './graph-build.ts';
import { LEAST_RECALL, type MeasuredRecall } from './graph-recall.ts';
import { rowLines } from './row-lines.ts';
import { checkNames } from './store-paths.ts';
import * as layout from './version-manifest.ts';

/** Hashing this much takes about a millisecond: the event loop stays free while a large version is written. */
const PIECE_BYTES = 2 ** 20;
/** How far a row's length may be from 1: float32 normalisation is off by 1e-6 at most, a forgotten one by far more. */
const UNIT_TOLERANCE = 1e-3;

function refuse(message: string): never {
  throw new FaqError('invalid_argument', message);
}

function checkUnitRows(vectors: Float32Array, dimension: number): void {
  for (let row = 0; row * dimension < vectors.length; row += 1) {
    let squares = 0;
    for (let place = row * dimension; place < (row + 1) * dimension; place += 1) squares += (vectors[place] ?? 0) ** 2;
    // The negated form refuses NaN too.
    if (!(Math.abs(Math.sqrt(squares) - 1) <= UNIT_TOLERANCE)) refuse(`Vector ${row} must have length 1; it has ${Math.sqrt(squares)}.`);
  }
}

/** @throws FaqError invalid_argument where the parts of a version do not fit one another. */
export function checkContents({ manifest, rows, vectors, artifacts }: VersionContents): void {
  const { corpus, version, dimension, questions } = manifest;
  checkNames(corpus, version);
  if (!Number.isInteger(dimension) || dimension < 1) refuse(`The dimension must be at least 1; it is ${dimension}.`);
  if (rows.length !== questions) refuse(`The manifest counts ${questions} questions; ${rows.length} rows came.`);
  if (vectors.length !== rows.length * dimension) {
    refuse(`${rows.length} rows of ${dimension} values need ${rows.length * dimension} values; ${vectors.length} came.`);
  }
  if (Number.isNaN(manifest.createdAt.getTime())) refuse('The time of creation is not a date.');
  checkUnitRows(vectors, dimension);
  for (const name of artifacts.keys()) {
    if (!layout.isArtifactName(name)) refuse(`An artifact is named in a-z, 0-9, "." and "-"; ${JSON.stringify(name)} came.`);
  }
}

function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) yield bytes.subarray(start, start + PIECE_BYTES);
}

/** Writes a new file to the disk, piece by piece. @returns its name, size and digest. */
async function writeFile(target: Target, name: string, pieces: Iterable<Uint8Array>): Promise<layout.StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await target.disk.createFile(join(target.folder, name));
  try {
    for (const piece of pieces) {
      throwIfAborted(target.signal);
      hash.update(piece);
      size += piece.byteLength;
      await file.write(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { name, size, sha256: hash.digest('hex') };
}

/** Where a version is written to. */
export interface Target {
  readonly disk: Disk;
  /** Absolute; must not exist. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Rows from which a graph is built. */
  readonly annFromRows: number;
  /** Called with what a person should know and what does not keep the version from being written. */
  readonly onProblem: (problem: string) => void;
  /** The thread of graph-build.ts where not given. */
  readonly build?: typeof buildGraph;
}

/** Builds and writes the graph of the vectors that are in the folder already; undefined where it finds too few of the nearest rows. */
async function writeGraph(
  target: Target,
  { corpus, version, dimension }: VersionManifest,
): Promise<{ readonly file: layout.StoredFile; readonly graph: MeasuredRecall } | undefined> {
  const { folder, signal, onProblem, build = buildGraph } = target;
  const vectorsPath = join(folder, layout.VECTORS_FILE);
  const scratchPath = join(folder, `${layout.GRAPH_FILE}.part`);
  const { bytes, expansion, recallAt10 } = await build({ vectorsPath, scratchPath, dimension }, signal);
  if (bytes === undefined) {
    onProblem(
      `The search graph of version ${version} of corpus ${corpus} finds ${recallAt10.toFixed(4)} of the ten nearest questions, ` +
        `less than ${LEAST_RECALL}: the version is searched exactly instead, which takes longer and misses nothing.`,
    );
    return undefined;
  }
  return { file: await writeFile(target, layout.GRAPH_FILE, inPieces(bytes)), graph: { expansion, recallAt10 } };
}

/** Writes all files and syncs them and their folders. On failure it leaves what it wrote: the caller removes the folder. */
export async function writeVersionFolder(target: Target, contents: VersionContents): Promise<void> {
  const { disk, folder } = target;
  const { manifest, rows, vectors, artifacts } = contents;
  const artifactsFolder = join(folder, layout.ARTIFACTS_FOLDER);
  await disk.makeFolder(artifactsFolder);
  const files = [await writeFile(target, layout.ROWS_FILE, rowLines(rows))];
  // The machine's own byte order, which is little-endian wherever Node runs in earnest.
  const vectorBytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  files.push(await writeFile(target, layout.VECTORS_FILE, inPieces(vectorBytes)));
  for (const [name, bytes] of artifacts) files.push(await writeFile(target, `${layout.ARTIFACTS_FOLDER}/${name}`, inPieces(bytes)));
  const built = rows.length >= target.annFromRows ? await writeGraph(target, manifest) : undefined;
  if (built !== undefined) files.push(built.file);
  const { text, digestText } = layout.writeManifest({ manifest, files, ...(built === undefined ? {} : { graph: built.graph }) });
  await writeFile(target, layout.MANIFEST_FILE, [Buffer.from(text)]);
  await writeFile(target, layout.MANIFEST_DIGEST_FILE, [Buffer.from(digestText)]);
  await disk.syncFolder(artifactsFolder);
  await disk.syncFolder(folder);
  throwIfAborted(target.signal);
}
