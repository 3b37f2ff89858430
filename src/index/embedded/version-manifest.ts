/**
 * A version folder's manifest.json: what the version is, and each file with its size and SHA-256. The manifest's own digest lies beside
 * it in manifest.json.sha256, in the format of `sha256sum -c`. Knows the wording of the two files and nothing of disks.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { isArtifactName } from '../artifact-name.ts';
import type { VersionManifest } from '../contract.ts';
import { COUNT, MANIFEST_FIELDS, SHA256 } from '../manifest-schema.ts';
import type { MeasuredRecall } from './graph-recall.ts';

/** Facts of the version, with size and SHA-256 of every other file. */
export const MANIFEST_FILE = 'manifest.json';
/** SHA-256 of the manifest itself. */
export const MANIFEST_DIGEST_FILE = 'manifest.json.sha256';
/** One row a line, in order. */
export const ROWS_FILE = 'rows.jsonl';
/** Row after row of float32, little-endian. */
export const VECTORS_FILE = 'vectors.f32';
/** The search graph of a large version, as usearch writes it (native-graph.ts). */
export const GRAPH_FILE = 'graph.usearch';
/** Files that the index keeps and does not read. */
export const ARTIFACTS_FOLDER = 'artifacts';

/** Raised when the folder's layout changes; an older program then refuses a newer folder instead of misreading it. */
const FORMAT = 2;

/** One file of a version folder. */
export interface StoredFile {
  /** Relative to the folder, forward slashes. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** A manifest with the files it vouches for. */
export interface StoredManifest {
  readonly manifest: VersionManifest;
  readonly files: readonly StoredFile[];
  /** How the graph is searched, and the recall measured when it was built; only where there is a graph. */
  readonly graph?: MeasuredRecall;
}

function isFileName(name: string): boolean {
  const prefix = `${ARTIFACTS_FOLDER}/`;
  if (name === ROWS_FILE || name === VECTORS_FILE || name === GRAPH_FILE) return true;
  return name.startsWith(prefix) && isArtifactName(name.slice(prefix.length));
}

const schema = z.object({
  format: z.literal(FORMAT),
  ...MANIFEST_FIELDS,
  files: z.array(z.object({ name: z.string().refine(isFileName), size: COUNT, sha256: SHA256 })),
  graph: z.object({ expansion: z.int().min(1), recallAt10: z.number().min(0).max(1) }).optional(),
});

/** The texts of the two files. The fields in this order, whatever order they came in: a copy of a version has the same bytes. */
export function writeManifest({ manifest, files, graph }: StoredManifest): { readonly text: string; readonly digestText: string } {
  const { corpus, version, createdAt, modelDigest, dimension, entries, questions, intents } = manifest;
  const facts = { corpus, version, createdAt: createdAt.toISOString(), modelDigest, dimension, entries, questions, intents };
  const text = `${JSON.stringify({ format: FORMAT, ...facts, files, graph }, null, 2)}\n`;
  return { text, digestText: digestLine(Buffer.from(text)) };
}

function digestLine(bytes: Uint8Array): string {
  return `${createHash('sha256').update(bytes).digest('hex')}  ${MANIFEST_FILE}\n`;
}

/** @throws FaqError data_loss where the digest does not fit, or for a format this program does not know. */
export function parseManifest(bytes: Uint8Array, digestText: string): StoredManifest {
  if (digestLine(bytes) !== digestText) {
    const message = `${MANIFEST_FILE} does not fit ${MANIFEST_DIGEST_FILE}: one of them was damaged after writing. Reload the corpus.`;
    throw new FaqError('data_loss', message, { reason: 'CHECKSUM_MISMATCH' });
  }
  try {
    const { format: _format, files, graph, createdAt, ...rest } = schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { manifest: { ...rest, createdAt: new Date(createdAt) }, files, ...(graph === undefined ? {} : { graph }) };
  } catch (error) {
    const message = `${MANIFEST_FILE} is whole but not of format ${FORMAT}, the only one this program reads. Reload the corpus with this program.`;
    throw new FaqError('data_loss', message, { reason: 'UNKNOWN_FORMAT', cause: error });
  }
}
