/**
 * What a remote model without a folder is called: a digest that changes when the model does and stays when it does not.
 * Raw vectors cannot be hashed: the same model gives other last digits on another card or in another batch. So the digest holds the kind,
 * name, revision and dimension as they are, and of the vectors only cosines between fixed texts, rounded far more coarsely than number
 * formats differ. The vectors themselves are remembered beside it and compared at the next start: a model that only looks alike by those
 * cosines then gets a digest of its own.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { readOptional } from '../model-files.ts';
import type { RemoteKind } from './address.ts';
import { PROBE_TEXTS } from './probe-texts.ts';
import type { RemoteFacts } from './protocol.ts';

/** A remote model as it was found. */
export interface FoundModel {
  readonly kind: RemoteKind;
  readonly facts: Pick<RemoteFacts, 'model' | 'revision'>;
  /** Unit vectors of PROBE_TEXTS, of one dimension. */
  readonly vectors: readonly Float32Array[];
}

/** Least cosine at which two sets of probe vectors are of one model: number formats and batches cost less. */
export const SAME_REMOTE = 0.999;
/** Cosines are rounded to this. By estimate half precision moves one by some .0001 from card to card, so that of a hundred models one rounds two ways. */
const STEP = 0.1;
/** Models remembered of one name; the oldest is forgotten. */
const MOST_REMEMBERED = 16;

const MEMORY = z.array(z.object({ digest: z.string(), vectors: z.array(z.string()) }));

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, column) => sum + value * (other[column] ?? 0), 0);
}

/** Cosines of each probe text and the next, in steps. */
function geometry(vectors: readonly Float32Array[]): readonly number[] {
  return vectors.slice(1).map((vector, row) => Math.round(dot(vectors[row] ?? vector, vector) / STEP));
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function nameOf({ kind, facts, vectors }: FoundModel): readonly unknown[] {
  return ['faqmatch remote encoder 1', kind, facts.model, facts.revision, vectors[0]?.length ?? 0, hash(PROBE_TEXTS)];
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

function sameVectors(remembered: readonly string[], vectors: readonly Float32Array[]): boolean {
  return (
    remembered.length === vectors.length && vectors.every((vector, row) => dot(fromBase64(remembered[row] ?? ''), vector) >= SAME_REMOTE)
  );
}

/** A memory that cannot be read is none: at worst a model that changed under its name and looks alike is not noticed. */
async function readMemory(folder: string, file: string): Promise<z.infer<typeof MEMORY>> {
  try {
    return MEMORY.parse(JSON.parse((await readOptional(folder, file)) ?? '[]'));
  } catch {
    return [];
  }
}

/**
 * The digest of a remote model, `sha256:<hex>`.
 * @param folder where vectors are remembered; undefined remembers nothing.
 */
export async function identify(found: FoundModel, folder: string | undefined): Promise<string> {
  const name = nameOf(found);
  const plain = `sha256:${hash([...name, geometry(found.vectors)])}`;
  if (folder === undefined) return plain;
  const file = `remote-${hash(name).slice(0, 16)}.json`;
  const memory = await readMemory(folder, file);
  const known = memory.find(({ vectors }) => sameVectors(vectors, found.vectors));
  if (known !== undefined) return known.digest;
  const vectors = found.vectors.map(toBase64);
  const taken = memory.some(({ digest }) => digest === plain);
  const digest = taken ? `sha256:${hash([...name, 'changed', vectors])}` : plain;
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, file), JSON.stringify([...memory, { digest, vectors }].slice(-MOST_REMEMBERED)));
  return digest;
}
