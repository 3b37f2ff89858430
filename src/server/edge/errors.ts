/**
 * FaqError to gRPC status: the one table, and the error in the two shapes it travels in (a failed call, an outcome in a batch or stream).
 * Knows nothing of Nest or of any service.
 */
import { status as grpcStatus, Metadata } from '@grpc/grpc-js';
import { type ErrorCode, FaqError } from '../../errors.ts';
import { Status } from '../../generated/google/rpc/status.ts';
import { statusDetails } from './status-details.ts';

/** Every code has exactly one status; a code without one does not compile. */
export const STATUS_OF_CODE = {
  invalid_argument: grpcStatus.INVALID_ARGUMENT,
  not_found: grpcStatus.NOT_FOUND,
  failed_precondition: grpcStatus.FAILED_PRECONDITION,
  resource_exhausted: grpcStatus.RESOURCE_EXHAUSTED,
  aborted: grpcStatus.ABORTED,
  unavailable: grpcStatus.UNAVAILABLE,
  unauthenticated: grpcStatus.UNAUTHENTICATED,
  permission_denied: grpcStatus.PERMISSION_DENIED,
  deadline_exceeded: grpcStatus.DEADLINE_EXCEEDED,
  cancelled: grpcStatus.CANCELLED,
  unimplemented: grpcStatus.UNIMPLEMENTED,
  data_loss: grpcStatus.DATA_LOSS,
  internal: grpcStatus.INTERNAL,
} as const satisfies Record<ErrorCode, number>;

/** Metadata key of the binary google.rpc.Status, as all gRPC libraries know it. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/**
 * UTF-8 bytes of a message that are sent: it travels up to three times (trailer, status, refused field), percent-encoded the first time,
 * and trailers are bounded by clients (status-details.ts).
 */
const MAX_MESSAGE_BYTES = 1_000;

/** What grpc-js sends a failed call's client. */
export interface GrpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The error as data; its cause is left behind. */
export function toStatus(error: FaqError): Status {
  const code = STATUS_OF_CODE[error.code];
  const message = firstBytes(error.message.toWellFormed(), MAX_MESSAGE_BYTES);
  return { code, message, details: statusDetails(error, { code, message }) };
}

/** As much of a text as fits, cut between characters. */
function firstBytes(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** The error as grpc-js wants it thrown or called back. */
export function toGrpcFailure(error: unknown): GrpcFailure {
  const status = toStatus(FaqError.from(error));
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, Buffer.from(Status.encode(status).finish()));
  return { code: status.code, details: status.message, metadata };
}
