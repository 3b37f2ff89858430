/**
 * The devices that the settings ask for, opened: one for matches, and the same or another for the bulk texts of a reload.
 * Knows what to do where a device is missing; not what a text is.
 */
import { FaqError } from '../errors.ts';
import { DEVICE_UNAVAILABLE, type Device, type DeviceChoice, type DeviceFallback, devicesToTry } from './device.ts';
import type { EncodingQueue } from './encoding-queue.ts';

/** Which devices, and how one is opened. */
export interface DeviceRequest {
  readonly device: DeviceChoice;
  readonly bulkDevice: DeviceChoice;
  readonly fallback: DeviceFallback;
  readonly open: (device: Device) => Promise<EncodingQueue>;
  /** Least cosine of the same texts on both devices. Called only where they differ. */
  readonly compare: (one: EncodingQueue, other: EncodingQueue) => Promise<number>;
  /** Told once of each device that is done without. */
  readonly onProblem: (problem: string) => void;
}

/** What runs. `bulk` is `match` itself where both run on the same device. */
export interface OpenDevices {
  readonly match: EncodingQueue;
  readonly bulk: EncodingQueue;
  close(): Promise<void>;
}

/**
 * Least cosine between two devices' vectors of one text, beyond which they are not one model: stored vectors of one and utterances of the
 * other are compared with each other. Float32 reaches .999999; a GPU that rounds to TF32 or half precision may not reach this.
 */
const LEAST_COSINE = 0.9999;

const WITHOUT_IT = 'To start without it, set FAQMATCH_DEVICE_FALLBACK=warn or name another device.';

async function openFirst(work: 'device' | 'bulkDevice', request: DeviceRequest, open: DeviceRequest['open']): Promise<EncodingQueue> {
  const choice = request[work];
  const devices = devicesToTry(choice, request.fallback);
  for (const [place, device] of devices.entries()) {
    try {
      return await open(device);
    } catch (thrown) {
      const error = FaqError.from(thrown);
      if (error.reason !== DEVICE_UNAVAILABLE) throw error;
      if (place === devices.length - 1)
        throw new FaqError(error.code, `${error.message} ${WITHOUT_IT}`, { reason: DEVICE_UNAVAILABLE, cause: error.cause });
      if (choice !== 'auto')
        request.onProblem(`${error.message} ${work === 'device' ? 'The encoder runs' : 'Reloads encode'} on the CPU instead.`);
    }
  }
  throw new FaqError('internal', `No device to try for ${choice}.`);
}

/** The bulk device, or the one of the matches where it gives other vectors and the settings allow that. */
async function agreeing(match: EncodingQueue, bulk: EncodingQueue, request: DeviceRequest): Promise<EncodingQueue> {
  if (bulk === match) return match;
  try {
    const cosine = await request.compare(match, bulk);
    if (cosine >= LEAST_COSINE) return bulk;
    const problem = `The device ${bulk.device} cannot be used for reloads: the same text has another vector there than on ${match.device} (cosine ${cosine.toFixed(5)}, expected at least ${LEAST_COSINE}).`;
    if (request.fallback === 'refuse' && request.bulkDevice !== 'auto')
      throw new FaqError('failed_precondition', `${problem} ${WITHOUT_IT}`, { reason: DEVICE_UNAVAILABLE });
    request.onProblem(`${problem} Reloads encode on ${match.device} instead.`);
  } catch (error) {
    await bulk.close();
    throw error;
  }
  await bulk.close();
  return match;
}

/**
 * Opens the device of the matches, then that of the reloads; a device is opened once.
 * @throws FaqError failed_precondition DEVICE_UNAVAILABLE (missing, and the fallback is `refuse`), or what the model is refused with; nothing stays open.
 */
export async function openDevices(request: DeviceRequest): Promise<OpenDevices> {
  const match = await openFirst('device', request, request.open);
  try {
    const reuse = async (device: Device): Promise<EncodingQueue> => (device === match.device ? match : await request.open(device));
    const found = request.bulkDevice === request.device ? match : await openFirst('bulkDevice', request, reuse);
    const bulk = await agreeing(match, found, request);
    return {
      match,
      bulk,
      async close() {
        await Promise.all(bulk === match ? [match.close()] : [match.close(), bulk.close()]);
      },
    };
  } catch (error) {
    await match.close();
    throw error;
  }
}
