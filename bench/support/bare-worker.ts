/** The bare encoder in a process of its own: tokenise and session.run, one text at a time, one thread. Nothing of ours is in its way. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PreTrainedTokenizer } from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BareRequest, BareResult } from './bare-encoder.ts';

const folder = process.argv[2] ?? '';

function readJson(name: string) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

const tokenizerJson = readJson('tokenizer.json');
// The base's file pads every text to 128 pieces, which would be an unfair comparison.
tokenizerJson.padding = null;
const tokenizer = new PreTrainedTokenizer(tokenizerJson, readJson('tokenizer_config.json'));
const session = await InferenceSession.create(join(folder, 'onnx/model.onnx'), { intraOpNumThreads: 1, interOpNumThreads: 1 });

async function encode(text: string): Promise<void> {
  const ids = BigInt64Array.from(tokenizer.encode(text), BigInt);
  const shape = [1, ids.length];
  const feeds: Record<string, Tensor> = { input_ids: new Tensor('int64', ids, shape) };
  if (session.inputNames.includes('attention_mask'))
    feeds.attention_mask = new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape);
  if (session.inputNames.includes('token_type_ids')) feeds.token_type_ids = new Tensor('int64', new BigInt64Array(ids.length), shape);
  await session.run(feeds);
}

for (let index = 0; index < 30; index += 1) await encode('how do I change the address of my order');
process.on('message', async ({ texts, offset, forMs, pauseMs = 0 }: BareRequest) => {
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  for (let number = offset; performance.now() - started < forMs; number += 1) {
    const begun = performance.now();
    await encode(texts[number % texts.length] ?? '');
    latencies.push(performance.now() - begun);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const result: BareResult = { latencies, cpuMs: (user + system) / 1000, elapsedMs: performance.now() - started };
  process.send?.(result);
});
process.send?.('ready');
