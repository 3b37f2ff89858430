/** A server that is out of reach, said in words: gRPC reports it as a deadline or as a refused connection. */
import { FaqError } from '../errors.ts';

/** Where a call goes, and for how long. */
export interface CallTarget {
  /** host:port, for messages. */
  readonly address: string;
  readonly deadlineMs: number;
  /** Whether the channel has a connection; tells "too slow" from "not there". */
  readonly connected: () => boolean;
}

/** A failure without any connection becomes `unavailable`, reason NO_CONNECTION; every other error stays as it is. */
export function nameMissingServer(error: FaqError, { address, deadlineMs, connected }: CallTarget): FaqError {
  if (error.code === 'unavailable' && error.reason === undefined && !connected()) {
    const message = `No connection to ${address}: is the server running there? (${error.message})`;
    return new FaqError('unavailable', message, { reason: 'NO_CONNECTION', cause: error });
  }
  if (error.code !== 'deadline_exceeded' || connected()) return error;
  const message = `No connection to ${address} within ${deadlineMs} ms: is the server running there?`;
  return new FaqError('unavailable', message, { reason: 'NO_CONNECTION', cause: error });
}
