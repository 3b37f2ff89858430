/**
 * Writes one version as a folder, every file on the disk before it returns. Renaming the folder into place is the store's.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { throwIfAborted } from '../../errors.ts';
import type { VersionContents, VersionManifest } from '../contract.ts';
import { LEAST_RECALL } from '../recall.ts';
import { rowLines } from '../row-lines.ts';
import type { Disk } from './disk.ts';
import { buildGraph } from './graph-build.ts';
import type { MeasuredRecall } from './graph-recall.ts';
import * as layout from './version-manifest.ts';

/** Hashing this much takes about a millisecond: the event loop stays free while a large version is written. */
const PIECE_BYTES = 2 ** 20;
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
