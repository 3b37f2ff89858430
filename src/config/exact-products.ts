/**
 * Float32 products in full on an NVIDIA GPU. Its libraries round float32 to TF32 (10 bits) by default, which moves a vector by about 1e-3;
 * a text must get the same vector on every device. The libraries read the wish from the environment when they are loaded.
 */
import type { Config } from './schema.ts';

/** Switches TF32 off for this process where CUDA may be used; a value that someone set is left alone. */
export function askForExactProducts({ device, bulkDevice }: Pick<Config, 'device' | 'bulkDevice'>): void {
  if (![device, bulkDevice].some((choice) => choice === 'cuda' || choice === 'auto')) return;
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
