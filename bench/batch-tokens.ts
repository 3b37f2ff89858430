/** How large a batch of the encoder may be (`maxBatchTokens`): what a reload's texts take, and how long an utterance that comes meanwhile waits. */
import { fileURLToPath } from 'node:url';
import { ENCODER_DEFAULTS } from '../src/encoder/defaults.ts';
import { readModelFolder } from '../src/encoder/model-folder.ts';
import { createEncoder, type OnnxEncoder } from '../src/encoder/onnx-encoder.ts';
import { percentile } from '../src/quality/latency.ts';
import type { BenchContext } from './support/context.ts';
import { median } from './support/median.ts';
import type { Findings } from './support/report.ts';
import { short } from './support/report.ts';

const SIZES = [128, ENCODER_DEFAULTS.maxBatchTokens, 512, 1024];
const SHORT_TEXTS = 600;
const LONG_TEXTS = 160;
/** Questions joined to a long text: about the 128 word pieces at which answers are cut into windows. */
const QUESTIONS_OF_LONG = 10;
const PAUSE_MS = 15;

interface Run {
  readonly reloadMs: number[];
  readonly waitMs: number[];
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One reload by itself, and one with utterances that come one after another. */
async function measure(
  encoder: OnnxEncoder,
  { texts, utterances }: { readonly texts: readonly string[]; readonly utterances: readonly string[] },
  run: Run,
) {
  const began = performance.now();
  await encoder.encodeAll(texts);
  run.reloadMs.push(performance.now() - began);
  let under = true;
  const reload = encoder.encodeAll(texts).finally(() => {
    under = false;
  });
  for (let at = 0; under; at += 1) {
    const asked = performance.now();
    await encoder.encode(utterances[at % utterances.length] ?? 'hello');
    if (under) run.waitMs.push(performance.now() - asked);
    await sleep(PAUSE_MS);
  }
  await reload;
}

/** Sizes in turns within each round, so that the machine's moods meet all alike. */
export async function batchTokens({ workload, workers, rounds, log }: BenchContext): Promise<Findings> {
  const model = await readModelFolder(fileURLToPath(new URL('../models/faqmatch-minilm-l6', import.meta.url)));
  const questions = workload.questions.map(({ text }) => text);
  const long = Array.from({ length: LONG_TEXTS }, (_, at) =>
    questions
      .slice(at * QUESTIONS_OF_LONG)
      .slice(0, QUESTIONS_OF_LONG)
      .join(' '),
  );
  const kinds = {
    'short texts': questions.slice(0, SHORT_TEXTS),
    'long texts': long,
    both: [...questions.slice(0, SHORT_TEXTS / 2), ...long.slice(0, LONG_TEXTS / 2)],
  };
  const encoders = await Promise.all(
    SIZES.map(async (size) => ({ size, encoder: await createEncoder({ model, workers, maxBatchTokens: size }) })),
  );
  const rows: (readonly (string | number)[])[] = [];
  for (const [kind, texts] of Object.entries(kinds)) {
    log(`batches of ${kind}`);
    const runs = new Map(SIZES.map((size): [number, Run] => [size, { reloadMs: [], waitMs: [] }]));
    for (let round = 0; round < rounds; round += 1) {
      for (const { size, encoder } of encoders) await measure(encoder, { texts, utterances: workload.utterances }, runs.get(size) as Run);
    }
    for (const [size, { reloadMs, waitMs }] of runs)
      rows.push([
        kind,
        size,
        short(median(reloadMs)),
        short(median(waitMs)),
        short(percentile(Float64Array.from(waitMs).toSorted(), 0.95)),
      ]);
  }
  for (const { encoder } of encoders) await encoder.close();
  const heading = ['a reload of', 'word pieces of a batch', 'reload, ms', 'utterance meanwhile, p50 ms', 'p95 ms'];
  return { tables: [{ title: `Encoder batches, ${workers} inference threads, ${workload.source}`, heading, rows }], figures: [] };
}
