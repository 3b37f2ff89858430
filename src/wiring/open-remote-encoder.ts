/** The remote encoder that the settings ask for. */
import { join } from 'node:path';
import { BAD_SETTINGS } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { parseRemoteAddress } from '../encoder/remote/address.ts';
import { createRemoteEncoder } from '../encoder/remote/remote-encoder.ts';
import { NO_MODEL_FOLDER, type RemoteSettings } from '../encoder/remote/settings.ts';
import { FaqError } from '../errors.ts';

/** Whether the settings say that the server, not a folder, tells what the model is. */
export function hasNoFolder(config: Config): boolean {
  return config.model === NO_MODEL_FOLDER;
}

/**
 * How the remote encoder is asked; undefined where the encoder runs in this process.
 * @throws FaqError invalid_argument where the settings do not go together.
 */
export function remoteSettingsOf(config: Config): RemoteSettings | undefined {
  const address = config.encoderUrl === undefined ? undefined : parseRemoteAddress(config.encoderUrl);
  if (address === undefined) {
    if (!hasNoFolder(config)) return undefined;
    const message = `FAQMATCH_MODEL is "${NO_MODEL_FOLDER}", so a remote encoder was expected, and there is none. Set FAQMATCH_ENCODER_URL, or name a model.`;
    throw new FaqError('invalid_argument', message, { reason: BAD_SETTINGS, field: 'encoderUrl' });
  }
  if (address.kind === 'openai+http' && config.encoderModel === undefined) {
    const message = `${address.shown} has to be told which model to use. Set FAQMATCH_ENCODER_MODEL to its name there.`;
    throw new FaqError('invalid_argument', message, { reason: BAD_SETTINGS, field: 'encoderModel' });
  }
  return {
    address,
    apiKey: config.encoderApiKey,
    model: config.encoderModel,
    timeoutMs: config.encoderTimeoutMs,
    retries: config.encoderRetries,
    batchSize: config.encoderBatchSize,
    inFlight: config.encoderInFlight,
  };
}

/** Opens and checks it. @param onAway told where it is away at the start, which is then no error; see createRemoteEncoder. */
export function openRemoteEncoder(
  config: Config,
  settings: RemoteSettings,
  {
    model,
    onAway,
    signal,
  }: {
    readonly model: ModelFolder | undefined;
    readonly onAway: ((error: FaqError) => void) | undefined;
    /** Ends the wait for a server. */
    readonly signal: AbortSignal | undefined;
  },
): Promise<Encoder> {
  return createRemoteEncoder({
    settings,
    model,
    maxWaiting: config.maxQueue,
    maxCharacters: config.maxUtteranceChars,
    identityFolder: join(config.dataDir, 'encoders'),
    signal,
    ...(onAway === undefined ? {} : { onAway }),
  });
}
