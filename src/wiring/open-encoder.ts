/** The encoder that the settings ask for; its model is downloaded first where it is not here. */
import { join } from 'node:path';
import { askForExactProducts } from '../config/exact-products.ts';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { withOptions } from '../encoder/model-options.ts';
import { loadModel } from '../encoder/model-source.ts';
import type { OnnxEncoder } from '../encoder/onnx-encoder.ts';
import { createEncoder } from '../encoder/onnx-encoder.ts';
import type { FaqError } from '../errors.ts';
import { hasNoFolder, openRemoteEncoder, remoteSettingsOf } from './open-remote-encoder.ts';

/** Shows how far a download is; {@link stop} is called however it ends. */
export interface DownloadDisplay {
  update(done: number, total: number, file: string): void;
  stop(): void;
}

/** What opening an encoder needs beside the settings. */
export interface EncoderOpening {
  /** Asked for a display when a model is looked for; nothing is shown where not given. */
  readonly showDownload?: () => DownloadDisplay;
  readonly signal?: AbortSignal;
  /** Told of each inference worker that was lost. */
  readonly onProblem: (problem: string) => void;
  /** Whether a remote encoder that is away now may come later; an error where not given. */
  readonly mayBeAway?: boolean;
}

/** Reads and verifies the model and applies the settings to it, downloading it where it is a hub model that is not cached. */
export async function openModel(config: Config, opening: EncoderOpening): Promise<ModelFolder> {
  const display = opening.showDownload?.();
  try {
    const { truncateDim, queryPrompt, storedPrompt } = config;
    const model = await loadModel({
      model: config.model,
      cacheFolder: config.modelCache ?? join(config.dataDir, 'models'),
      offline: config.offline,
      onProgress: ({ file, done, total }) => display?.update(done, total, file),
      ...(opening.signal === undefined ? {} : { signal: opening.signal }),
    });
    return withOptions(model, { truncateDim, queryPrompt, storedPrompt });
  } finally {
    display?.stop();
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

/** The folder of the model that is encoded with; undefined where a remote encoder is to be taken as it is. */
export async function openModelFolder(config: Config, opening: EncoderOpening): Promise<ModelFolder | undefined> {
  return hasNoFolder(config) ? undefined : await openModel(config, opening);
}

/** Model and encoder in one step, in this process or remote. */
export async function openEncoder(config: Config, opening: EncoderOpening): Promise<Encoder> {
  const remote = remoteSettingsOf(config);
  if (remote === undefined) return startEncoder(config, await openModel(config, opening), opening.onProblem);
  const onAway = (error: FaqError): void =>
    opening.onProblem(`${error.message} The server starts without it and looks for it every second.`);
  const model = await openModelFolder(config, opening);
  return openRemoteEncoder(config, remote, { model, onAway: opening.mayBeAway === true ? onAway : undefined, signal: opening.signal });
}
