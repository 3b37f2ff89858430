/** How large an answer may be: clients refuse messages over 4 MiB unless told otherwise, and writing a larger one holds up everyone. */
import { FaqError } from '../../errors.ts';

/** Bytes of one response. */
export const MAX_RESPONSE_BYTES = 3 * 1024 * 1024;

/** The error of a response that would be larger. @param advice what to ask instead. */
export function responseTooLarge(advice: string): FaqError {
  const message = `The response would hold more than ${MAX_RESPONSE_BYTES} bytes, mostly answers. ${advice}`;
  return new FaqError('resource_exhausted', message, { reason: 'RESPONSE_TOO_LARGE' });
}
