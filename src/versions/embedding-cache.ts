/**
 * Vectors by text, so that a text is encoded once per model and never again.
 * Content-addressed: the key is a hash of the normalised text, the model's digest and the settings that change a vector.
 * Size: 1.6 KB a text at 384 dimensions, on disk; in memory some 100 bytes a text once a reload has used it. Nothing is ever removed from
 * it; its folder may be deleted while no server runs, at the price of encoding again. What a cancelled reload has encoded stays.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import type { EncoderInfo } from '../encoder/encoder.ts';
import { type EmbeddingLog, embeddingLog, type LogRecord, type LogScan } from './embedding-log.ts';

/** What the cache knows of some texts. */
export interface CachedVectors {
  /** [texts.length × dimension]; zeros where a text is missing. */
  readonly vectors: Float32Array;
  /** Positions of the texts that must be encoded, ascending. */
  readonly missing: readonly number[];
}

/** Safe for any number of calls at once within the one process that owns the data folder. */
export interface EmbeddingCache {
  /** Never fails: what cannot be read is missing, and reported once. */
  find(texts: readonly string[]): Promise<CachedVectors>;
  /** Stores vectors [texts.length × dimension]. Never fails: a full disk is reported, and costs encoding again next time. */
  add(texts: readonly string[], vectors: Float32Array): Promise<void>;
}

/** What a cache is opened with. */
export interface EmbeddingCacheOptions {
  /** The cache lies under `embeddings/` of this folder. */
  readonly dataDir: string;
  readonly model: Pick<EncoderInfo, 'digest' | 'dimension' | 'maxTokens' | 'pooling'>;
  /** Told of damage and of failed writes, in words. */
  readonly onProblem?: (problem: string) => void;
  /** For tests: the file to use. */
  readonly log?: EmbeddingLog;
}

/** What of a model can change a vector, in words: part of every key. */
export function modelSalt(model: EmbeddingCacheOptions['model']): string {
  return JSON.stringify([model.digest, model.maxTokens, model.pooling, model.dimension]);
}

/** The key of a text's vector, 32 bytes. */
export function keyOf(text: string, salt: string): Buffer {
  return createHash('sha256').update(salt).update('\0').update(text).digest();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Vectors by position of those texts whose record is there and whole. */
async function collect(log: EmbeddingLog, known: LogScan, keys: readonly string[]): Promise<ReadonlyMap<number, Float32Array>> {
  const places = keys.flatMap((key, place) => {
    const number = known.records.get(key);
    return number === undefined ? [] : [{ place, number }];
  });
  const vectors = await log.read(places.map(({ number }) => number));
  return new Map(
    places.flatMap(({ place }, at) => {
      const vector = vectors[at];
      if (vector !== undefined) return [[place, vector] as const];
      // Damaged since the scan: forgotten, so that its text is stored anew.
      known.records.delete(keys[place] ?? '');
      return [];
    }),
  );
}

/** Copies what the log holds of the texts into their rows and lists the rest. */
async function findIn(
  log: EmbeddingLog,
  known: LogScan,
  { keys, dimension }: { keys: readonly string[]; dimension: number },
): Promise<CachedVectors> {
  const vectors = new Float32Array(keys.length * dimension);
  const found = await collect(log, known, keys);
  for (const [place, vector] of found) vectors.set(vector, place * dimension);
  return { vectors, missing: keys.map((_, place) => place).filter((place) => !found.has(place)) };
}

const EMPTY: Omit<LogScan, 'records'> = { length: 0, problem: undefined, unusable: false };

/** The file of a cache with what is known of it. Calls must not overlap. */
function openContents(log: EmbeddingLog, folder: string, report: (problem: string) => void) {
  let scan: LogScan | undefined;
  async function known(): Promise<LogScan> {
    if (scan !== undefined) return scan;
    scan = await log.scan();
    if (scan.problem !== undefined) report(`The embedding cache is damaged: ${scan.problem}.`);
    return scan;
  }
  async function append(candidates: readonly LogRecord[]): Promise<void> {
    let current = await known();
    const records = candidates.filter(({ key }) => !current.records.has(key.toString('latin1')));
    if (records.length === 0) return;
    await mkdir(folder, { recursive: true });
    if (current.unusable) {
      report(`The unusable embedding cache file was kept as ${basename(await log.setAside())}.`);
      current = { ...EMPTY, records: new Map() };
    }
    await log.write(records, current.length);
    // Only now that they are on disk do they count.
    for (const [place, { key }] of records.entries()) current.records.set(key.toString('latin1'), current.length + place);
    scan = { ...current, length: current.length + records.length };
  }
  return { known, append };
}

/** Opens the cache of one model. Nothing is read before the first call. */
export function openEmbeddingCache({ dataDir, model, onProblem, log: given }: EmbeddingCacheOptions): EmbeddingCache {
  const report = onProblem ?? (() => undefined);
  const { dimension } = model;
  const salt = modelSalt(model);
  const folder = join(dataDir, 'embeddings', createHash('sha256').update(salt).digest('hex').slice(0, 32));
  const log = given ?? embeddingLog(join(folder, 'vectors.log'), dimension);
  const { known, append } = openContents(log, folder, report);
  const oneAtATime = pLimit(1);
  return {
    find: (texts) =>
      oneAtATime(async () => {
        try {
          return await findIn(log, await known(), { keys: texts.map((text) => keyOf(text, salt).toString('latin1')), dimension });
        } catch (error) {
          report(`The embedding cache could not be read, so every text is encoded: ${messageOf(error)}`);
          return { vectors: new Float32Array(texts.length * dimension), missing: texts.map((_, place) => place) };
        }
      }),
    add: (texts, vectors) =>
      oneAtATime(async () => {
        try {
          const vector = (row: number): Float32Array => vectors.subarray(row * dimension, (row + 1) * dimension);
          await append(texts.map((text, row) => ({ key: keyOf(text, salt), vector: vector(row) })));
        } catch (error) {
          report(`New embeddings could not be stored, so they will be encoded again next time: ${messageOf(error)}`);
        }
      }),
  };
}
