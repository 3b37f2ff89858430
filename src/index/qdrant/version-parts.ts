/**
 * Bytes of a version as points without vectors: compressed, cut, base64 in the payload; and back, every checksum compared.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { FaqError } from '../../errors.ts';
import type { QdrantConnection } from './connection.ts';
import { idOfName } from './names.ts';
import type { StoredPart } from './version-record.ts';

/** Bytes of one point before base64: some ten requests for a scorer of 4 MB would be slower, greater ones come near Qdrant's request limit. */
const PIECE_BYTES = 768 * 1024;
/** Points of one request: 4 MB of base64, an eighth of Qdrant's default limit. */
const PIECES_AT_ONCE = 4;
/** Speed before size: the network is near, and float32 hardly shrinks. */
const LEVEL = 1;
const LONG_CALL_MS = 60_000;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Where parts are written to and read from. */
export interface PartPlace {
  readonly connection: QdrantConnection;
  readonly collection: string;
  readonly signal?: AbortSignal | undefined;
  /** How long writing goes on trying while Qdrant is away, in milliseconds. */
  readonly patienceMs?: number;
}

function pieceId(name: string, piece: number): string {
  return idOfName(`part/${name}/${piece}`);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => place);
}

/** Writes a part. @returns what the version's record says of it. */
export async function writePart(place: PartPlace, name: string, bytes: Uint8Array): Promise<StoredPart> {
  const { connection, collection, signal, patienceMs } = place;
  const packed = await compress(bytes, { level: LEVEL });
  const pieces = Math.max(1, Math.ceil(packed.byteLength / PIECE_BYTES));
  for (let start = 0; start < pieces; start += PIECES_AT_ONCE) {
    const points = range(Math.min(PIECES_AT_ONCE, pieces - start)).map((step) => {
      const piece = start + step;
      const data = packed.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES).toString('base64');
      return { id: pieceId(name, piece), vector: {}, payload: { kind: 'part', part: name, piece, data } };
    });
    await connection.call({
      what: `write ${name} of a version`,
      run: (api, init) => api.upsertPoints({ collection_name: collection, wait: true, points }, init),
      signal,
      timeoutMs: LONG_CALL_MS,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  }
  return { name, size: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex'), pieces };
}

function damaged(name: string, what: string, cause?: unknown): FaqError {
  const message = `${name} of the version ${what}: it was damaged after writing. Reload the corpus, or roll back to another version.`;
  return new FaqError('data_loss', message, { reason: 'CHECKSUM_MISMATCH', ...(cause === undefined ? {} : { cause }) });
}

async function readPieces(
  { connection, collection, signal }: PartPlace,
  name: string,
  pieces: readonly number[],
): Promise<readonly Buffer[]> {
  const ids = pieces.map((piece) => pieceId(name, piece));
  const { data } = await connection.call({
    what: `read ${name} of a version`,
    run: (api, init) => api.getPoints({ collection_name: collection, ids, with_payload: ['data'], with_vector: false }, init),
    signal,
    timeoutMs: LONG_CALL_MS,
  });
  const found = new Map((data.result ?? []).map(({ id, payload }) => [String(id), payload?.data]));
  return ids.map((id) => {
    const piece = found.get(id);
    if (typeof piece !== 'string') throw damaged(name, 'lacks a piece');
    return Buffer.from(piece, 'base64');
  });
}

/** Reads a part back. @throws FaqError data_loss where a piece is missing or the SHA-256 does not fit. */
export async function readPart(place: PartPlace, { name, size, sha256, pieces }: StoredPart): Promise<Uint8Array<ArrayBuffer>> {
  const packed: Buffer[] = [];
  for (let start = 0; start < pieces; start += PIECES_AT_ONCE) {
    packed.push(
      ...(await readPieces(
        place,
        name,
        range(Math.min(PIECES_AT_ONCE, pieces - start)).map((step) => start + step),
      )),
    );
  }
  const bytes = await decompress(Buffer.concat(packed)).catch((cause: unknown) => {
    throw damaged(name, 'cannot be unpacked', cause);
  });
  const fits = bytes.byteLength === size && createHash('sha256').update(bytes).digest('hex') === sha256;
  if (!fits) throw damaged(name, 'does not fit its SHA-256');
  // A buffer of its own, beginning at 0: whoever lays a typed array over it relies on that.
  return Uint8Array.from(bytes);
}
