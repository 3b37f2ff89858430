/**
 * The errors of model folders, worded alike.
 * Messages name files relative to the model's folder, never the folder's place on the server.
 */
import { type ErrorCode, FaqError } from '../errors.ts';

/** What is wrong with a model. */
export type ModelFault =
  | 'MODEL_NOT_FOUND'
  | 'MODEL_INCOMPLETE'
  | 'MODEL_UNSUPPORTED'
  | 'MODEL_MISMATCH'
  | 'MODEL_DAMAGED'
  | 'MODEL_UNREACHABLE'
  | 'DEVICE_UNAVAILABLE';

const CODES: Readonly<Record<ModelFault, ErrorCode>> = {
  MODEL_NOT_FOUND: 'not_found',
  MODEL_INCOMPLETE: 'failed_precondition',
  MODEL_UNSUPPORTED: 'failed_precondition',
  MODEL_MISMATCH: 'failed_precondition',
  MODEL_DAMAGED: 'data_loss',
  MODEL_UNREACHABLE: 'unavailable',
  DEVICE_UNAVAILABLE: 'failed_precondition',
};

/** A FaqError for a model. `message` says what was expected, what came and what to do. */
export function modelError(fault: ModelFault, message: string, cause?: unknown): FaqError {
  return new FaqError(CODES[fault], message, cause === undefined ? { reason: fault } : { reason: fault, cause });
}
