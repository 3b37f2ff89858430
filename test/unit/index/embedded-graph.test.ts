import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VersionContents } from '../../../src/index/contract.ts';
import { nodeDisk } from '../../../src/index/embedded/disk.ts';
import { openEmbeddedStore } from '../../../src/index/embedded/embedded-store.ts';
import { buildGraph } from '../../../src/index/embedded/graph-build.ts';
import { EXPANSIONS } from '../../../src/index/embedded/graph-recall.ts';
import { parseManifest } from '../../../src/index/embedded/version-manifest.ts';
import { openStoredGraph, readVersionFolder } from '../../../src/index/embedded/version-reader.ts';
import { writeVersionFolder } from '../../../src/index/embedded/version-writer.ts';
import { madeUpVersion, naiveSearch, seededRandom, unitVectors } from '../../support/index-oracle.ts';

const ROWS = 600;
const contents = madeUpVersion({ corpus: 'shop', version: 'v1' }, ROWS);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faqmatch-graph-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const folder = (): string => join(dataDir, 'corpora/shop/versions/v1');

function queries(count: number): readonly Float32Array[] {
  return Array.from({ length: count }, (_, seed) => unitVectors({ rows: 1, dimension: 16 }, seededRandom(seed + 100)));
}

/** Mean share of the naive scan's ten nearest that the store's version finds; checks that each similarity is the exact cosine. */
async function recallOf(stored: VersionContents, annFromRows: number): Promise<number> {
  const store = await openEmbeddedStore({ dataDir, annFromRows });
  const { index } = await store.open('shop', 'v1');
  let found = 0;
  for (const vector of queries(30)) {
    const expected = new Map(naiveSearch(stored, { vector, terms: [], k: ROWS }).dense.map((hit) => [hit.row, hit.similarity]));
    const nearest = new Set([...expected.keys()].slice(0, 10));
    const { dense } = await index.search({ vector, terms: [], k: 10 });
    expect(dense).toHaveLength(10);
    for (const hit of dense) expect(hit.similarity).toBe(expected.get(hit.row));
    found += dense.filter((hit) => nearest.has(hit.row)).length;
  }
  return found / 300;
}

describe('a version of as many questions as annFromRows', () => {
  test('is stored with a graph and says after a restart how good it is', async () => {
    await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).write(contents);
    expect(await readdir(folder())).toContain('graph.usearch');
    const { index, manifest } = await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).open('shop', 'v1');
    expect(index.method.kind).toBe('hnsw');
    expect(index.method.recallAt10).toBeGreaterThanOrEqual(0.99);
    expect(manifest).toEqual(contents.manifest);
    expect(await recallOf(contents, ROWS)).toBeGreaterThanOrEqual(0.99);
  });

  test('leaves no scratch file in its folder', async () => {
    await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).write(contents);
    expect((await readdir(folder())).toSorted()).toEqual([
      'artifacts',
      'graph.usearch',
      'manifest.json',
      'manifest.json.sha256',
      'rows.jsonl',
      'vectors.f32',
    ]);
  });

  test('is searched exactly where annFromRows was raised after it was stored, and through its graph again where it was lowered', async () => {
    await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).write(contents);
    for (const [annFromRows, kind] of [
      [ROWS + 1, 'exact'],
      [1, 'hnsw'],
    ] as const) {
      const { index } = await (await openEmbeddedStore({ dataDir, annFromRows })).open('shop', 'v1');
      expect(index.method.kind).toBe(kind);
    }
  });

  test('still opens, and is searched exactly, where it was stored before there were graphs', async () => {
    await (await openEmbeddedStore({ dataDir, annFromRows: ROWS + 1 })).write(contents);
    expect(await readdir(folder())).not.toContain('graph.usearch');
    const { index } = await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).open('shop', 'v1');
    expect(index.method).toEqual({ kind: 'exact', recallAt10: 1 });
    expect(await recallOf(contents, ROWS)).toBe(1);
  });

  test('gets the same graph each time it is written', async () => {
    const graphs: Buffer[] = [];
    for (const _time of [1, 2]) {
      await (await openEmbeddedStore({ dataDir, annFromRows: ROWS })).write(contents);
      graphs.push(await readFile(join(folder(), 'graph.usearch')));
      await rm(folder(), { recursive: true });
    }
    expect(graphs[0]?.equals(graphs[1] ?? Buffer.alloc(0))).toBe(true);
  });
});

test('a question stored hundreds of times over neither hides others from the graph nor loses the order of its own rows', async () => {
  // 300 copies of each of four questions among 200 others: without care their links would lead to one another alone.
  const vectors = new Float32Array(1_400 * 16);
  for (let row = 0; row < 1_400; row += 1) {
    const from = row % 7 === 0 ? 10 + row / 7 : row % 4;
    vectors.set(contents.vectors.subarray(from * 16, (from + 1) * 16), row * 16);
  }
  const made = madeUpVersion({ corpus: 'shop', version: 'v1' }, 1_400);
  const store = await openEmbeddedStore({ dataDir, annFromRows: 100 });
  await store.write({ ...made, vectors });
  const { index } = await store.open('shop', 'v1');
  expect(index.method.kind).toBe('hnsw');
  for (const vector of [...queries(20), vectors.slice(16, 32)]) {
    for (const k of [1, 10, 30]) {
      const { dense } = await index.search({ vector, terms: [], k });
      expect(dense.map((hit) => hit.row)).toEqual(naiveSearch({ ...made, vectors }, { vector, terms: [], k }).dense.map((hit) => hit.row));
    }
  }
});

test('a filter that lets most rows through is answered through the graph, one at odds with the query by comparing, and both are right', async () => {
  // Tag a marks the rows on one side of the space: a query from the other side meets none of them nearby.
  const rows = contents.rows.map((row, number) => ({ ...row, tags: (contents.vectors[number * 16] ?? 0) > 0 ? ['a'] : ['b'] }));
  const halves = { ...contents, rows };
  const store = await openEmbeddedStore({ dataDir, annFromRows: 100 });
  await store.write(halves);
  const { index } = await store.open('shop', 'v1');
  let found = 0;
  for (const vector of queries(30)) {
    for (const filter of [
      { locales: [], tags: ['a'] },
      { locales: ['en', 'de'], tags: [] },
      // Some row of each locale, none of which is near: everything must be compared in the end.
      { locales: ['en', 'de', ''], tags: ['b'] },
    ]) {
      const expected = naiveSearch(halves, { vector, terms: [], k: 10, filter }).dense;
      const { dense } = await index.search({ vector, terms: [], k: 10, filter });
      expect(dense).toHaveLength(10);
      found += dense.filter((hit) => expected.some((other) => other.row === hit.row)).length;
    }
  }
  expect(found / 900).toBeGreaterThanOrEqual(0.99);
});

test('building a graph leaves the event loop free and stops after an abort, with the folder empty again', async () => {
  const dimension = 384;
  // So many take far longer to add than the ticks below, on a fast machine too.
  const vectors = unitVectors({ rows: 20_000, dimension }, seededRandom(5));
  const vectorsPath = join(dataDir, 'vectors.f32');
  await writeFile(vectorsPath, Buffer.from(vectors.buffer));
  const controller = new AbortController();
  const started = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks === 20) controller.abort();
  }, 10);
  const job = { vectorsPath, scratchPath: join(dataDir, 'graph.part'), dimension };
  await expect(buildGraph(job, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  clearInterval(timer);
  expect(ticks).toBeGreaterThanOrEqual(20);
  expect(await readdir(dataDir)).toEqual(['vectors.f32']);
  // An abort waits for the rows that are being added, a second or so.
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('a build that is aborted after its graph was saved leaves nothing behind', async () => {
  const dimension = 384;
  const vectorsPath = join(dataDir, 'vectors.f32');
  const scratchPath = join(dataDir, 'graph.part');
  await writeFile(vectorsPath, Buffer.from(unitVectors({ rows: 2_000, dimension }, seededRandom(6)).buffer));
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (existsSync(scratchPath)) controller.abort();
  }, 1);
  // Measuring its recall takes far longer than the timer sleeps.
  await expect(buildGraph({ vectorsPath, scratchPath, dimension }, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  clearInterval(timer);
  expect(await readdir(dataDir)).toEqual(['vectors.f32']);
});

test('a build that is aborted at any moment takes nothing but itself along', async () => {
  const dimension = 384;
  const vectorsPath = join(dataDir, 'vectors.f32');
  await writeFile(vectorsPath, Buffer.from(unitVectors({ rows: 2_000, dimension }, seededRandom(6)).buffer));
  const job = { vectorsPath, scratchPath: join(dataDir, 'graph.part'), dimension };
  const began = performance.now();
  await buildGraph(job);
  const wholeMs = performance.now() - began;
  for (const share of [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
    const aborted = buildGraph(job, AbortSignal.timeout(Math.round(share * wholeMs)));
    await aborted.catch((error: unknown) => expect(error).toMatchObject({ code: 'cancelled' }));
    expect(await readdir(dataDir)).toEqual(['vectors.f32']);
  }
});

test('a graph that cannot be built is an internal error that says what to do, not a version without one', async () => {
  const job = { vectorsPath: join(dataDir, 'missing'), scratchPath: join(dataDir, 'graph.part'), dimension: 16 };
  await expect(buildGraph(job)).rejects.toMatchObject({ code: 'internal', message: expect.stringMatching(/annFromRows/) });
});

test('a graph that finds too few of the nearest rows is not kept: the version is whole without it and a person is told', async () => {
  const problems: string[] = [];
  const place = join(dataDir, 'poor');
  await writeVersionFolder(
    {
      disk: nodeDisk,
      folder: place,
      annFromRows: 1,
      onProblem: (problem) => problems.push(problem),
      build: async () => ({ expansion: 768, recallAt10: 0.97, bytes: undefined }),
    },
    contents,
  );
  expect(problems).toEqual([expect.stringMatching(/version v1 of corpus shop finds 0\.9700 .* searched exactly/)]);
  const stored = await readVersionFolder(nodeDisk, place);
  expect(stored.graph).toBeUndefined();
  expect(stored.files.map(({ name }) => name)).not.toContain('graph.usearch');
});

test('a graph of other vectors is noticed, even where its checksum fits', async () => {
  await (await openEmbeddedStore({ dataDir, annFromRows: 1 })).write(contents);
  const stored = await readVersionFolder(nodeDisk, folder());
  const fewer = { ...stored, vectors: stored.vectors.slice(16) };
  await expect(openStoredGraph(folder(), fewer, { expansion: 96, recallAt10: 1 })).rejects.toMatchObject({ code: 'data_loss' });
});

test('the manifest keeps what was measured, beside the files', async () => {
  await (await openEmbeddedStore({ dataDir, annFromRows: 1 })).write(contents);
  const [text, digest] = await Promise.all(['manifest.json', 'manifest.json.sha256'].map((name) => readFile(join(folder(), name))));
  const { graph, files } = parseManifest(text ?? Buffer.alloc(0), digest?.toString() ?? '');
  expect(graph?.expansion).toBeGreaterThanOrEqual(EXPANSIONS[0] ?? Number.NaN);
  expect(files.map(({ name }) => name)).toContain('graph.usearch');
});
