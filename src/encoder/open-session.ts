/**
 * A graph file to an onnxruntime session on one device. Knows nothing of texts or pooling.
 */
import { env, InferenceSession } from 'onnxruntime-node';
import { type Device, deviceError } from './device.ts';
import { modelError } from './model-error.ts';

/** What a session is opened with. */
export interface SessionRequest {
  readonly graphFile: string;
  readonly device: Device;
  /** Threads of one run on the CPU. */
  readonly threads: number;
}

/**
 * Opens a session. On a GPU, nodes that its provider lacks run on the CPU.
 * @throws FaqError data_loss (the graph cannot be loaded), failed_precondition DEVICE_UNAVAILABLE (a GPU that does not open).
 */
export async function createSession({ graphFile, device, threads }: SessionRequest): Promise<InferenceSession> {
  // A provider's own lines on standard error say what the error says. The first session of the process decides, and it may be the CPU's.
  env.logLevel = 'fatal';
  try {
    return await InferenceSession.create(graphFile, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    });
  } catch (error) {
    const ofModel = error instanceof Error && /protobuf|Load model from/iu.test(error.message);
    if (device !== 'cpu' && !ofModel) throw deviceError(device, error);
    throw modelError(
      'MODEL_DAMAGED',
      'The ONNX graph of the model cannot be loaded: it is cut off, damaged or newer than this onnxruntime. Copy the model again or export it anew.',
      error,
    );
  }
}
