/**
 * The last point written of a version: what the version is, and the parts that it vouches for with size and SHA-256. A collection without it
 * is half written. Knows the wording of the record and nothing of connections.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import { isArtifactName } from '../artifact-name.ts';
import type { SearchMethod, StoredVersion, VersionManifest } from '../contract.ts';
import { COUNT, MANIFEST_FIELDS, SHA256 } from '../manifest-schema.ts';
import { idOfName } from './names.ts';

/** Raised when the way a version lies in Qdrant changes; an older program then refuses a newer version instead of misreading it. */
export const SCHEMA_VERSION = 2;
/** Where the record is found in a version's collection. */
export const RECORD_ID = idOfName('version-record');
/** The part that holds the question rows; artifacts carry their own names behind `artifact/`. */
export const ROWS_PART = 'rows.jsonl';
const ARTIFACT_PREFIX = 'artifact/';

/** A part: bytes of a version that are no questions, cut into points. */
export interface StoredPart {
  readonly name: string;
  /** Bytes before compression. */
  readonly size: number;
  /** Hex, of the bytes before compression. */
  readonly sha256: string;
  /** Points that hold it. */
  readonly pieces: number;
}

/** How a version is searched, fixed when it was built. */
export interface StoredMethod extends SearchMethod {
  /** Width of the walk through the graph; 0 for exact search. */
  readonly ef: number;
}

/** All that the record says. */
export interface VersionRecord {
  readonly manifest: VersionManifest;
  readonly parts: readonly StoredPart[];
  readonly method: StoredMethod;
  /** Why the version was set aside; undefined where it was not. */
  readonly setAside: string | undefined;
}

/** Name of the part that holds an artifact. */
export function artifactPart(name: string): string {
  return `${ARTIFACT_PREFIX}${name}`;
}

/** The artifact that a part holds; undefined for the rows. */
export function artifactName(part: string): string | undefined {
  return part.startsWith(ARTIFACT_PREFIX) ? part.slice(ARTIFACT_PREFIX.length) : undefined;
}

function isPartName(name: string): boolean {
  return name === ROWS_PART || (name.startsWith(ARTIFACT_PREFIX) && isArtifactName(name.slice(ARTIFACT_PREFIX.length)));
}

const schema = z.object({
  schema: z.literal(SCHEMA_VERSION),
  ...MANIFEST_FIELDS,
  parts: z.array(z.object({ name: z.string().refine(isPartName), size: COUNT, sha256: SHA256, pieces: COUNT })),
  method: z.object({ kind: z.enum(['exact', 'hnsw']), recallAt10: z.number().min(0).max(1), ef: COUNT }),
});

/** The record as a point's payload: its text whole, so that one checksum covers it, beside what people look for in Qdrant's own console. */
export function recordPayload({ manifest, parts, method }: Omit<VersionRecord, 'setAside'>): Record<string, unknown> {
  const record = JSON.stringify({ schema: SCHEMA_VERSION, ...manifest, createdAt: manifest.createdAt.toISOString(), parts, method });
  const sha256 = createHash('sha256').update(record).digest('hex');
  return { kind: 'version', corpus: manifest.corpus, version: manifest.version, model: manifest.modelDigest, record, sha256 };
}

function damaged(version: string, what: string, cause?: unknown): FaqError {
  const message = `The record of version ${version} in Qdrant ${what}. Reload the corpus to build it again.`;
  return new FaqError('data_loss', message, { reason: 'CHECKSUM_MISMATCH', ...(cause === undefined ? {} : { cause }) });
}

const payloadSchema = z.object({ record: z.string(), sha256: z.string(), setAside: z.string().optional() });

/** @param version for messages. @throws FaqError data_loss where it was changed after writing or is of a format this program does not know. */
export function parseRecord(payload: unknown, version: string): VersionRecord {
  const outer = payloadSchema.safeParse(payload);
  if (!outer.success) throw damaged(version, 'makes no sense', outer.error);
  const { record, sha256, setAside } = outer.data;
  if (createHash('sha256').update(record).digest('hex') !== sha256) throw damaged(version, 'does not fit its SHA-256');
  try {
    const { schema: _schema, parts, method, createdAt, ...rest } = schema.parse(JSON.parse(record));
    return { manifest: { ...rest, createdAt: new Date(createdAt) }, parts, method, setAside };
  } catch (cause) {
    throw damaged(version, `is whole but not of schema ${SCHEMA_VERSION}, the only one this program reads`, cause);
  }
}

/** A version whose record cannot be read, as a list shows it. */
export function unreadable(corpus: string, version: string, problem: string): StoredVersion {
  const manifest = { corpus, version, createdAt: new Date(0), modelDigest: '', dimension: 0, entries: 0, questions: 0, intents: 0 };
  return { manifest, problem, isDamaged: true };
}
