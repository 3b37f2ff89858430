/** What an encoder is where nothing else is said, for the settings and for whoever makes one by hand. Loads no runtime. */
import { availableParallelism } from 'node:os';

/** The model that comes with the project. */
export const DEFAULT_MODEL = 'faqmatch-minilm-l6';

/** Defaults of an encoder; {@link EncoderOptions} says what they mean. */
export const ENCODER_DEFAULTS = {
  device: 'cpu',
  deviceFallback: 'warn',
  workers: Math.min(4, availableParallelism()),
  intraOpThreads: 1,
  maxBatchTokens: 256,
  maxBatchItems: 8,
  maxWaiting: 512,
  maxCharacters: 2000,
} as const;
