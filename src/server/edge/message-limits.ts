/**
 * Service definitions whose requests are bounded one by one. grpc-js knows one limit per server, and admins may send more than chatbots.
 */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { FaqError } from '../../errors.ts';

/** Stands in for a request that could not be read; admission refuses its call. grpc-js would answer INTERNAL without a word otherwise. */
export class UnreadableMessage {
  readonly refusal: FaqError;

  constructor(refusal: FaqError) {
    this.refusal = refusal;
  }
}

/** The same service, its requests decoded only up to maxBytes. */
export function limitMessages(service: ServiceDefinition, maxBytes: number): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      if (bytes.length > maxBytes) return new UnreadableMessage(tooLarge(bytes.length, maxBytes));
      try {
        return method.requestDeserialize(bytes);
      } catch (error) {
        return new UnreadableMessage(unreadable(method.path, error));
      }
    };
    return [name, { ...method, requestDeserialize }] as const;
  });
  return Object.fromEntries(methods);
}

function tooLarge(bytes: number, maxBytes: number): FaqError {
  const message = `A message of this service holds at most ${maxBytes} bytes; ${bytes} came. Send less at once.`;
  return new FaqError('resource_exhausted', message, { reason: 'MESSAGE_TOO_LARGE' });
}

function unreadable(path: string, cause: unknown): FaqError {
  const message = `The request of ${path} is not a readable message of its type; use the code generated from this server's protos.`;
  return new FaqError('invalid_argument', message, { reason: 'UNREADABLE_MESSAGE', cause });
}
