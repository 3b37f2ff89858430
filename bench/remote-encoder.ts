/**
 * What the way to a remote encoder costs on loopback, protocol by protocol: the servers give remembered vectors of the shipped model, so that
 * nothing is encoded while it is measured. Both ends of the wire run on this process's one thread: a real server costs less of it. A network
 * and a GPU are not in it.
 */
import type { Encoder } from '../src/encoder/encoder.ts';
import { loadModel } from '../src/encoder/model-source.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import { summariseLatency } from '../src/quality/latency.ts';
import { startEmbeddingServer } from '../test/support/embedding-server.ts';
import { openRemote, REMOTE_KINDS } from '../test/support/remote-encoders.ts';
import type { BenchContext } from './support/context.ts';
import { median } from './support/median.ts';
import type { Findings } from './support/report.ts';
import { short } from './support/report.ts';

interface Case {
  readonly name: string;
  readonly encoder: Encoder;
  readonly latencies: number[];
  /** Texts a second of each round's bulk run. */
  readonly rates: number[];
}

const CALLS_A_ROUND = 200;
const TEXTS = 512;

/** The encoder with every text's vector kept. */
function remembering(encoder: Encoder): Encoder {
  const { dimension } = encoder.info;
  const known = new Map<string, Float32Array>();
  return {
    ...encoder,
    async encodeAll(texts) {
      const missing = texts.filter((text) => !known.has(text));
      const encoded = await encoder.encodeAll(missing);
      for (const [row, text] of missing.entries()) known.set(text, encoded.slice(row * dimension, (row + 1) * dimension));
      const vectors = new Float32Array(texts.length * dimension);
      for (const [row, text] of texts.entries()) vectors.set(known.get(text) ?? [], row * dimension);
      return vectors;
    },
  };
}

async function round({ encoder, latencies, rates }: Case, texts: readonly string[]): Promise<void> {
  for (let call = 0; call < CALLS_A_ROUND; call += 1) {
    const started = performance.now();
    await encoder.encode(texts[call % texts.length] ?? '');
    latencies.push(performance.now() - started);
  }
  const started = performance.now();
  await encoder.encodeAll(texts);
  rates.push((1000 * texts.length) / (performance.now() - started));
}

/** Runs the comparison, case by case in each round; the first round warms up and does not count. */
export async function remoteEncoder(context: BenchContext): Promise<Findings> {
  const { workload, rounds, workers, dataDir } = context;
  const model = await loadModel({ model: 'faqmatch-minilm-l6', cacheFolder: dataDir, offline: true });
  const local = await createEncoder({ model, workers });
  const texts = [...new Set(workload.utterances)].slice(0, TEXTS);
  const servers = await Promise.all(REMOTE_KINDS.map((kind) => startEmbeddingServer(kind, remembering(local))));
  const cases: Case[] = [];
  try {
    for (const server of servers) {
      const encoder = await openRemote(server, { model, settings: { timeoutMs: 30_000 } });
      cases.push({ name: server.kind, encoder, latencies: [], rates: [] });
      await encoder.encodeAll(texts);
    }
    for (let number = 0; number <= rounds; number += 1) {
      for (const one of cases) await round(number === 0 ? { ...one, latencies: [], rates: [] } : one, texts);
    }
  } finally {
    for (const { encoder } of cases) await encoder.close();
    for (const server of servers) await server[Symbol.asyncDispose]();
    await local.close();
  }
  const rows = cases.map(({ name, latencies, rates }) => {
    const { p50, p95 } = summariseLatency(latencies);
    return [name, short(p50), short(p95), short(median(rates))];
  });
  return {
    tables: [{ title: 'The way to a remote encoder', heading: ['protocol', 'one text, ms p50', 'p95', 'texts/s in bulk'], rows }],
    figures: [],
  };
}
