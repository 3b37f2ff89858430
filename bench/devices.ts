/**
 * `devices`: what each device makes of the model that the settings name, through the service's own encoder: texts a second at a reload, the time
 * of one utterance alone, and how near its vectors are to the CPU's. A device that does not open is a row with what its provider said.
 */
import { availableParallelism } from 'node:os';
import { loadConfig } from '../src/config/load-config.ts';
import type { Device } from '../src/encoder/device.ts';
import type { Encoder } from '../src/encoder/encoder.ts';
import { FaqError } from '../src/errors.ts';
import { summariseLatency } from '../src/quality/latency.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import type { BenchContext } from './support/context.ts';
import { type Findings, short } from './support/report.ts';

/** One way to run the model. */
interface Way {
  readonly device: Device;
  /** Inference threads; a GPU has one session whatever this says. */
  readonly workers: number;
}

const LONE_UTTERANCES = 300;
/** Texts whose vectors are compared. */
const COMPARED = 512;

/** The CPU with one thread, as a small server runs it, and with all, beside both kinds of GPU. */
function ways(): readonly Way[] {
  const all = availableParallelism();
  return [
    { device: 'cpu', workers: 1 },
    ...(all > 1 ? [{ device: 'cpu' as const, workers: all }] : []),
    { device: 'cuda', workers: 1 },
    { device: 'webgpu', workers: 1 },
  ];
}

/** Least and mean cosine of unit rows to the same rows of another device. */
function cosines(ours: Float32Array, theirs: Float32Array, dimension: number) {
  const all = Array.from({ length: COMPARED }, (_, row) => {
    const start = row * dimension;
    return ours.subarray(start, start + dimension).reduce((sum, value, place) => sum + value * (theirs[start + place] ?? 0), 0);
  });
  return { least: Math.min(...all), mean: all.reduce((sum, value) => sum + value, 0) / all.length };
}

async function measure(encoder: Encoder, texts: readonly string[], utterances: readonly string[]) {
  // Once unmeasured: a GPU makes a program for each shape that it meets first.
  await encoder.encodeAll(texts);
  const started = performance.now();
  const vectors = await encoder.encodeAll(texts);
  const textsPerSecond = (1000 * texts.length) / (performance.now() - started);
  const times: number[] = [];
  for (let number = 0; number < 2 * LONE_UTTERANCES; number += 1) {
    const start = performance.now();
    await encoder.encode(utterances[number % LONE_UTTERANCES] ?? '');
    if (number >= LONE_UTTERANCES) times.push(performance.now() - start);
  }
  return { vectors, textsPerSecond, one: summariseLatency(times) };
}

/** Encodes the workload's questions and utterances on every device. */
export async function devices({ workload, quick, log }: BenchContext): Promise<Findings> {
  const texts = workload.questions.map(({ text }) => text).slice(0, quick ? 1_000 : 10_000);
  const rows: (readonly string[])[] = [];
  let reference: Float32Array | undefined;
  let model = '';
  for (const { device, workers } of ways()) {
    const title = device === 'cpu' ? `cpu, ${workers} thread${workers === 1 ? '' : 's'}` : device;
    log(title);
    const { config } = loadConfig({ flags: { device, deviceFallback: 'refuse', encoderWorkers: workers } });
    try {
      const encoder = await openEncoder(config, { onProblem: log });
      model = encoder.info.name;
      const { vectors, textsPerSecond, one } = await measure(encoder, texts, workload.utterances);
      await encoder.close();
      reference ??= vectors;
      const { least, mean } = cosines(vectors, reference, encoder.info.dimension);
      const far = [1 - mean, 1 - least].map((value) => Math.max(0, value).toExponential(1));
      rows.push([title, short(textsPerSecond), short(one.p50), short(one.p99), ...far]);
    } catch (error) {
      rows.push([title, '–', '–', '–', '–', FaqError.from(error).message]);
    }
  }
  return {
    tables: [
      {
        title: `Devices: ${model}, ${texts.length} questions (${workload.source})`,
        heading: ['device', 'texts/s at a reload', 'one utterance, p50 ms', 'p99 ms', '1 − cosine to the CPU, mean', 'most'],
        rows,
      },
    ],
    figures: [],
  };
}
