/** The encoder that the settings ask for, with a progress bar where its model has to be downloaded first. */
import { join } from 'node:path';
import { askForExactProducts } from '../config/exact-products.ts';
import type { Config } from '../config/schema.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { withOptions } from '../encoder/model-options.ts';
import { loadModel } from '../encoder/model-source.ts';
import type { OnnxEncoder } from '../encoder/onnx-encoder.ts';
import { createEncoder } from '../encoder/onnx-encoder.ts';
import { startProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** What opening an encoder needs beside the settings. */
export interface EncoderOpening {
  readonly terminal: Terminal;
  readonly signal?: AbortSignal;
  /** Told of each inference worker that was lost. */
  readonly onProblem: (problem: string) => void;
}

/** Reads and verifies the model and applies the settings to it, downloading it where it is a hub model that is not cached. */
export async function openModel(config: Config, opening: EncoderOpening): Promise<ModelFolder> {
  const progress = startProgress(opening.terminal, 'Downloading');
  try {
    const { truncateDim, queryPrompt, storedPrompt } = config;
    const model = await loadModel({
      model: config.model,
      cacheFolder: config.modelCache ?? join(config.dataDir, 'models'),
      offline: config.offline,
      onProgress: ({ file, done, total }) => progress.update(done, total, file),
      ...(opening.signal === undefined ? {} : { signal: opening.signal }),
    });
    return withOptions(model, { truncateDim, queryPrompt, storedPrompt });
  } finally {
    progress.stop();
  }
}

/** Starts an encoder over a model; close it when done. */
export function startEncoder(config: Config, model: ModelFolder, onProblem: (problem: string) => void): Promise<OnnxEncoder> {
  askForExactProducts(config);
  return createEncoder({
    model,
    device: config.device,
    ...(config.bulkDevice === undefined ? {} : { bulkDevice: config.bulkDevice }),
    deviceFallback: config.deviceFallback,
    onDeviceProblem: onProblem,
    ...(config.encoderWorkers === 0 ? {} : { workers: config.encoderWorkers }),
    maxBatchTokens: config.maxBatchTokens,
    maxWaiting: config.maxQueue,
    maxCharacters: config.maxUtteranceChars,
    onWorkerLost: (error) => onProblem(error.message),
  });
}

/** Model and encoder in one step. */
export async function openEncoder(config: Config, opening: EncoderOpening): Promise<OnnxEncoder> {
  return startEncoder(config, await openModel(config, opening), opening.onProblem);
}
