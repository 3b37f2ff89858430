/** How many inference threads the settings stand for. */
import type { Config } from '../config/schema.ts';
import { ENCODER_DEFAULTS } from '../encoder/defaults.ts';

/** 0 in the settings means the encoder's own default; a remote encoder takes none here. */
export function workersOf(config: Config): number {
  if (config.encoderUrl !== undefined) return 0;
  return config.encoderWorkers === 0 ? ENCODER_DEFAULTS.workers : config.encoderWorkers;
}
