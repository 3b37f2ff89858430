/** A call's failure, or a google.rpc.Status inside an answer, to the one error type, with all that the server said about it. */
import type { Metadata, ServiceError } from '@grpc/grpc-js';
import type { FaqErrorFacts } from '../errors.ts';
import { FaqError } from '../errors.ts';
import { FaultList } from '../generated/faqmatch/v1/admin.ts';
import type { Any } from '../generated/google/protobuf/any.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../generated/google/rpc/error_details.ts';
import { Status } from '../generated/google/rpc/status.ts';
import { codeOfStatus } from './status-codes.ts';

const DETAILS_KEY = 'grpc-status-details-bin';

function typeOf(detail: Any): string {
  return detail.typeUrl.slice(detail.typeUrl.lastIndexOf('/') + 1);
}

function factsOf(detail: Any): FaqErrorFacts {
  switch (typeOf(detail)) {
    case 'google.rpc.BadRequest': {
      const field = BadRequest.decode(detail.value).fieldViolations[0]?.field;
      return field === undefined ? {} : { field };
    }
    case 'google.rpc.ErrorInfo':
      return { reason: ErrorInfo.decode(detail.value).reason };
    case 'google.rpc.RetryInfo': {
      const delay = RetryInfo.decode(detail.value).retryDelay;
      return delay === undefined ? {} : { retryAfterMs: delay.seconds * 1000 + delay.nanos / 1e6 };
    }
    case 'faqmatch.v1.FaultList':
      return { faults: FaultList.decode(detail.value).faults };
    default:
      return {};
  }
}

/** An error that came as data, such as the outcome of one item of a batch. Details that cannot be read are left out. */
export function errorOfStatus(status: Status, cause?: unknown): FaqError {
  const facts = status.details.map((detail) => {
    try {
      return factsOf(detail);
    } catch {
      return {};
    }
  });
  return new FaqError(codeOfStatus(status.code), status.message, Object.assign({}, ...facts, cause === undefined ? {} : { cause }));
}

function detailsIn(metadata: Metadata): readonly Any[] {
  const packed = metadata.get(DETAILS_KEY)[0];
  if (!(packed instanceof Uint8Array)) return [];
  try {
    return Status.decode(packed).details;
  } catch {
    return [];
  }
}

/** Whether a thrown value is what grpc-js rejects a call with. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error && 'metadata' in error;
}

/** A failed call as FaqError: code, message, field, reason, faults and time to wait as the server sent them. */
export function errorOfCall(error: unknown): FaqError {
  if (error instanceof FaqError) return error;
  if (!isServiceError(error)) return FaqError.from(error);
  return errorOfStatus({ code: error.code, message: error.details, details: detailsIn(error.metadata) }, error);
}
