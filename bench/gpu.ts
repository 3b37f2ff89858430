/**
 * What each device does with the graph alone: bulk throughput, latency of one utterance, and how near its vectors are to the CPU's.
 *   node bench/gpu.ts [--model <folder>] [--seconds <n>] [--devices cpu,webgpu,cuda]
 * Prints one line of JSON. A device that does not open is reported with what its provider said. Needs Node 24 and the files listed in
 * bench/gpu-files.txt: no tokenizer, since a text is drawn word piece by word piece (seeded, 6 to 20 pieces, as FAQ questions have).
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Device } from '../src/encoder/device.ts';
import { type GraphSession, type GraphSettings, openGraph } from '../src/encoder/graph-session.ts';
import type { TokenBatch } from '../src/encoder/padded-batch.ts';
import { seededRandom } from '../src/index/seeded-random.ts';

// Full float32 on NVIDIA GPUs, as the service asks for.
process.env.NVIDIA_TF32_OVERRIDE ??= '0';
const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../models/faqmatch-minilm-l6') },
    seconds: { type: 'string', default: '3' },
    devices: { type: 'string', default: 'cpu,webgpu,cuda' },
  },
});
const BATCHES = [32, 128, 512] as const;
const TEXTS = 2048;
const COMPARED = 256;
/** Word pieces of BERT's vocabulary that are whole words. */
const WORDS = { first: 1996, last: 28_996 } as const;

interface Manifest {
  readonly dimension: number;
  readonly pooling: GraphSettings['pooling'];
  readonly graph: { readonly file: string; readonly output?: string };
  readonly digest: string;
}

const manifest = JSON.parse(readFileSync(join(flags.model, 'faqmatch.json'), 'utf8')) as Manifest;
const seconds = Number(flags.seconds);

function drawTexts(): readonly Int32Array[] {
  const random = seededRandom(7);
  return Array.from({ length: TEXTS }, () => {
    const words = Array.from(
      { length: 4 + Math.floor(random() * 15) },
      () => WORDS.first + Math.floor(random() * (WORDS.last - WORDS.first)),
    );
    return Int32Array.from([101, ...words, 102]);
  });
}

/** Short texts first, as a reload sorts them. */
const texts = drawTexts().toSorted((one, other) => one.length - other.length);

function batchOf(from: number, count: number): TokenBatch {
  const rows = Array.from({ length: count }, (_, row) => texts[(from + row) % texts.length] ?? new Int32Array());
  return { ids: Int32Array.from(rows.flatMap((row) => [...row])), lengths: Int32Array.from(rows, (row) => row.length) };
}

/** Texts a second in batches of one size, after one round of all shapes: a GPU compiles a program for each new one. */
async function throughput(session: GraphSession, size: number): Promise<number> {
  const batches = Array.from({ length: TEXTS / size }, (_, number) => batchOf(number * size, size));
  for (const batch of batches) await session.run(batch);
  const started = performance.now();
  let done = 0;
  for (let turn = 0; performance.now() - started < seconds * 1000; turn += 1) {
    const batch = batches[turn % batches.length];
    if (batch !== undefined) done += (await session.run(batch)).vectors.length / manifest.dimension;
  }
  return done / ((performance.now() - started) / 1000);
}

/** Milliseconds of one text alone: median and 99th of a hundred, over texts of every length. */
async function latency(session: GraphSession): Promise<{ readonly p50: number; readonly p99: number }> {
  const singles = Array.from({ length: 200 }, (_, number) => batchOf(Math.floor((number * TEXTS) / 200), 1));
  for (const single of singles) await session.run(single);
  const times: number[] = [];
  for (const single of singles) {
    const started = performance.now();
    await session.run(single);
    times.push(performance.now() - started);
  }
  times.sort((one, other) => one - other);
  return { p50: times[99] ?? Number.NaN, p99: times[197] ?? Number.NaN };
}

/** Vectors of texts of every length, in batches of 32. */
async function sample(session: GraphSession): Promise<Float32Array> {
  const vectors = new Float32Array(COMPARED * manifest.dimension);
  for (let row = 0; row < COMPARED; row += 32)
    vectors.set((await session.run(batchOf(row * (TEXTS / COMPARED), 32))).vectors, row * manifest.dimension);
  return vectors;
}

/** Least cosine of two sets of unit rows. */
function leastCosine(ours: Float32Array, theirs: Float32Array): number {
  let least = 1;
  for (let row = 0; row < ours.length; row += manifest.dimension) {
    let product = 0;
    for (let at = row; at < row + manifest.dimension; at += 1) product += (ours[at] ?? 0) * (theirs[at] ?? 0);
    least = Math.min(least, product);
  }
  return least;
}

async function measure(device: Device, threads: number, reference: Float32Array | undefined) {
  const started = performance.now();
  const warmUp = texts[500] ?? new Int32Array();
  const { dimension, pooling, graph } = manifest;
  const graphFile = join(flags.model, graph.file);
  const sizes = { dimension, pieceDimension: dimension, wholeDimension: dimension, dense: [] };
  const session = await openGraph({ graphFile, device, graphOutput: graph.output, ...sizes, pooling, padId: 0, threads, warmUp });
  const openMs = performance.now() - started;
  const single = await latency(session);
  const textsPerSecond: Record<number, number> = {};
  for (const size of BATCHES) textsPerSecond[size] = Math.round(await throughput(session, size));
  const vectors = await sample(session);
  await session.close();
  const cosine = reference === undefined ? 1 : leastCosine(vectors, reference);
  return { vectors, figures: { device, threads, openMs: Math.round(openMs), oneTextMs: single, textsPerSecond, leastCosineToCpu: cosine } };
}

const found: unknown[] = [];
let reference: Float32Array | undefined;
for (const device of flags.devices.split(',') as Device[]) {
  // The CPU alone twice: with one thread, as the service runs it, and with all.
  for (const threads of device === 'cpu' ? new Set([1, availableParallelism()]) : [1]) {
    try {
      const { vectors, figures } = await measure(device, threads, reference);
      reference ??= vectors;
      found.push(figures);
    } catch (error) {
      found.push({ device, refused: error instanceof Error ? error.message : String(error) });
    }
    console.error(JSON.stringify(found.at(-1)));
  }
}
console.log(
  JSON.stringify({
    processor: cpus()[0]?.model,
    cores: availableParallelism(),
    node: process.versions.node,
    model: manifest.digest,
    found,
  }),
);
