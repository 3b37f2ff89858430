/**
 * Where a graph may run, and which devices are tried in which order for what the settings say.
 * Knows names only: whether a device opens is found out by opening it.
 */
import type { FaqError } from '../errors.ts';
import { modelError } from './model-error.ts';

/** Where a session runs: an execution provider of onnxruntime. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

/** What a setting may say: a device, or the first that opens. */
export const DEVICE_CHOICES = ['cpu', 'cuda', 'webgpu', 'auto'] as const;

/** One of DEVICE_CHOICES. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** What is done where a named device does not open: one warning and the CPU, or no start. */
export const DEVICE_FALLBACKS = ['warn', 'refuse'] as const;

/** One of DEVICE_FALLBACKS. */
export type DeviceFallback = (typeof DEVICE_FALLBACKS)[number];

/** Devices to try, in order. `auto` ends in the CPU whatever the fallback says: it asks for what is there. */
export function devicesToTry(choice: DeviceChoice, fallback: DeviceFallback): readonly Device[] {
  if (choice === 'auto') return ['cuda', 'webgpu', 'cpu'];
  return choice === 'cpu' || fallback === 'refuse' ? [choice] : [choice, 'cpu'];
}

const ADVICE: Readonly<Record<Device, string>> = {
  cpu: 'Run "npm ci" again.',
  cuda: 'It needs an NVIDIA driver, CUDA 12, cuDNN 9 and the provider, which in a checkout "npm ci && ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js" fetches.',
  webgpu: 'It needs a GPU driver with Vulkan (libvulkan.so.1 on Linux), Direct3D 12 or Metal.',
};

/** The reason of every error that means: this device, not this model. */
export const DEVICE_UNAVAILABLE = 'DEVICE_UNAVAILABLE';

/** A device does not open or fails at its first run; `cause` is what the provider said. */
export function deviceError(device: Device, cause: unknown): FaqError {
  const line = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
  // onnxruntime begins with its own source file and the condition that failed.
  const said = line.replace(/^\/\S*onnxruntime\S*\.cc:\d+ .*was false\. /u, '').trim();
  return modelError(DEVICE_UNAVAILABLE, `The device ${device} cannot be used: ${said}. ${ADVICE[device]}`, cause);
}
