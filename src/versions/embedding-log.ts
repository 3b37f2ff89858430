/**
 * The file under the embedding cache: a header, then records of one fixed size, each with its own checksum.
 * It knows keys and vectors, not texts. Damage costs the records it hits and nothing else: records are found by position, never by searching.
 */
import { open, rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { systemCode } from '../system-code.ts';

/** `FQV1`, format, dimension, crc32 of these twelve bytes; all little-endian. */
const HEADER_BYTES = 16;
const MAGIC = 0x31_56_51_46;
const FORMAT = 1;
/** sha256. */
const KEY_BYTES = 32;
const CHECKSUM_BYTES = 4;
/** Bytes read at a time: some thousand records, and a memory bound whatever the file's size. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** One key with its vector. */
export interface LogRecord {
  /** 32 bytes. */
  readonly key: Buffer;
  /** [dimension] */
  readonly vector: Float32Array;
}

/** What reading a whole log found. */
export interface LogScan {
  /** Record number by key (`latin1`); the newest where a key occurs twice. */
  readonly records: Map<string, number>;
  /** Records in the file, damaged ones included; the next one is written here. */
  readonly length: number;
  /** What was damaged, in words; undefined for a whole file. */
  readonly problem: string | undefined;
  /** The header is not ours or of another dimension: the file must be moved out of the way before writing. */
  readonly unusable: boolean;
}

/** The log of one dimension at one path. */
export interface EmbeddingLog {
  /** Reads all records and checks each; a missing file is an empty log. Changes nothing. */
  scan(): Promise<LogScan>;
  /** Vectors of the numbered records, in their order; undefined for one that is damaged by now. */
  read(numbers: readonly number[]): Promise<readonly (Float32Array | undefined)[]>;
  /** Writes records from record number `at` on, over a torn tail if there is one, and returns once they are on disk. */
  write(records: readonly LogRecord[], at: number): Promise<void>;
  /** Moves the file out of the way, beside itself. @returns its new path. */
  setAside(): Promise<string>;
}

function header(dimension: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(FORMAT, 4);
  bytes.writeUInt32LE(dimension, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

function recordBytes(dimension: number): number {
  return KEY_BYTES + dimension * Float32Array.BYTES_PER_ELEMENT + CHECKSUM_BYTES;
}

function isWhole(record: Buffer): boolean {
  const end = record.length - CHECKSUM_BYTES;
  return crc32(record.subarray(0, end)) === record.readUInt32LE(end);
}

function encodeRecord(record: LogRecord, bytes: Buffer): void {
  record.key.copy(bytes, 0);
  const { vector } = record;
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).copy(bytes, KEY_BYTES);
  const end = bytes.length - CHECKSUM_BYTES;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
}

/** Copies: a record's bytes need not lie on a float's boundary. */
function decodeVector(record: Buffer, dimension: number): Float32Array {
  const vector = new Float32Array(dimension);
  record.copy(new Uint8Array(vector.buffer), 0, KEY_BYTES, record.length - CHECKSUM_BYTES);
  return vector;
}

function describeDamage(damaged: number, torn: number): string | undefined {
  const parts = [
    ...(damaged > 0 ? [`${damaged} damaged record(s)`] : []),
    ...(torn > 0 ? [`a last record cut off after ${torn} byte(s)`] : []),
  ];
  return parts.length > 0 ? `${parts.join(' and ')} skipped; the texts are encoded again when they are needed` : undefined;
}

async function readFully(file: Awaited<ReturnType<typeof open>>, bytes: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function scanLog(path: string, dimension: number): Promise<LogScan> {
  const size = recordBytes(dimension);
  const file = await open(path, 'r');
  try {
    const first = Buffer.alloc(HEADER_BYTES);
    const read = await readFully(file, first, 0);
    const records = new Map<string, number>();
    // A file shorter than its header was cut off while it was made: it is written over.
    if (read < HEADER_BYTES) return { records, length: 0, problem: undefined, unusable: false };
    if (!first.equals(header(dimension))) {
      return { records, length: 0, problem: 'the header is damaged or of another dimension', unusable: true };
    }
    const window = Buffer.alloc(Math.max(1, Math.floor(WINDOW_BYTES / size)) * size);
    let length = 0;
    let damaged = 0;
    for (;;) {
      const filled = await readFully(file, window, HEADER_BYTES + length * size);
      const whole = Math.floor(filled / size);
      for (let place = 0; place < whole; place += 1) {
        const record = window.subarray(place * size, (place + 1) * size);
        if (isWhole(record)) records.set(record.toString('latin1', 0, KEY_BYTES), length + place);
        else damaged += 1;
      }
      length += whole;
      if (filled < window.length) return { records, length, problem: describeDamage(damaged, filled - whole * size), unusable: false };
    }
  } finally {
    await file.close();
  }
}

async function readRecords(path: string, dimension: number, numbers: readonly number[]): Promise<readonly (Float32Array | undefined)[]> {
  const size = recordBytes(dimension);
  const perWindow = Math.max(1, Math.floor(WINDOW_BYTES / size));
  const order = numbers.map((number, place) => ({ number, place })).sort((left, right) => left.number - right.number);
  const found: (Float32Array | undefined)[] = numbers.map(() => undefined);
  const window = Buffer.alloc(perWindow * size);
  let start = -1;
  let filled = 0;
  const file = await open(path, 'r');
  try {
    for (const { number, place } of order) {
      if (start < 0 || number >= start + perWindow) {
        start = number;
        filled = await readFully(file, window, HEADER_BYTES + start * size);
      }
      const offset = (number - start) * size;
      const record = window.subarray(offset, offset + size);
      if (offset + size <= filled && isWhole(record)) found[place] = decodeVector(record, dimension);
    }
    return found;
  } finally {
    await file.close();
  }
}

async function writeRecords(target: { path: string; dimension: number; at: number }, records: readonly LogRecord[]): Promise<void> {
  const size = recordBytes(target.dimension);
  const bytes = Buffer.alloc(records.length * size);
  records.forEach((record, place) => {
    encodeRecord(record, bytes.subarray(place * size, (place + 1) * size));
  });
  const file = await open(target.path, target.at === 0 ? 'w' : 'r+');
  try {
    if (target.at === 0) await file.write(header(target.dimension), 0, HEADER_BYTES, 0);
    let written = 0;
    while (written < bytes.length) {
      const step = await file.write(bytes, written, bytes.length - written, HEADER_BYTES + target.at * size + written);
      written += step.bytesWritten;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A log at a path, for vectors of one dimension. The folder must exist before writing. Calls must not overlap a write. */
export function embeddingLog(path: string, dimension: number): EmbeddingLog {
  return {
    async scan() {
      try {
        return await scanLog(path, dimension);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return { records: new Map(), length: 0, problem: undefined, unusable: false };
        throw error;
      }
    },
    read: async (numbers) => (numbers.length === 0 ? [] : readRecords(path, dimension, numbers)),
    write: async (records, at) => writeRecords({ path, dimension, at }, records),
    async setAside() {
      const aside = `${path}.set-aside-${Date.now()}`;
      await rename(path, aside);
      return aside;
    },
  };
}
