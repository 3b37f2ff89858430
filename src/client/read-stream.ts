/** A server's stream as an async iterable: errors are FaqErrors, and leaving the loop cancels the call. */
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { abortError } from '../errors.ts';
import { errorOfCall } from './decode-error.ts';
import { type CallTarget, nameMissingServer } from './missing-server.ts';

/** How a stream is read. */
export interface StreamReading extends CallTarget {
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads a stream to its end.
 * @throws FaqError as the server sent it; cancelled where the signal was aborted; unavailable (reason NO_CONNECTION) without a connection.
 */
export async function* readStream<Message>(
  call: ClientReadableStream<Message> | ClientDuplexStream<never, Message>,
  reading: StreamReading,
): AsyncGenerator<Message, void, undefined> {
  const { signal } = reading;
  const leave = (): void => call.cancel();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted === true) call.cancel();
  try {
    for await (const message of call) yield message;
  } catch (error) {
    throw signal?.aborted === true ? abortError(signal) : nameMissingServer(errorOfCall(error), reading);
  } finally {
    signal?.removeEventListener('abort', leave);
    // A stream that was left early still delivers its cancellation as an error event; nobody is there to hear it.
    call.on('error', () => undefined);
    call.cancel();
  }
}
