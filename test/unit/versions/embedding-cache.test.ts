import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddingCache, openEmbeddingCache } from '../../../src/versions/embedding-cache.ts';
import { embeddingLog } from '../../../src/versions/embedding-log.ts';
import { keywordVector } from '../../support/fake-encoder.ts';
import { removeFolder, temporaryFolder } from '../../support/versions-on-disk.ts';

const DIMENSION = 8;
const RECORD = 32 + DIMENSION * 4 + 4;
const MODEL = { digest: 'sha256:one', dimension: DIMENSION, maxTokens: 256, pooling: 'mean' } as const;
const TEXTS = ['where is my parcel', 'refund status', 'opening hours', 'Ελλάδα', '😀'];

let dataDir: string;
let problems: string[];
beforeEach(async () => {
  dataDir = await temporaryFolder();
  problems = [];
});
afterEach(() => removeFolder(dataDir));

function open(model: Parameters<typeof openEmbeddingCache>[0]['model'] = MODEL): EmbeddingCache {
  return openEmbeddingCache({ dataDir, model, onProblem: (problem) => void problems.push(problem) });
}

function vectorsFor(texts: readonly string[]): Float32Array {
  return Float32Array.from(texts.flatMap((text) => [...keywordVector(text, DIMENSION)]));
}

async function logPath(): Promise<string> {
  const [folder = ''] = await readdir(join(dataDir, 'embeddings'));
  return join(dataDir, 'embeddings', folder, 'vectors.log');
}

async function flip(place: number): Promise<void> {
  const path = await logPath();
  const bytes = await readFile(path);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe('the embedding cache', () => {
  it('gives back exactly what was added, in the order asked, and names what is missing', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    const asked = ['😀', 'unknown', 'where is my parcel', 'also unknown', 'refund status'];
    const { vectors, missing } = await open().find(asked);
    expect(missing).toEqual([1, 3]);
    expect(vectors.subarray(0, DIMENSION)).toEqual(keywordVector('😀', DIMENSION));
    expect(vectors.subarray(2 * DIMENSION, 3 * DIMENSION)).toEqual(keywordVector('where is my parcel', DIMENSION));
    expect(vectors.subarray(DIMENSION, 2 * DIMENSION)).toEqual(new Float32Array(DIMENSION));
    expect(problems).toEqual([]);
  });

  it('finds nothing, and makes no file, before anything was added', async () => {
    expect((await open().find(TEXTS)).missing).toEqual([0, 1, 2, 3, 4]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('writes a text once, however often it is added', async () => {
    const cache = open();
    await Promise.all([cache.add(TEXTS, vectorsFor(TEXTS)), cache.add(TEXTS, vectorsFor(TEXTS))]);
    await open().add(TEXTS, vectorsFor(TEXTS));
    expect((await stat(await logPath())).size).toBe(16 + TEXTS.length * RECORD);
  });

  it('keeps the vectors of models, lengths and poolings apart', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    for (const change of [{ digest: 'sha256:two' }, { maxTokens: 128 }, { pooling: 'cls' as const }]) {
      expect((await open({ ...MODEL, ...change }).find(TEXTS)).missing).toHaveLength(TEXTS.length);
    }
  });

  it('skips a torn last record, says so, and writes the next over it', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    await truncate(await logPath(), 16 + TEXTS.length * RECORD - 5);
    const cache = open();
    expect((await cache.find(TEXTS)).missing).toEqual([4]);
    expect(problems).toEqual([expect.stringContaining('cut off')]);
    await cache.add(['😀'], vectorsFor(['😀']));
    expect((await open().find(TEXTS)).missing).toEqual([]);
    expect(problems).toHaveLength(1);
  });

  it.each([0, 32, 40, RECORD - 1])('skips a record with byte %i flipped, and only that', async (offset) => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    await flip(16 + 2 * RECORD + offset);
    const cache = open();
    expect((await cache.find(TEXTS)).missing).toEqual([2]);
    expect(problems).toEqual([expect.stringContaining('1 damaged record')]);
    await cache.add(['opening hours'], vectorsFor(['opening hours']));
    expect((await open().find(TEXTS)).missing).toEqual([]);
  });

  it('encodes anew and stores anew what was damaged while it was open', async () => {
    const cache = open();
    await cache.add(TEXTS, vectorsFor(TEXTS));
    await flip(16 + RECORD + 50);
    expect((await cache.find(TEXTS)).missing).toEqual([1]);
    await cache.add(['refund status'], vectorsFor(['refund status']));
    expect((await cache.find(TEXTS)).missing).toEqual([]);
  });

  it('keeps a file with a damaged header beside the new one', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    await flip(9);
    const cache = open();
    expect((await cache.find(TEXTS)).missing).toHaveLength(5);
    await cache.add(TEXTS, vectorsFor(TEXTS));
    expect((await cache.find(TEXTS)).missing).toEqual([]);
    expect((await open().find(TEXTS)).missing).toEqual([]);
    const names = await readdir(join(await logPath(), '..'));
    expect(names.some((name) => name.includes('set-aside'))).toBe(true);
  });

  it('starts again over a file cut off within its header', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    await truncate(await logPath(), 7);
    await open().add(TEXTS, vectorsFor(TEXTS));
    expect((await open().find(TEXTS)).missing).toEqual([]);
    expect([problems, await readdir(join(await logPath(), '..'))]).toEqual([[], ['vectors.log']]);
  });

  it('takes no file of another dimension for its own', async () => {
    const path = join(dataDir, 'v.log');
    await embeddingLog(path, DIMENSION).write([{ key: Buffer.alloc(32, 1), vector: new Float32Array(DIMENSION) }], 0);
    expect(await embeddingLog(path, DIMENSION).scan()).toMatchObject({ length: 1, unusable: false });
    expect(await embeddingLog(path, 2 * DIMENSION).scan()).toMatchObject({ length: 0, unusable: true });
  });

  it('keeps all of what two reloads add at once', async () => {
    const cache = open();
    await cache.add(['first'], vectorsFor(['first']));
    await Promise.all(TEXTS.map((text) => cache.add([text], vectorsFor([text]))));
    const { vectors, missing } = await open().find(TEXTS);
    expect([missing, vectors]).toEqual([[], vectorsFor(TEXTS)]);
  });

  it('survives arbitrary bytes after its header', async () => {
    await open().add(TEXTS, vectorsFor(TEXTS));
    await appendFile(await logPath(), Buffer.alloc(3 * RECORD + 11, 0xab));
    const cache = open();
    expect((await cache.find(TEXTS)).missing).toEqual([]);
    await cache.add(['more'], vectorsFor(['more']));
    expect((await open().find(['more', ...TEXTS])).missing).toEqual([]);
  });

  it('reports a full disk and goes on, so that the reload decides', async () => {
    const path = join(dataDir, 'v.log');
    const log = embeddingLog(path, DIMENSION);
    const full = { ...log, write: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })) };
    const cache = openEmbeddingCache({ dataDir, model: MODEL, log: full, onProblem: (problem) => void problems.push(problem) });
    await cache.add(TEXTS, vectorsFor(TEXTS));
    expect(problems).toEqual([expect.stringContaining('no space left')]);
    expect((await cache.find(TEXTS)).missing).toHaveLength(5);
  });

  it('encodes everything when its file cannot be read', async () => {
    await open().add(['x'], vectorsFor(['x']));
    const path = await logPath();
    const { rm } = await import('node:fs/promises');
    await rm(path);
    await mkdir(path);
    expect((await open().find(TEXTS)).missing).toHaveLength(5);
    expect(problems).toHaveLength(1);
  });

  it('reads across the borders of its read window', async () => {
    const many = Array.from({ length: 70_000 }, (_, number) => `text ${number}`);
    const vectors = new Float32Array(many.length * DIMENSION).map((_, place) => place);
    await open().add(many, vectors);
    const asked = [69_999, 0, 35_000, 61_679, 61_680, 61_681];
    const found = await open().find(asked.map((number) => many[number] ?? ''));
    expect(found.missing).toEqual([]);
    expect(asked.map((_, place) => found.vectors[place * DIMENSION])).toEqual(asked.map((number) => number * DIMENSION));
  });
});
