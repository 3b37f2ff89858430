/**
 * What a remote encoder is opened with. Knows nothing of config files; src/config has the settings that fill it.
 */
import type { RemoteAddress } from './address.ts';

/** How a remote encoder is asked. */
export interface RemoteSettings {
  readonly address: RemoteAddress;
  /** Sent as `authorization: Bearer <key>`. */
  readonly apiKey: string | undefined;
  /** Model to ask for (OpenAI-compatible), or that must be served (TEI). */
  readonly model: string | undefined;
  /** Longest wait for one answer in the match lane, in milliseconds. */
  readonly timeoutMs: number;
  /** Further tries of an utterance after one that failed in a way that may pass. */
  readonly retries: number;
  /** Most texts of one request. */
  readonly batchSize: number;
  /** Most requests on their way at once. */
  readonly inFlight: number;
}

/**
 * 32 texts are what TEI takes by its own default. 8 requests keep a GPU's own batching fed over a network of some milliseconds; with 32 texts
 * each they stay below the 512 texts that TEI works on before it answers "overloaded".
 */
export const DEFAULT_REMOTE_SETTINGS: Omit<RemoteSettings, 'address'> = {
  apiKey: undefined,
  model: undefined,
  timeoutMs: 3_000,
  retries: 2,
  batchSize: 32,
  inFlight: 8,
};

/** What FAQMATCH_MODEL says where there is no folder of the remote's model: the remote's own vectors say what it is. */
export const NO_MODEL_FOLDER = 'remote';
